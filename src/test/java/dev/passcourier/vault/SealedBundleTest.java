package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.vault.RecipientKey.Bundle;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.zip.ZipInputStream;
import org.jose4j.jwe.JsonWebEncryption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files sealed for a recipient, opened by the recipient's own program. */
@Tag("programs")
class SealedBundleTest {

    private static final byte[] ZIP = zip();
    private static final Bundle BUNDLE =
            new Bundle("weekly: 서버 3 of 9 need attention", "weekly.zip", ZIP, Instant.parse("2026-11-29T23:05:12Z"));

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

    @Test
    void isOpenedByAge() throws Exception {
        Path identity = people.file("ops.key");
        people.run("age-keygen", "-o", identity.toString());
        Path recipient = Files.write(
                people.file("ops.pub"),
                people.run("age-keygen", "-y", identity.toString()).out());

        Sealed sealed = seal(FormatBench.recipient(SealFormat.AGE, recipient));

        assertThat(sealed.mediaType()).isEqualTo(Sealed.AGE);
        Path file = bench.written(sealed, people.file("weekly.zip.age"));
        assertThat(people.run("age", "-d", "-i", identity.toString(), file.toString())
                        .out())
                .isEqualTo(ZIP);
        opensForUs(sealed, identity);
    }

    @Test
    void isOpenedByAnotherJoseLibrary() throws Exception {
        var pair = TestKeys.rsa2048();
        Path file = TestKeys.file(directory.resolve("ops.pem"), TestKeys.pem(pair.getPublic()));

        Sealed sealed = seal(FormatBench.recipient(SealFormat.JWE, file));

        var jwe = new JsonWebEncryption();
        jwe.setCompactSerialization(new String(sealed.bytes(), StandardCharsets.US_ASCII));
        jwe.setKey(pair.getPrivate());
        assertThat(jwe.getContentTypeHeaderValue()).isEqualTo("zip");
        assertThat(jwe.getPlaintextBytes()).isEqualTo(ZIP);
        opensForUs(sealed, TestKeys.file(directory.resolve("ops.key"), TestKeys.pkcs8(pair)));
    }

    @Test
    void isASignedMailWithAnAttachmentForGpg() throws Exception {
        Sealed sealed =
                seal(FormatBench.recipient(SealFormat.OPENPGP, people.pgpKey("ops", "ed25519", "cv25519", "1y")));
        people.gpg("--import", bench.signing("signing.pub.asc").toString());
        Path file = bench.written(sealed, people.file("weekly.eml.asc"));

        Programs.Said said = people.gpg("--decrypt", file.toString());

        assertThat(said.err()).contains("[GNUPG:] GOODSIG", "[GNUPG:] DECRYPTION_OKAY");
        assertThat(attached(said.text())).isEqualTo(ZIP);
        Path secret = Files.write(
                people.file("ops.sec.asc"),
                people.gpg("--armor", "--export-secret-keys").out());
        opensForUs(sealed, FormatBench.guarded(secret));
    }

    @Test
    void isASignedMailWithAnAttachmentForOpenssl() throws Exception {
        Sealed sealed =
                seal(FormatBench.recipient(SealFormat.CMS, people.certificate("ops", "rsa:2048", "keyEncipherment")));
        Path file = bench.written(sealed, people.file("weekly.p7m"));
        Path inner = people.file("inner.eml");
        String key = people.file("ops.key").toString();
        people.run(
                "openssl",
                "cms",
                "-decrypt",
                "-inform",
                "DER",
                "-in",
                file.toString(),
                "-inkey",
                key,
                "-out",
                inner.toString());

        Programs.Said said = people.run(
                "openssl",
                "cms",
                "-verify",
                "-in",
                inner.toString(),
                "-CAfile",
                bench.signing("signing.crt.pem").toString());

        assertThat(said.err()).containsIgnoringCase("verification successful");
        assertThat(attached(said.text())).isEqualTo(ZIP);
        opensForUs(sealed, FormatBench.guarded(Path.of(key)));
    }

    @Test
    void isRefusedToAKeyThatHasExpired() throws Exception {
        RecipientKey key =
                FormatBench.recipient(SealFormat.CMS, people.certificate("ops", "rsa:2048", "keyEncipherment"));
        Vault later =
                new Vault(bench.vault.keys(), Clock.fixed(Instant.now().plusSeconds(400L * 24 * 3600), ZoneOffset.UTC));

        assertThat(catchThrowableOfType(VaultException.class, () -> later.seal(BUNDLE, key, "ops", "dlv_1"))
                        .code())
                .isEqualTo(VaultException.Code.RECIPIENT_EXPIRED);
    }

    private Sealed seal(RecipientKey recipient) throws VaultException {
        Sealed sealed = new Vault(bench.vault.keys(), FormatBench.CLOCK).seal(BUNDLE, recipient, "ops", "dlv_1");
        assertThat(sealed.alias()).isEqualTo("ops");
        assertThat(sealed.deliveryId()).isEqualTo("dlv_1");
        return sealed;
    }

    private void opensForUs(Sealed sealed, Path key) throws Exception {
        Path signer = bench.vault.keys().publicSigningKey();
        assertThat(ResultOpener.load(key, null, signer, FormatBench.CLOCK).openArchive(sealed.bytes()))
                .hasValue(ZIP);
    }

    /** What is attached as weekly.zip; the text beside it is checked on the way. */
    private static byte[] attached(String entity) {
        String mail = entity.replace("\r\n", "\n");
        assertThat(mail).startsWith("Content-Type: multipart/mixed; boundary=");
        String text = mail.split("base64\n\n", 2)[1].split("\n--", 2)[0];
        assertThat(new String(Base64.getMimeDecoder().decode(text), StandardCharsets.UTF_8))
                .isEqualTo(BUNDLE.text());
        String attachment = mail.split("filename=\"weekly.zip\"\n\n", 2)[1].split("\n--", 2)[0];
        return Base64.getMimeDecoder().decode(attachment);
    }

    private static byte[] zip() {
        byte[] csv = "서버".getBytes(StandardCharsets.UTF_8);
        return new ReportMessage(
                        "weekly",
                        "Weekly",
                        "text",
                        "<p>a mail",
                        List.of(),
                        List.of(new ReportMessage.Part("csv", "text/csv", csv)))
                .bundle(Instant.parse("2026-11-29T23:05:12Z"))
                .zip();
    }

    @Test
    void hasTheSignedFilesInItAndIsTheSameWheneverItIsMade() throws Exception {
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(ZIP))) {
            assertThat(in.getNextEntry().getName()).isEqualTo("weekly.csv");
            assertThat(in.readAllBytes()).isEqualTo("서버".getBytes(StandardCharsets.UTF_8));
            assertThat(in.getNextEntry()).isNull();
        }
        assertThat(zip()).isEqualTo(ZIP);
    }
}
