package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.vault.TestKeys;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code validate FILES} and {@code dry-run}. */
class FilesCommandsTest {

    private static final String LINES = """
            id,account,instance,deliverTo,key
            r1,cloud,i-1,hook,good
            r2,elsewhere,i-2,hook,
            r1,cloud,i-3,hook,
            r4,cloud,i-4,,
            """;

    @TempDir
    private Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeSettings() throws Exception {
        Files.createDirectories(home.resolve("secrets/web"));
        TestKeys.file(home.resolve("secrets/token"), "whsec_" + "A".repeat(43) + "=");
        TestKeys.file(home.resolve("secrets/web/good.pem"), TestKeys.pem(TestKeys.rsa2048()));
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/passcourier.yaml"), """
                accounts:
                  cloud: {provider: tencent-gse, keyRing: web,
                    settings: {region: ap-shanghai, secretId: AKID1, secretKey: "{{file:secrets/token}}"}}
                keyRings: {web: {keys: [{path: secrets/web}]}}
                destinations:
                  hook: {type: webhook, url: "https://hook.example.com/x", seal: none, secrets: ["{{file:secrets/token}}"]}
                policy:
                  rules: [{name: mine, sources: [cli], users: [jane], accounts: [cloud], instances: ["*"], destinations: [hook]}]
                """);
    }

    @Test
    void namesEachLineThatTheServiceWouldReject() throws Exception {
        Path file = Files.writeString(home.resolve("batch.csv"), LINES);

        assertThat(run("validate", file.toString())).isEqualTo(1);
        assertThat(out.toString().lines())
                .singleElement()
                .asString()
                .startsWith(file + ":5:1 deliverTo, column 4: FIELD_MISSING");
        assertThat(err.toString()).contains("batch.csv: 1 error");
    }

    @Test
    void saysWhyAFileIsNoBatch() throws Exception {
        Path file = Files.writeString(home.resolve("notes.txt"), "buy milk");
        assertThat(run("validate", file.toString(), "--output", "json")).isEqualTo(1);
        assertThat(new ObjectMapper()
                        .readTree(out.toString())
                        .get(0)
                        .path("message")
                        .asText())
                .startsWith("BATCH_NO_FORMAT");
    }

    @Test
    void takesASingleRequest() throws Exception {
        Path file = Files.writeString(
                home.resolve("one.json"),
                "{\"id\":\"r1\",\"account\":\"cloud\",\"instance\":\"i-1\",\"deliverTo\":[\"hook\"]}");
        assertThat(run("validate", file.toString())).as(out.toString()).isZero();
    }

    @Test
    void saysWhatCannotBeRead() {
        assertThat(run("validate", home.resolve("nowhere.csv").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("nowhere.csv: cannot be read");
    }

    @Test
    void plansEachLineAndSaysWhatWouldBeRefused() throws Exception {
        Path file = Files.writeString(home.resolve("batch.csv"), LINES);

        assertThat(dryRun(file, "--user", "jane", "--output", "json"))
                .as(err.toString())
                .isEqualTo(1);
        JsonNode plan = new ObjectMapper().readTree(out.toString());
        assertThat(plan.findValuesAsText("plan")).containsExactly("ask", "refuse", "refuse", "refuse");
        assertThat(plan.get(0).path("key").asText()).isEqualTo("good");
        assertThat(plan.get(0).path("destinations").get(0).asText()).isEqualTo("hook:unsealed");
        assertThat(plan.get(0).path("says").asText()).isEqualTo("allowed by rule mine");
        assertThat(List.of(plan.get(1), plan.get(2), plan.get(3)))
                .extracting(line -> line.path("code").asText())
                .containsExactly("ACCOUNT_UNKNOWN", "DUPLICATE_REQUEST", "FIELD_MISSING");
        assertThat(err.toString()).contains("4 requests, 3 would be refused");
    }

    @Test
    void aRequestThatNoKeyCouldServeWouldFail() throws Exception {
        Path file = Files.writeString(
                home.resolve("batch.csv"),
                "id,account,instance,key,deliverTo\nr1,cloud,i-1,gone,hook\nr2,cloud,CANARY/,,hook\n");

        assertThat(dryRun(file, "--user", "jane", "--output", "json")).isEqualTo(1);
        JsonNode plan = new ObjectMapper().readTree(out.toString());
        assertThat(plan.findValuesAsText("plan")).containsExactly("fail", "refuse");
        assertThat(plan.get(0).path("code").asText()).isEqualTo("KEY_MISSING");
        assertThat(plan.get(0).path("key").asText()).isEqualTo("gone");
        assertThat(plan.get(1).path("says").asText()).contains("character 7 is '/'");
        assertThat(err.toString()).contains("2 requests, 1 would be refused, 1 would fail");
    }

    @Test
    void plansForWhoeverWouldAsk() throws Exception {
        Path file = Files.writeString(home.resolve("batch.csv"), "id,account,instance,deliverTo\nr1,cloud,i-1,hook\n");

        assertThat(dryRun(file, "--user", "jane")).as(err.toString()).isZero();
        assertThat(dryRun(file, "--user", "joe")).isEqualTo(1);
        assertThat(dryRun(file, "--source", "file")).isEqualTo(1);
        assertThat(out.toString()).contains("NOT_ALLOWED", "rule mine");
    }

    private int dryRun(Path file, String... options) {
        return run(Stream.concat(Stream.of("dry-run", file.toString()), Arrays.stream(options))
                .toArray(String[]::new));
    }

    private int run(String... words) {
        return Passcourier.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.concat(
                                Arrays.stream(words),
                                Stream.of("--config", home.resolve("config").toString()))
                        .toArray(String[]::new));
    }
}
