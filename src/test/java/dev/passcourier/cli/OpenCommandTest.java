package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.config.Settings;
import dev.passcourier.vault.Sealed;
import dev.passcourier.vault.TestKeys;
import dev.passcourier.vault.VaultBench;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class OpenCommandTest {

    private static final KeyPair PAIR = TestKeys.ec("secp256r1");

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Clock clock = VaultBench.CLOCK;
    private byte[] input = new byte[0];
    private VaultBench bench;
    private Path key;
    private Path sealed;
    private Path signer;

    @BeforeEach
    void sealAResult() throws Exception {
        bench = new VaultBench(directory);
        key = TestKeys.file(directory.resolve("my.key"), TestKeys.sec1(PAIR));
        sealed = directory.resolve("result.jwe");
        signer = bench.keys().publicSigningKey();
        seal("Canary#1");
    }

    @Test
    void printsTheFactsAndSaysHowToSeeTheSecret() {
        assertThat(open("--signer", signer.toString(), sealed.toString())).isZero();
        assertThat(out.toString().lines())
                .contains(
                        "requestId    req-1",
                        "instance     i-0815",
                        "kind         password",
                        "userName     Administrator",
                        "notAfter     2026-11-01T13:00:00Z",
                        "signature    checked");
        assertThat(err.toString()).contains("--show", "--to");
        assertThat(out + "" + err).doesNotContain("Canary");
    }

    @Test
    void showsTheSecretWhenAsked() throws Exception {
        seal(" Canary#1 ");
        assertThat(open("--signer", signer.toString(), "--show", sealed.toString()))
                .isZero();
        assertThat(out.toString().lines()).contains("secret        Canary#1 ");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void showsAPrivateKeyOnLinesOfItsOwn() throws Exception {
        seal("-----BEGIN CANARY-----\nAAAA\n-----END CANARY-----\n");
        open("--show", sealed.toString());
        assertThat(out.toString().lines())
                .containsSequence("secret", "-----BEGIN CANARY-----", "AAAA", "-----END CANARY-----");
    }

    @Test
    void printsJson() throws Exception {
        assertThat(open("--signer", signer.toString(), "--output", "json", sealed.toString()))
                .isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.path("requestId").asText()).isEqualTo("req-1");
        assertThat(json.path("signatureChecked").asBoolean()).isTrue();
        assertThat(json.has("secret")).isFalse();
        out.getBuffer().setLength(0);
        open("--output", "json", "--show", sealed.toString());
        assertThat(new ObjectMapper().readTree(out.toString()).path("secret").asText())
                .isEqualTo("Canary#1");
    }

    @Test
    void readsTheStandardInput() throws Exception {
        input = Files.readAllBytes(sealed);
        assertThat(open()).isZero();
        assertThat(open("-")).isZero();
    }

    @Test
    void writesTheSecretToANewFileOnly() throws Exception {
        Path to = directory.resolve("secret");
        assertThat(open("--to", to.toString(), sealed.toString())).isZero();
        assertThat(to).hasContent("Canary#1");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(to)))
                .isEqualTo("rw-------");
        assertThat(out + "" + err).doesNotContain("Canary").contains("secret written to " + to);

        Files.writeString(to, "mine");
        assertThat(open("--to", to.toString(), sealed.toString())).isEqualTo(1);
        assertThat(to).hasContent("mine");
        assertThat(err.toString()).contains(to + " is there already");
    }

    @Test
    void tellsWhenTheSignatureIsNotChecked() {
        assertThat(open(sealed.toString())).isZero();
        assertThat(out.toString()).contains("signature    not checked");
        assertThat(err.toString()).contains("--signer");
    }

    @Test
    void opensWithAnEncryptedKey() {
        TestKeys.file(key, TestKeys.encryptedPem(PAIR));
        assertThat(open(sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("PASSPHRASE_MISSING", key.toString());
        Path phrase = TestKeys.file(directory.resolve("phrase"), TestKeys.PASSPHRASE + "\n");
        assertThat(open("--passphrase-file", phrase.toString(), sealed.toString()))
                .isZero();
        TestKeys.file(phrase, "canary wrong");
        assertThat(open("--passphrase-file", phrase.toString(), sealed.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("PASSPHRASE_WRONG").doesNotContain("canary wrong");
        assertThat(open("--passphrase-env", "PASSCOURIER_NOT_SET", sealed.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("PASSPHRASE_UNREADABLE", "PASSCOURIER_NOT_SET");
        assertThat(open("--passphrase-file", directory.resolve("{{env:HOME}}").toString(), sealed.toString()))
                .isEqualTo(1);
    }

    @Test
    void saysWhyAResultIsNotOpened() throws Exception {
        assertThat(open("--request", "req-2", sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("OTHER_RESULT");
        assertThat(open("--delivery", "dlv_other", sealed.toString())).isEqualTo(1);
        assertThat(open("--instance", "i-0816", sealed.toString())).isEqualTo(1);
        assertThat(open("--instance", "i-0815", sealed.toString())).isZero();
        out.getBuffer().setLength(0);

        String jwe = Files.readString(sealed);
        Files.writeString(sealed, jwe.substring(0, jwe.length() - 4) + "AAAA");
        assertThat(open(sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("ALTERED");

        assertThat(open(directory.resolve("none").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("none cannot be read");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void tellsADeliveryThatWasOpenedBefore() throws Exception {
        Path seen = directory.resolve("seen");
        assertThat(open("--seen", seen.toString(), "--show", sealed.toString())).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(seen)))
                .isEqualTo("rw-------");
        out.getBuffer().setLength(0);

        assertThat(open("--seen", seen.toString(), "--show", sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("REPLAYED", seen.toString());
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"CMS, recipient.crt", "OPENPGP, recipient.asc", "AGE, recipient.age"})
    void saysWhoseKeyTheOtherFormatsNeed(Settings.SealFormat format, String file) throws Exception {
        Files.write(
                sealed,
                bench.seal("Canary#1", VaultBench.FACTS, VaultBench.recipient(format, directory, file))
                        .bytes());
        assertThat(open("--signer", signer.toString(), sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("NOT_FOR_THIS_KEY");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void opensAgeWithAnIdentityFile() throws Exception {
        Files.write(
                sealed,
                bench.seal(
                                "Canary#1",
                                VaultBench.FACTS,
                                VaultBench.recipient(Settings.SealFormat.AGE, directory, "recipient.age"))
                        .bytes());
        TestKeys.file(key, VaultBench.AGE_IDENTITY);
        assertThat(open("--signer", signer.toString(), "--show", sealed.toString()))
                .isZero();
        assertThat(out.toString()).contains("secret       Canary#1", "signature    checked");
    }

    @Test
    void opensAnExpiredResultOnlyIfAllowed() {
        clock = Clock.fixed(VaultBench.NOT_AFTER, ZoneOffset.UTC);
        assertThat(open(sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("EXPIRED");
        assertThat(open("--allow-expired", sealed.toString())).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--nonsense", "--output xml", "--passphrase-prompt --passphrase-env A", "a b"})
    void refusesWrongUsage(String arguments) {
        assertThat(open(arguments.split(" "))).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("Usage:");
    }

    @Test
    void needsAKey() {
        assertThat(command().execute(sealed.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("--key");
    }

    @Test
    void helpsWithAnExample() {
        assertThat(command().execute("--help")).isZero();
        assertThat(out.toString()).contains("passcourier open --key my.key --signer signing.pub.jwk --show result.jwe");
    }

    private void seal(String password) throws Exception {
        Sealed result = bench.seal(password, VaultBench.FACTS, bench.recipient(PAIR.getPublic()));
        Files.write(sealed, result.bytes());
    }

    private int open(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--key", key.toString()));
        all.addAll(List.of(arguments));
        return command().execute(all.toArray(String[]::new));
    }

    private CommandLine command() {
        return new CommandLine(new OpenCommand(clock, new ByteArrayInputStream(input)))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
    }
}
