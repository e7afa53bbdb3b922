package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.sandbox.SandboxState;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The doctor in the demo's world: real clouds, mail server, webhook receiver on loopback. */
class DoctorCommandTest {

    @TempDir
    private static Path directory;

    private static DemoWorld world;
    private static String settings;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void makeTheWorld() throws Exception {
        world = DemoWorld.start(directory.resolve("demo"), Clock.systemUTC());
        settings = Files.readString(world.settings());
    }

    @AfterAll
    static void endTheWorld() throws Exception {
        world.close();
    }

    @BeforeEach
    void restore() throws Exception {
        Files.writeString(world.settings(), settings);
    }

    @Test
    void validateRunAndDoctorRefuseAnAddressInTheSameWords() throws Exception {
        String address = settings.replaceFirst("(?m)^    to: .*$", "    to: \u0161dmin@example.com");
        assertThat(address).isNotEqualTo(settings);
        Files.writeString(world.settings(), address);
        String config = world.settings().getParent().toString();

        for (Object command : List.of(new ValidateCommand(), new RunCommand(), new DoctorCommand())) {
            StringWriter said = new StringWriter();
            int code = new CommandLine(command)
                    .setOut(new PrintWriter(said))
                    .setErr(new PrintWriter(said))
                    .execute("--config", config);
            assertThat(code).as(said.toString()).isNotZero();
            assertThat(said.toString())
                    .contains(
                            "to: holds '\u0161' (U+0161 LATIN SMALL LETTER S WITH CARON) before the @, and goes to the"
                                    + " mail server in ASCII only; write the address in ASCII; where the mailbox has none,"
                                    + " let its owner add an alias that has");
        }
        assertThat(world.mailbox().recipients()).isEmpty();
    }

    @Test
    void looksAtEverythingAndFindsNothingBroken() throws Exception {
        assertThat(doctor()).as(out + "\n" + err).isZero();

        assertThat(out.toString().lines().map(line -> line.split(":", -1)[0].replaceFirst("^\\S+ +", "")))
                .contains(
                        "data",
                        "crypto",
                        "keys",
                        "audit",
                        "ledger",
                        "sources.file",
                        "broker",
                        "account.kakao",
                        "account.zstack",
                        "destination.ops-mail",
                        "destination.hook",
                        "destination.archive");
        assertThat(out.toString()).doesNotContain("\u001b").contains("its clock and ours are 0 s apart");
        assertThat(err.toString()).contains(" 0 failed");
        assertThat(world.mailbox().received()).isEmpty();
    }

    @Test
    void triesCredentialsKeysListsAndCertificatesForReal() throws Exception {
        assertThat(doctor("-v")).as(out + "\n" + err).isZero();

        assertThat(out.toString())
                .containsPattern("ok +account.kakao: signs in; its clock and ours are [0-9]+ s apart")
                .containsPattern("ok +account.zstack: signs in; its clock")
                .containsPattern("ok +account.gse: takes our signature, and knows no instance 0+; its clock")
                .containsPattern("ok +account.huawei: signs in; its clock")
                .containsPattern("ok +keys\\.\\S+: serves huawei, huawei-aksk: \\S+ RSA 2048 SHA256:")
                .containsPattern(
                        "ok +schedule\\.\\S+: [0-9]+ requests in .*; next ((, )?[A-Z][a-z]{2} 2[-0-9]+ [0-9:]+ \\S+"
                                + " \\S+){3}")
                .containsPattern("ok +destination.ops-mail: the mail server greets us and lets us in: 235")
                .containsPattern("warn +destination.hook: its certificate ends 2[-0-9]+T")
                .doesNotContain("HTTP 404");
        assertThat(world.hook().requests()).isEmpty();
        assertThat(err.toString()).containsPattern("account.kakao done after [0-9.]+ s");
    }

