package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.vault.KeyLoadException.Code;
import dev.passcourier.vault.NotOpenedException.Reason;
import dev.passcourier.vault.ResultOpener.Expected;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Results in CMS, opened by openssl and by ourselves. */
@Tag("programs")
class CmsResultTest {

    private static final String PASSWORD = "Canary \"Pässwörd\" \\ = €";

    @TempDir
    private Path directory;

    private FormatBench bench;
    private Programs people;

    @BeforeEach
    void meet() throws Exception {
        bench = new FormatBench(directory);
        people = new Programs();
    }

    @AfterEach
    void part() throws Exception {
        people.close();
    }

    @ParameterizedTest
    @CsvSource({
        "rsa:2048, keyEncipherment, gcm",
        "rsa:3072, keyEncipherment, gcm",
        "prime256v1, keyAgreement, gcm",
        "secp384r1, keyAgreement, gcm",
        "secp521r1, keyAgreement, gcm",
        "rsa:2048, keyEncipherment, cbc",
        "prime256v1, keyAgreement, cbc"
    })
    void isOpenedAndVerifiedByOpenssl(String algorithm, String usage, String cipher) throws Exception {
        Path certificate = people.certificate("ops", algorithm, usage);
        RecipientKey recipient = cipher.equals("gcm")
                ? FormatBench.recipient(SealFormat.CMS, certificate)
                : FormatBench.legacy(certificate);
        Sealed sealed = bench.seal(PASSWORD, recipient);
        assertThat(sealed.mediaType()).isEqualTo(cipher.equals("gcm") ? Sealed.CMS : Sealed.CMS_CBC);

        String page = openedByOpenssl(sealed);

        assertThat(page)
                .startsWith("Content-Type: multipart/mixed; boundary=")
                .contains("\r\nrequest     req-1\r\n", "\r\npassword on the next line:\r\n" + PASSWORD + "\r\n");
        try (OpenedResult result = opened(sealed)) {
            assertThat(FormatBench.secret(result)).isEqualTo(PASSWORD);
            assertThat(result.facts()).containsEntry("instance", "i-0815").containsEntry("requestId", "req-1");
        }
    }

    private String openedByOpenssl(Sealed sealed) throws Exception {
        Path file = bench.written(sealed, people.file("result.p7m"));
        Programs.Said structure =
                people.run("openssl", "cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", file.toString());
        assertThat(structure.text())
                .contains(sealed.mediaType().equals(Sealed.CMS) ? "aes-256-gcm" : "aes-256-cbc")
                .doesNotContain("req-1");
        Path inner = people.file("inner.eml");
        people.run(
                "openssl",
                "cms",
                "-decrypt",
                "-inform",
                "DER",
                "-in",
                file.toString(),
                "-inkey",
                people.file("ops.key").toString(),
                "-out",
                inner.toString());
        Programs.Said verified = people.run(
                "openssl",
                "cms",
                "-verify",
                "-in",
                inner.toString(),
                "-CAfile",
                bench.signing("signing.crt.pem").toString());
        assertThat(verified.err()).containsIgnoringCase("verification successful");
        return verified.text();
    }

    private OpenedResult opened(Sealed sealed) throws Exception {
        return bench.opener(people.file("ops.key"), bench.signing("signing.crt.pem"))
                .open(sealed.bytes(), Expected.ANY);
    }

