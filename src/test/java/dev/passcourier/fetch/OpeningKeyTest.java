package dev.passcourier.fetch;

import static dev.passcourier.fetch.SettleBench.NOW;
import static dev.passcourier.fetch.SettleBench.work;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.cli.Passcourier;
import dev.passcourier.provider.Answer;
import dev.passcourier.sandbox.MovableClock;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.LockedSecret;
import dev.passcourier.vault.Programs;
import dev.passcourier.vault.TestKeys;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.RSAPrivateCrtKey;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trail, and {@code audit show}, say which key of a ring opened a password, and never what the key is. */
class OpeningKeyTest {

    private static final String CANARY = "Canary#OpeningKey";

    @TempDir
    Path directory;

    private final KeyPair second = TestKeys.rsa("second", 2048);
    private SettleBench bench;
    private KeyRing ring;
    private Path secondFile;

    @BeforeEach
    void open() throws Exception {
        bench = new SettleBench(directory, new MovableClock(NOW, ZoneOffset.UTC));
        Path keys = Files.createDirectory(directory.resolve("ring"));
        TestKeys.file(
                keys.resolve("a-first.pem"), TestKeys.pem(TestKeys.rsa2048().getPrivate()));
        secondFile = TestKeys.file(keys.resolve("b-second.pem"), TestKeys.encryptedPem(second));
        TestKeys.file(
                keys.resolve("c-third.pem"),
                TestKeys.pem(TestKeys.rsa("other", 2048).getPrivate()));
        ring = KeyRing.load(
                "windows-fleet",
                List.of(new KeyRing.Source(keys, () -> TestKeys.PASSPHRASE.getBytes(StandardCharsets.UTF_8))));
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @Test
    void isNamedByItsRingAndTheFingerprintThatOpensslComputes() throws Exception {
        settle(encryptedFor(second));
        String fingerprint = fingerprintByOpenssl();
        JsonNode opened = shown("OPENED").get(0).path("facts");
        assertThat(opened.path("ring").asText()).isEqualTo("windows-fleet");
        assertThat(opened.path("key").asText()).isEqualTo(fingerprint);
        assertThat(show("table")).contains("ring=windows-fleet key=" + fingerprint);
    }

    @Test
    void isNamedAfterItsUseWasRecordedAndBeforeAnythingIsHandedOn() throws Exception {
        settle(encryptedFor(second));
        assertThat(shown("OPENING")).singleElement().satisfies(record -> {
            assertThat(record.path("facts").has("fingerprint")).isTrue();
            assertThat(record.path("facts").has("key")).isFalse();
        });
        assertThat(show("table")).containsSubsequence("OPENING", "OPENED", "SEALED");
    }

    @Test
    void isNotNamedWhereNoKeyOpens() throws Exception {
        settle(encryptedFor(TestKeys.rsa("stranger", 2048)));
        assertThat(show("json")).contains("WRONG_KEY").doesNotContain("\"ring\"", "\"key\"");
        assertThat(shown("OPENED")).isEmpty();
    }

    @Test
    void isNotNamedForAnAnswerInClear() throws Exception {
        byte[] body = ("{\"password\":\"" + CANARY + "\"}").getBytes(StandardCharsets.UTF_8);
        settle(new Answer.Found(new LockedSecret.InClear(body, List.of(List.of("password"))), "password", null));
        assertThat(shown("OPENED")).hasSize(1);
        assertThat(show("json")).doesNotContain("\"ring\"", "\"key\"", "\"fingerprint\"");
    }

    @Test
    void isNeverPartOfTheTrailItself() throws Exception {
        settle(encryptedFor(second));
        RSAPrivateCrtKey key = (RSAPrivateCrtKey) second.getPrivate();
        assertThat(bench.auditText() + show("json"))
                .doesNotContain(CANARY, TestKeys.PASSPHRASE)
                .doesNotContain(spelled(key.getModulus()))
                .doesNotContain(spelled(key.getPrivateExponent()))
                .doesNotContain(spelled(key.getPrimeP()));
    }

    private static Answer.Found encryptedFor(KeyPair key) {
        return SettleBench.found(TestKeys.encrypt(key.getPublic(), CANARY.getBytes(StandardCharsets.UTF_8)));
    }

    private void settle(Answer answer) throws Exception {
        bench.settle(bench.step("kakaocloud", ring, false), work("vm-1"), answer);
    }

    private List<JsonNode> shown(String type) throws Exception {
        JsonNode records = new ObjectMapper().readTree(show("json"));
        return StreamSupport.stream(records.spliterator(), false)
                .filter(record -> record.path("type").asText().equals(type))
                .toList();
    }

    private String show(String output) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Passcourier.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute("audit", "show", "--data", directory.toString(), "--request", "r-vm-1", "--output", output);
        assertThat(code).describedAs(err.toString()).isZero();
        return out.toString();
    }

    /** SHA-256 over the public key as RFC 4253, section 6.6, lays it out, which is what {@code ssh-keygen -l} prints. */
    private String fingerprintByOpenssl() throws Exception {
        try (Programs programs = new Programs()) {
            String phrase = "pass:" + TestKeys.PASSPHRASE;
            String said = programs.run(
                            "openssl", "rsa", "-in", secondFile.toString(), "-passin", phrase, "-noout", "-modulus")
                    .text();
            BigInteger modulus = new BigInteger(said.replace("Modulus=", "").trim(), 16);
            Path blob = programs.file("blob");
            Files.write(blob, sshBlob(modulus));
            byte[] hash = programs.run("openssl", "dgst", "-sha256", "-binary", blob.toString())
                    .out();
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
        }
    }

    private static byte[] sshBlob(BigInteger modulus) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (byte[] part : List.of(
                "ssh-rsa".getBytes(StandardCharsets.US_ASCII),
                BigInteger.valueOf(65537).toByteArray(),
                modulus.toByteArray())) {
            out.writeInt(part.length);
            out.write(part);
        }
        return bytes.toByteArray();
    }

    private static List<String> spelled(BigInteger number) {
        return List.of(
                number.toString(),
                number.toString(16),
                Base64.getEncoder().withoutPadding().encodeToString(number.toByteArray()));
    }
}
