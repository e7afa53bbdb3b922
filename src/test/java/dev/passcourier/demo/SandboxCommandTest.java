package dev.passcourier.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SandboxCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void staysUpUntilItIsStopped() throws Exception {
        Running running = start("--output", "json", "--instances", "1");
        JsonNode shown = new ObjectMapper().readTree(out.toString());
        String zstack = shown.at("/endpoints/sandbox-zstack/0").asText();

        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(zstack + "/v1/elsewhere"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(Path.of(shown.path("accountsFile").asText())).isNotEmptyFile();
        assertThat(shown.path("instances")).hasSizeGreaterThan(4);
        assertThat(running.stop()).isZero();
    }

    @Test
    void showsEndpointsAndInstancesButNoSecret() throws Exception {
        Running running = start();

        assertThat(out.toString())
                .contains("sandbox-kakaocloud", "sandbox-huawei-ecs", "not there yet; ready at the third ask")
                .contains(folder.resolve("sandbox")
                        .resolve("passcourier-accounts.yaml")
                        .toString())
                .doesNotContain("Sandbox-")
                .doesNotContain(Files.readString(folder.resolve("sandbox/secrets/huawei-ecs")));
        assertThat(running.stop()).isZero();
    }

    @Test
    void saysWhichPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int exit = execute("--port-base", Integer.toString(taken.getLocalPort()));

            assertThat(exit).isEqualTo(1);
            assertThat(err.toString()).contains("port " + taken.getLocalPort());
        }
    }

    @ParameterizedTest
    @CsvSource({"--port-base, 65531", "--port-base, -1", "--instances, -1", "--output, xml", "--port-base, x"})
    void refusesWrongUsage(String option, String value) {
        assertThat(execute(option, value)).isEqualTo(2);
        assertThat(err.toString()).contains(option);
    }

    @Test
    void explainsItselfWithAnExample() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString()).contains("passcourier sandbox --port-base 18080", "it was stopped by Ctrl-C");
    }

    /** A sandbox that is up in its own thread. */
    private record Running(ExecutorService thread, Future<Integer> exit) {

        int stop() throws Exception {
            thread.shutdownNow();
            return exit.get(20, TimeUnit.SECONDS);
        }
    }

    private Running start(String... arguments) {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Future<Integer> exit = thread.submit(() -> execute(arguments));
        await().until(() -> err.toString().contains("The sandbox is up.") || exit.isDone());
        return new Running(thread, exit);
    }

    private int execute(String... arguments) {
        return new CommandLine(new SandboxCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err, true))
                .execute(withDirectory(arguments));
    }

    private String[] withDirectory(String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "--directory";
        all[1] = folder.resolve("sandbox").toString();
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return all;
    }
}