    @Test
    void tellsARefusedSignInInTheCloudsWordsAndDoesNotRepeatItForAnotherAccount() throws Exception {
        change(text -> text.replaceFirst("(?s)(accounts:\n)(  kakao:\n.*?)(  zstack:\n)", "$1$2$2$3")
                .replaceFirst("  kakao:\n(    provider)", "  kakao-too:\n$1")
                .replaceFirst("kakao:\n(    keys:)", "kakao:\n    accounts: [kakao, kakao-too]\n$1"));
        Path secrets = world.settings().resolveSibling("../secrets").normalize();
        Map<String, String> right = new HashMap<>();
        for (String name : List.of("kakao", "gse", "zstack")) {
            right.put(name, Files.readString(secrets.resolve(name)));
            Files.writeString(secrets.resolve(name), "wr0ng-" + name + "-secret");
        }
        try {
            assertThat(doctor("--only", "account")).as(out + "\n" + err).isEqualTo(1);
        } finally {
            for (var each : right.entrySet()) {
                Files.writeString(secrets.resolve(each.getKey()), each.getValue());
            }
        }
        assertThat(out.toString())
                .containsPattern(
                        "fail +account.kakao(-too)?: DENIED IAM_401: '[A-Za-z ,.\u2026:]+'; Check the account's cred")
                .containsPattern(
                        "fail +account.kakao(-too)?: not tried, as another account's same credentials were: DENIED")
                .containsPattern("fail +account.gse: DENIED AuthFailure.SignatureFailure")
                .containsPattern("fail +account.zstack: DENIED ID.1000: '")
                .containsPattern("ok +account.huawei: ")
                .doesNotContain("wr0ng");
        assertThat(err.toString()).doesNotContain("wr0ng");
    }

    @Test
    void namesDroppedFilesThatAreNotTaken() throws Exception {
        change(text -> text.replace("maxPause: 5s", "maxPause: 1ms"));
        Path note = world.settings().getParent().resolveSibling("drop").resolve("서버 목록.txt");
        Files.writeString(note, "dear all\n");
        try {
            await().untilAsserted(() -> {
                out.getBuffer().setLength(0);
                assertThat(doctor("--only", "sources.file")).isZero();
                assertThat(out.toString())
                        .startsWith("warn  sources.file: ")
                        .contains(
                                "; not taken: '서버 목록.txt': neither its name nor its content is a batch's; end its name"
                                        + " in");
            });
        } finally {
            Files.delete(note);
        }
    }

    @Test
    void namesWhatDoesNotWorkAndLeavesTheRestAlone() throws Exception {
        int nobody = SandboxState.freePorts(1);
        change(text -> text.replaceAll("(?m)^( *url: https?://)(127\\.0\\.0\\.1|localhost):\\d+", "$1$2:" + nobody));

        assertThat(doctor("--only", "destination", "--output", "json")).isEqualTo(1);
        JsonNode found = new ObjectMapper().readTree(out.toString());
        assertThat(level(found, "destination.hook")).isEqualTo("fail");
        assertThat(says(found, "destination.hook")).contains("nobody listens there");
        assertThat(level(found, "destination.ops-mail")).isEqualTo("ok");
        assertThat(found).allMatch(each -> each.path("subject").asText().startsWith("destination."));
    }

    @Test
    void findsAMailServerWhoseCertificateIsNotTrusted() throws Exception {
        change(text -> text.replaceAll("(?m)^ *trust:.*\n", ""));

        assertThat(doctor()).isEqualTo(1);
        assertThat(out.toString())
                .containsPattern("fail +destination.ops-mail: .*: TLS")
                .containsPattern("fail +destination.hook: its certificate is not trusted");
    }

    @Test
    void saysThatNothingIsCalledSo() throws Exception {
        assertThat(doctor("--only", "moon")).isEqualTo(2);
        assertThat(err.toString()).contains("nothing is called so");
    }

    @Test
    void printsFindingsOfSettingsThatCannotBeRead() throws Exception {
        change(text -> "servce: {}\n" + text);

        assertThat(doctor()).isEqualTo(2);
        assertThat(err.toString()).contains("did you mean 'service'?");
    }

    private static void change(UnaryOperator<String> change) throws Exception {
        String changed = change.apply(settings);
        assertThat(changed).isNotEqualTo(settings);
        Files.writeString(world.settings(), changed);
    }

    private static String level(JsonNode found, String subject) {
        return field(found, subject, "level");
    }

    private static String says(JsonNode found, String subject) {
        return field(found, subject, "says");
    }

    private static String field(JsonNode found, String subject, String field) {
        for (JsonNode each : found) {
            if (each.path("subject").asText().equals(subject)) {
                return each.path(field).asText();
            }
        }
        return "";
    }

    private int doctor(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("doctor", "--config", world.settings().getParent().toString()));
        arguments.addAll(List.of(more));
        return Passcourier.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(String[]::new));
    }
}
