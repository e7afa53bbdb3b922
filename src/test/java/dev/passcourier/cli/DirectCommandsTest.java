package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.sandbox.HuaweiEcsSandbox;
import dev.passcourier.sandbox.Misbehaviour;
import dev.passcourier.sandbox.SandboxInstance;
import dev.passcourier.sandbox.ZStackSandbox;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code get} and {@code clear} while no service runs, against pretend clouds. */
class DirectCommandsTest {

    private static final String CANARY = "Canary-5f81!get";

    @TempDir
    private Path home;

    private final HuaweiEcsSandbox huawei = HuaweiEcsSandbox.start(Clock.systemUTC());
    private final ZStackSandbox zstack = ZStackSandbox.start(Clock.systemUTC());
    private final StringWriter talk = new StringWriter();
    private final StringWriter data = new StringWriter();
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private SandboxInstance windows;
    private KeyPair pair;

    @BeforeEach
    void layOut() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        pair = generator.generateKeyPair();
        windows = huawei.addInstance("i-windows", CANARY, pair.getPublic());
        zstack.addInstance("64bdb6ac8c3044d589ab6a0e96745fc0", CANARY);
        secret(
                "windows.pem",
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(pair.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        secret("sk", huawei.secretKey());
        secret("zstack", zstack.accountPassword());
        settings("[\"get:asker\", \"get:operations\", \"cloud:clear\"]");
    }

    @AfterEach
    void stop() {
        huawei.close();
        zstack.close();
    }

    private void secret(String name, String content) throws Exception {
        Path file = Files.createFile(
                Files.createDirectories(home.resolve("secrets")).resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, content);
    }

    private void settings(String destinations) throws Exception {
        Path recipients = Files.createDirectories(home.resolve("recipients"));
        if (!Files.exists(recipients.resolve("operations.jwk"))) {
            run(
                    "recipient",
                    "create",
                    "operations",
                    "--config",
                    config(),
                    "--private",
                    home.resolve("mine.pem").toString());
        }
        Files.writeString(Files.createDirectories(home.resolve("config")).resolve("passcourier.yaml"), """
            service: {retryPace: 0.0001}
            keyRings:
              windows: {keys: [{path: secrets/windows.pem}]}
            accounts:
              cloud:
                provider: huawei-ecs
                keyRing: windows
                settings:
                  region: %s
                  projectId: "%s"
                  endpoint: %s
                  auth: {type: aksk, accessKey: %s, secretKey: "{{file:secrets/sk}}"}
              consoles:
                provider: zstack
                settings:
                  endpoint: %s
                  auth: {type: session, account: %s, password: "{{file:secrets/zstack}}"}
            recipients:
              operations: {key: recipients/operations.jwk}
            policy:
              rules:
                - {name: desk, sources: [cli], users: ["%s"], accounts: ["*"], instances: ["*"], destinations: %s}
            """.formatted(
                        huawei.projectName(),
                        huawei.projectId(),
                        huawei.baseUrl(),
                        huawei.accessKey(),
                        zstack.baseUrl(),
                        zstack.accountName(),
                        System.getProperty("user.name"),
                        destinations));
    }

    private String config() {
        return home.resolve("config").toString();
    }

    private int run(String... arguments) {
        talk.getBuffer().setLength(0);
        data.getBuffer().setLength(0);
        screen.reset();
        var line = Passcourier.commandLine();
        line.getCommandSpec().removeSubcommand("get");
        line.getCommandSpec().removeSubcommand("clear");
        return line.addSubcommand(new GetCommand(Clock.systemUTC(), screen))
                .addSubcommand(new ClearCommand(Clock.systemUTC(), new ByteArrayInputStream(new byte[0])))
                .setOut(new PrintWriter(data, true))
                .setErr(new PrintWriter(talk, true))
                .execute(arguments);
    }

    private int get(String... more) {
        return run(List.of(List.of("get", "--config", config()), List.of(more)).stream()
                .flatMap(List::stream)
                .toArray(String[]::new));
    }

    private String trail() throws Exception {
        return Files.readString(home.resolve("data/audit/audit-000000000000001.jsonl"));
    }

    @Test
    void printsThePasswordAndOnlyItWhereItIsToBeShown() throws Exception {
        assertThat(get("cloud", "i-windows", "--show", "--force"))
                .as(talk.toString())
                .isZero();

        assertThat(screen.toString(StandardCharsets.UTF_8)).isEqualTo(CANARY + "\n");
        assertThat(data.toString()).isEmpty();
        assertThat(talk.toString())
                .contains("DELIVERED cloud i-windows: password, opened with key windows SHA256:")
                .doesNotContain(CANARY);
        assertThat(trail())
                .contains("\"GET\"", "\"OPENING\"", "\"GOT\"", System.getProperty("user.name"), "desk", "get:asker")
                .doesNotContain(CANARY);
    }

    @Test
    void printsNoPasswordIntoAPipeUnlessForced() {
        assertThat(get("cloud", "i-windows", "--show")).isEqualTo(2);

        assertThat(talk.toString()).contains("no terminal", "--force");
        assertThat(screen.size()).isZero();
        assertThat(windows.asks()).isZero();
    }

    @Test
    void sealsForARecipientIntoAFileThatOpenOpens() throws Exception {
        Path sealed = home.resolve("result.jwe");

        assertThat(get("cloud", "i-windows", "--to", "operations", "--out", sealed.toString(), "--output", "json"))
                .as(talk.toString())
                .isZero();

        JsonNode facts = new ObjectMapper().readTree(screen.toByteArray());
        assertThat(facts.path("verdict").asText()).isEqualTo("DELIVERED");
        assertThat(facts.path("keyFingerprint").asText()).startsWith("SHA256:");
        assertThat(facts.has("secret")).isFalse();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(sealed)))
                .isEqualTo("rw-------");
        assertThat(run(
                        "open",
                        "--key",
                        home.resolve("mine.pem").toString(),
                        "--signer",
                        home.resolve("data/keys/signing.pub.jwk").toString(),
                        "--instance",
                        "i-windows",
                        "--show",
                        sealed.toString()))
                .as(talk.toString())
                .isZero();
        assertThat(data.toString()).contains(CANARY, "get:operations");
    }

    @Test
    void sealsForThePublicKeyInAFile() {
        assertThat(get(
                        "consoles",
                        "64bdb6ac8c3044d589ab6a0e96745fc0",
                        "--to-key",
                        home.resolve("recipients/operations.jwk").toString()))
                .as(talk.toString())
                .isZero();

        assertThat(screen.toString(StandardCharsets.US_ASCII)).matches("(?:[A-Za-z0-9_-]+\\.){4}[A-Za-z0-9_-]+\\s*");
    }

    @Test
    void looksWhereTheResultGoesBeforeTheCloudIsAsked() throws Exception {
        Path taken = Files.createFile(home.resolve("taken.jwe"));

        assertThat(get("cloud", "i-windows", "--to", "operations", "--out", taken.toString()))
                .isEqualTo(2);
        assertThat(talk.toString()).contains("is there already");
        assertThat(get(
                        "cloud",
                        "i-windows",
                        "--to",
                        "operations",
                        "--out",
                        home.resolve("no/folder").toString()))
                .isEqualTo(2);
        assertThat(talk.toString()).contains("cannot be written");
        assertThat(get("cloud", "i-windows", "--to", "./operations")).isEqualTo(2);
        assertThat(talk.toString()).contains("--to-key");
        assertThat(windows.asks()).isZero();
    }

    @Test
    void asksNobodyWhatThePolicyDoesNotAllow() throws Exception {
        settings("[\"get:operations\"]");

        assertThat(get("cloud", "i-windows", "--show", "--force")).isEqualTo(1);

        assertThat(talk.toString()).contains("REFUSED NOT_ALLOWED", "rule desk: its destinations do not fit");
        assertThat(windows.asks()).isZero();
        assertThat(trail()).contains("NOT_GOT", "NOT_ALLOWED", System.getProperty("user.name"));
    }

    @Test
    void asksAgainForAsLongAsThereIsPatience() {
        windows.readyAtAsk(3);

        assertThat(get("cloud", "i-windows", "--show", "--force", "--wait", "1m"))
                .as(talk.toString())
                .isZero();

        assertThat(talk.toString()).contains("NOT_YET EMPTY, asked 1 time; asks again", "asked 2 times");
        assertThat(windows.asks()).isEqualTo(3);
    }

    @Test
    void saysThatItMayStillComeWhenTheTimeToWaitIsOver() {
        windows.readyAtAsk(1000);

        assertThat(get("cloud", "i-windows", "--show", "--force", "--wait", "10ms"))
                .isEqualTo(4);
        assertThat(get("cloud", "i-windows", "--show", "--force")).isEqualTo(1);
    }

    @Test
    void saysThatItWillNotComeWhenItHasBeenTriedOftenEnough() {
        zstack.script().always(Misbehaviour.SERVER_ERROR);

        assertThat(get("consoles", "64bdb6ac8c3044d589ab6a0e96745fc0", "--show", "--force", "--wait", "1m"))
                .as(talk.toString())
                .isEqualTo(1);

        assertThat(talk.toString()).contains("asked 2 times", "FAILED").doesNotContain("asked 3 times");
    }

    @Test
    void asksOnceWithoutPatience() {
        windows.holdBack();

        assertThat(get("cloud", "i-windows", "--show", "--force", "--output", "json"))
                .isEqualTo(1);

        assertThat(screen.toString(StandardCharsets.UTF_8)).contains("\"verdict\" : \"NOT_YET\"");
        assertThat(windows.asks()).isEqualTo(1);
    }

    @Test
    void opensNoCiphertextThatWasAnotherInstancesFirst() {
        get("cloud", "i-windows", "--show", "--force");
        huawei.addCiphertext("i-thief", encrypted());
        huawei.addCiphertext("i-owner", encrypted());
        get("cloud", "i-owner", "--show", "--force");

        assertThat(get("cloud", "i-thief", "--show", "--force")).isEqualTo(1);

        assertThat(talk.toString()).contains("REFUSED TRANSPLANTED");
        assertThat(screen.size()).isZero();
    }

    private String posted;

    /** The same ciphertext every time. */
    private String encrypted() {
        try {
            if (posted == null) {
                var cipher = javax.crypto.Cipher.getInstance("RSA/ECB/PKCS1Padding");
                cipher.init(javax.crypto.Cipher.ENCRYPT_MODE, pair.getPublic());
                posted = Base64.getEncoder().encodeToString(cipher.doFinal(CANARY.getBytes(StandardCharsets.UTF_8)));
            }
            return posted;
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void clearsOnlyWhatIsConfirmed() throws Exception {
        assertThat(run("clear", "--config", config(), "cloud", "i-windows")).isEqualTo(2);
        assertThat(talk.toString()).contains("--yes");

        assertThat(run("clear", "--config", config(), "cloud", "i-windows", "--yes"))
                .as(talk.toString())
                .isZero();

        assertThat(talk.toString()).contains("CLEARED cloud i-windows");
        assertThat(trail()).contains("CLEARING", "CLEARED", "cloud:clear");
        assertThat(get("cloud", "i-windows", "--show", "--force")).isEqualTo(1);
        assertThat(talk.toString()).contains("NOT_YET EMPTY");
    }

    @Test
    void saysThatACloudHasNoCallToClearWith() {
        assertThat(run("clear", "--config", config(), "consoles", "64bdb6ac8c3044d589ab6a0e96745fc0", "--yes"))
                .isEqualTo(1);

        assertThat(talk.toString()).contains("REFUSED NO_CLEAR_CALL", "no call that clears a password");
    }
}