    @Test
    void keepsAPrivateKeyWhole() throws Exception {
        String key = "-----BEGIN CANARY-----\n" + "QUFB".repeat(700) + "\n-----END CANARY-----\n";
        RecipientKey recipient =
                FormatBench.recipient(SealFormat.CMS, people.certificate("ops", "rsa:2048", "keyEncipherment"));
        Sealed sealed = bench.seal(key, recipient);

        assertThat(openedByOpenssl(sealed)).contains("Content-Transfer-Encoding: base64");
        try (OpenedResult result = opened(sealed)) {
            assertThat(FormatBench.secret(result)).isEqualTo(key);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gcm", "cbc"})
    void tellsEveryFlippedBitOrChangesNothing(String cipher) throws Exception {
        Path certificate = people.certificate("ops", "prime256v1", "keyAgreement");
        Sealed sealed = bench.seal(
                "Canary#1",
                cipher.equals("gcm")
                        ? FormatBench.recipient(SealFormat.CMS, certificate)
                        : FormatBench.legacy(certificate));
        ResultOpener opener = bench.opener(people.file("ops.key"), bench.signing("signing.pub.jwk"));
        int refused = 0;
        for (int at = 0; at < sealed.bytes().length; at += 3) {
            byte[] flipped = sealed.bytes().clone();
            flipped[at] ^= 4;
            try (OpenedResult result = opener.open(flipped, Expected.ANY)) {
                assertThat(FormatBench.secret(result))
                        .describedAs("byte %d", at)
                        .isEqualTo("Canary#1");
            } catch (NotOpenedException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(sealed.bytes().length / 3 * 8 / 10);
    }

    @Test
    void tellsWhyItDoesNotOpen() throws Exception {
        Path certificate = people.certificate("ops", "rsa:2048", "keyEncipherment");
        people.certificate("other", "rsa:2048", "keyEncipherment");
        people.certificate("curve", "prime256v1", "keyAgreement");
        byte[] sealed = bench.seal("Canary#1", FormatBench.recipient(SealFormat.CMS, certificate))
                .bytes();
        Path key = people.file("ops.key");
        Path signer = bench.signing("signing.pub.jwk");

        for (int cut : List.of(1, sealed.length / 2, sealed.length - 1)) {
            assertThat(FormatBench.reason(bench.opener(key, signer), Arrays.copyOf(sealed, cut)))
                    .isEqualTo(Reason.MALFORMED);
        }
        byte[] altered = sealed.clone();
        altered[sealed.length - 80] ^= 1;
        assertThat(FormatBench.reason(bench.opener(key, signer), altered)).isEqualTo(Reason.ALTERED);
        assertThat(FormatBench.reason(bench.opener(people.file("other.key"), signer), sealed))
                .isEqualTo(Reason.NOT_FOR_THIS_KEY);
        assertThat(FormatBench.reason(bench.opener(people.file("curve.key"), signer), sealed))
                .isEqualTo(Reason.NOT_FOR_THIS_KEY);
        var stranger = new FormatBench(directory.resolve("stranger"));
        assertThat(FormatBench.reason(bench.opener(key, stranger.signing("signing.pub.jwk")), sealed))
                .isEqualTo(Reason.NOT_OURS);
    }

    @Test
    void isRefusedByOpensslWhenItWasAltered() throws Exception {
        Path certificate = people.certificate("ops", "rsa:2048", "keyEncipherment");
        byte[] sealed = bench.seal("Canary#1", FormatBench.recipient(SealFormat.CMS, certificate))
                .bytes();
        sealed[sealed.length - 80] ^= 1;
        Path file = Files.write(people.file("altered.p7m"), sealed);
        Programs.Said said = people.ask(
                "openssl",
                "cms",
                "-decrypt",
                "-inform",
                "DER",
                "-in",
                file.toString(),
                "-inkey",
                people.file("ops.key").toString());
        assertThat(said.exit()).isNotZero();
    }

    @Test
    void readsPinnedCertificatesAndRefusesOthers() throws Exception {
        Path certificate = people.certificate("ops", "rsa:2048", "keyEncipherment");
        String printed = people.run(
                        "openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", certificate.toString())
                .text()
                .strip()
                .replaceFirst(".*=", "");
        RecipientKey key = FormatBench.pinned(SealFormat.CMS, certificate, printed);
        assertThat(key.expiresAt()).isAfter(bench.now.plusSeconds(300L * 24 * 3600));
        FormatBench.pinned(SealFormat.CMS, certificate, printed.replace(":", "").toLowerCase(java.util.Locale.ROOT));
        assertThat(FormatBench.refused(
                                SealFormat.CMS,
                                certificate,
                                printed.replace('A', 'B').replace('1', '2'))
                        .code())
                .isEqualTo(Code.FINGERPRINT_DIFFERS);
    }

    @ParameterizedTest
    @CsvSource({
        "rsa:1024, keyEncipherment, KEY_WEAK",
        "secp256k1, keyAgreement, KEY_WEAK",
        "rsa:2048, digitalSignature, KEY_NOT_FOR_ENCRYPTION",
        "prime256v1, keyEncipherment, KEY_NOT_FOR_ENCRYPTION"
    })
    void refusesUnfitCertificates(String algorithm, String usage, Code code) throws Exception {
        Path certificate = people.certificate("ops", algorithm, usage);
        assertThat(FormatBench.refused(SealFormat.CMS, certificate, null).code())
                .isIn(code, code == Code.KEY_WEAK ? Code.KEY_DAMAGED : code);
    }

    @Test
    void refusesABarePublicKey() {
        Path key = TestKeys.file(
                directory.resolve("ops.pem"), TestKeys.pem(TestKeys.rsa2048().getPublic()));
        assertThat(FormatBench.refused(SealFormat.CMS, key, null).code()).isEqualTo(Code.KEY_FORMAT);
    }

    @Test
    void hasOneSigningCertificatePerKey() throws Exception {
        Path certificate = bench.signing("signing.crt.pem");
        byte[] first = Files.readAllBytes(certificate);
        Files.delete(certificate);
        new FormatBench(directory);
        assertThat(certificate).hasBinaryContent(first);
        assertThat(new String(first, StandardCharsets.US_ASCII)).startsWith("-----BEGIN CERTIFICATE-----\n");
        assertThat(people.run("openssl", "x509", "-noout", "-text", "-in", certificate.toString())
                        .text())
                .contains("Digital Signature", "E-mail Protection", "CA:FALSE", "prime256v1");
    }
}
