package dev.passcourier.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.sandbox.SandboxState;
import dev.passcourier.vault.TestKeys;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
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
        assertThat(settings().accounts())
                .containsOnlyKeys("sandbox-kakaocloud", "sandbox-zstack", "sandbox-tencent-gse", "sandbox-huawei-ecs");
        assertThat(shown.path("instances")).hasSizeGreaterThan(4);
        assertThat(running.stop()).isZero();
    }

    @Test
    void showsEndpointsAndInstancesButNoSecret() throws Exception {
        Running running = start();

        assertThat(out.toString())
                .contains("sandbox-kakaocloud", "sandbox-huawei-ecs", "not there yet; ready at the third ask")
                .contains(sandbox().resolve("config/passcourier.yaml").toString())
                .contains("passcourier run --config " + sandbox().resolve("config"))
                .doesNotContain("Sandbox-")
                .doesNotContain(Files.readString(folder.resolve("sandbox/secrets/huawei-ecs")));
        assertThat(running.stop()).isZero();
    }

    @Test
    void isAsItWasWhenItIsStartedAgain() throws Exception {
        start("--output", "json", "--instances", "1").stop();
        String first = out.toString();
        Map<String, String> files = files();
        Files.delete(sandbox().resolve("drop/first.csv")); // as a service does that takes it

        forget();
        start("--output", "json", "--instances", "1").stop();

        assertThat(out.toString()).isEqualTo(first);
        files.remove("drop/first.csv");
        assertThat(files()).isEqualTo(files);
    }

    @Test
    void keepsEverythingToItsOwner() throws Exception {
        start("--instances", "0").stop();

        try (Stream<Path> all = Files.walk(sandbox())) {
            assertThat(all.filter(path -> !path.endsWith("recipients/operations.jwk")))
                    .allSatisfy(path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                            .startsWith(Files.isDirectory(path) ? "rwx" : "rw-")
                            .satisfies(modes -> assertThat(modes.endsWith("------") || path.endsWith("recipients"))
                                    .as(path + " " + modes)
                                    .isTrue()));
        }
    }

    @Test
    void leavesChangedSettingsAsTheyAre() throws Exception {
        start("--instances", "0").stop();
        Path settings = sandbox().resolve("config/passcourier.yaml");
        Files.writeString(settings, "# mine\n", StandardOpenOption.APPEND);
        String mine = Files.readString(settings);

        start("--instances", "0").stop();
        assertThat(settings).hasContent(mine);
        assertThat(err.toString()).doesNotContain("changed by hand");

        forget();
        start("--instances", "0", "--port-base", Integer.toString(SandboxState.freePorts(10)))
                .stop();
        assertThat(settings).hasContent(mine);
        assertThat(err.toString()).contains("was changed by hand and stays; ports have changed");
        assertThat(settings.resolveSibling("passcourier.yaml.new")).isNotEmptyFile();
    }

    @Test
    void startsOverWithoutTouchingWhatItDidNotMake() throws Exception {
        start("--output", "json", "--instances", "1").stop();
        JsonNode first = new ObjectMapper().readTree(out.toString());
        Files.writeString(sandbox().resolve("config/passcourier.yaml"), "# mine\n", StandardOpenOption.APPEND);
        List<String> mine = List.of(
                "notes.txt",
                "keys/mine.pem",
                "drop/mine.csv",
                "out/notes.txt",
                "out/inventory.csv",
                "out/dlv_.json",
                "recipients/my.jwk",
                "mine/operations.private.pem");
        String result = "out/first_i-1_dlv_Yq0jsq9JC37Voay12XCnlG1x.jwe";
        List<String> ours = List.of("data/audit/audit-1", "drop/done/first.csv", result);
        for (String name : Stream.concat(mine.stream(), ours.stream()).toList()) {
            Files.createDirectories(sandbox().resolve(name).getParent());
            Files.writeString(sandbox().resolve(name), "x");
        }
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("precious"), "x");
        Files.createSymbolicLink(sandbox().resolve("data/link"), elsewhere);

        forget();
        start("--output", "json", "--instances", "1", "--fresh").stop();

        assertThat(new ObjectMapper().readTree(out.toString()).path("instances"))
                .isNotEqualTo(first.path("instances"));
        assertThat(sandbox().resolve("mine/operations.private.pem")).hasContent("x");
        assertThat(files().keySet()).containsAll(mine).doesNotContainAnyElementsOf(ours);
        assertThat(sandbox().resolve("config/passcourier.yaml.old")).content().contains("# mine");
        assertThat(elsewhere.resolve("precious")).hasContent("x");
        assertThat(err.toString())
                .contains("removed from " + sandbox() + ": data/, drop/done/, " + result + ", ")
                .contains("left there: ", "notes.txt", "keys/mine.pem", "config/passcourier.yaml.old")
                .contains("mine/operations.private.pem", "out/inventory.csv")
                .doesNotContain("removed nothing");
    }

    @Test
    void leavesAFolderAloneThatItDidNotMakeOrThatIsInUse() throws Exception {
        Path state = Files.move(sandbox().resolve("sandbox.json"), sandbox().resolve("precious"));
        assertThat(execute("--fresh")).isEqualTo(1);
        assertThat(err.toString()).contains("holds files that no sandbox made: name another --directory");
        assertThat(files()).containsOnlyKeys("precious");

        Files.move(state, sandbox().resolve("sandbox.json"));
        Files.setPosixFilePermissions(sandbox(), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(execute()).isEqualTo(1);
        assertThat(err.toString()).contains("is open to others: chmod 700 it");

        Files.setPosixFilePermissions(sandbox(), PosixFilePermissions.fromString("rwx------"));
        forget();
        Running running = start("--instances", "0");
        assertThat(execute("--fresh")).isEqualTo(1);
        assertThat(err.toString()).contains("a sandbox runs on " + sandbox() + " already: stop it");
        running.stop();

        Files.createDirectories(sandbox().resolve("data"));
        try (FileChannel service = FileChannel.open(
                        sandbox().resolve("data/lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = service.lock()) {
            assertThat(held.isValid()).isTrue();
            assertThat(execute("--fresh")).isEqualTo(1);
        }
        assertThat(err.toString()).contains("a service runs on " + sandbox().resolve("data") + ": stop it first");
        assertThat(sandbox().resolve("sandbox.json")).isNotEmptyFile();
    }

    @Test
    void saysWhichHalfOfItsKeyPairIsMissingAndMakesAnotherPairWhenItStartsOver() throws Exception {
        start("--instances", "0").stop();
        Path half = sandbox().resolve("recipients/operations.jwk");
        Path other = sandbox().resolve("mine/operations.private.pem");
        Files.delete(half);

        forget();
        assertThat(execute("--instances", "0")).isEqualTo(1);
        assertThat(err.toString())
                .contains("The sandbox cannot start: " + half + " is missing, the other half of " + other
                        + ": put it back, or start over with --fresh");

        forget();
        start("--instances", "0", "--fresh").stop();
        assertThat(err.toString()).contains(", mine/operations.private.pem");
        assertThat(half).isNotEmptyFile();
    }

    @Test
    void saysWhyAFileCannotBeUsed() throws Exception {
        Files.delete(sandbox().resolve("sandbox.json"));
        Files.delete(sandbox());
        Files.writeString(sandbox(), "x");

        assertThat(execute()).isEqualTo(1);
        assertThat(err.toString())
                .contains("The sandbox cannot start: " + sandbox() + ": is there already: move it away");
    }

    @Test
    void givesOutEveryWayToSignIn() throws Exception {
        start("--instances", "0").stop();

        JsonNode credentials = new ObjectMapper()
                .readTree(sandbox().resolve("credentials.json").toFile());
        assertThat(credentials.path("sandbox-huawei-ecs").fieldNames())
                .toIterable()
                .contains("authUrl", "user", "password", "domain", "project", "accessKey", "secretKey");
        assertThat(credentials.path("sandbox-kakaocloud").fieldNames())
                .toIterable()
                .contains("user", "password", "organization", "accessKeyId", "accessKeySecret");
        assertThat(sandbox().resolve("openrc"))
                .content()
                .contains("export OS_PASSWORD="
                        + credentials.at("/sandbox-huawei-ecs/password").asText());
    }

    @Test
    void saysWhichPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int exit = execute("--port-base", Integer.toString(taken.getLocalPort()));

            assertThat(exit).isEqualTo(1);
            assertThat(err.toString())
                    .contains("port " + taken.getLocalPort(), "End what listens there, or choose other ports");
        }
    }

    @ParameterizedTest
    @CsvSource({"--port-base, 65527", "--port-base, -1", "--instances, -1", "--output, xml", "--port-base, x"})
    void refusesWrongUsage(String option, String value) {
        assertThat(execute(option, value)).isEqualTo(2);
        assertThat(err.toString()).contains(option);
    }

    @Test
    void explainsItselfWithAnExample() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString()).contains("passcourier sandbox", "--fresh", "it was stopped by Ctrl-C");
    }

    /** Key pairs take the longest to make: what is started first finds some. */
    @BeforeEach
    void keepKeyPairs() throws Exception {
        String key = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(TestKeys.rsa2048().getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        Files.createDirectory(
                sandbox(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        SandboxState state = SandboxState.in(sandbox().resolve("sandbox.json"));
        state.put("sandbox-kakaocloud.key-pair", key);
        state.put("sandbox-huawei-ecs.key-pair", key);
        state.save();
    }

    private Path sandbox() {
        return folder.resolve("sandbox");
    }

    private Settings settings() throws Exception {
        return SettingsLoader.load(
                sandbox().resolve("config/passcourier.yaml"), ProviderCatalog.find(), Clock.systemUTC());
    }

    private Map<String, String> files() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> all = Files.walk(sandbox())) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                contents.put(sandbox().relativize(file).toString(), Files.readString(file));
            }
        }
        return contents;
    }

    private void forget() {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
    }

    /** A sandbox that is up in its own thread. */
    private record Running(ExecutorService thread, Future<Integer> exit) {

        int stop() throws Exception {
            thread.shutdownNow();
            return exit.get(20, TimeUnit.SECONDS);
        }
    }

    private Running start(String... arguments) {
        err.getBuffer().setLength(0);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Future<Integer> exit = thread.submit(() -> execute(arguments));
        await().atMost(Duration.ofMinutes(1))
                .until(() -> err.toString().contains("The sandbox is up.") || exit.isDone());
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
        all[1] = sandbox().toString();
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return all;
    }
}
