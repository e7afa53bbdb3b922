package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.vault.KeyLoadException.Code;
import dev.passcourier.vault.NotOpenedException.Reason;
import dev.passcourier.vault.ResultOpener.Expected;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Results in OpenPGP, opened by gpg and by ourselves. */
@Tag("programs")
class OpenPgpResultTest {

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
    @CsvSource({"rsa2048, rsa2048", "rsa3072, rsa3072", "ed25519, cv25519", "nistp256, nistp256", "nistp384, nistp521"})
    void isOpenedAndVerifiedByGpg(String algorithm, String subkey) throws Exception {
        Path key = people.pgpKey("ops", algorithm, subkey, "1y");
        RecipientKey recipient = FormatBench.pinned(SealFormat.OPENPGP, key, people.fingerprint("ops"));
        assertThat(recipient.expiresAt())
                .isBetween(bench.now.plus(Duration.ofDays(364)), bench.now.plus(Duration.ofDays(367)));
        Sealed sealed = bench.seal(PASSWORD, recipient);
        assertThat(sealed.mediaType()).isEqualTo(Sealed.OPENPGP);

        people.gpg("--import", bench.signing("signing.pub.asc").toString());
        Path file = bench.written(sealed, people.file("result.asc"));
        Programs.Said said = people.gpg("--decrypt", file.toString());

        assertThat(said.err())
                .contains("[GNUPG:] GOODSIG", "[GNUPG:] GOODMDC", "[GNUPG:] DECRYPTION_OKAY", "Passcourier")
                .doesNotContain("WARNING: message was not integrity protected");
        assertThat(said.text())
                .startsWith("Content-Type: multipart/mixed; boundary=")
                .contains("\r\npassword on the next line:\r\n" + PASSWORD + "\r\n");
        assertThat(people.gpg("--list-packets", "--verbose", file.toString()).text())
                .contains("mdc_method: 2", ":literal data packet:")
                .doesNotContain(":compressed packet:");
        try (OpenedResult result = bench.opener(people.exportedSecret("ops"), bench.signing("signing.pub.asc"))
                .open(sealed.bytes(), Expected.ANY)) {
            assertThat(FormatBench.secret(result)).isEqualTo(PASSWORD);
            assertThat(result.signatureChecked()).isTrue();
        }
    }

    @Test
    void readsBinaryKeysAndFingerprintsAsGpgPrintsThem() throws Exception {
        people.pgpKey("ops", "ed25519", "cv25519", "never");
        Path binary = Files.write(
                people.file("ops.gpg"),
                people.gpg("--export", "ops@example.com").out());
        String printed = people.gpg("--fingerprint", "ops@example.com")
                .text()
                .lines()
                .filter(line -> line.matches(" +[0-9A-F ]{50}"))
                .findFirst()
                .orElseThrow()
                .strip();
        RecipientKey key = FormatBench.pinned(SealFormat.OPENPGP, binary, printed);
        assertThat(key.thumbprint()).isEqualTo(people.fingerprint("ops"));
        assertThat(key.expiresAt()).isNull();
        assertThat(FormatBench.refused(SealFormat.OPENPGP, binary, "A".repeat(40))
                        .code())
                .isEqualTo(Code.FINGERPRINT_DIFFERS);
    }

    @Test
    void refusesWeakRevokedExpiredAndUnfitKeys() throws Exception {
        assertThat(refused(people.pgpKey("weak", "rsa1024", "rsa1024", "1y"))).isEqualTo(Code.KEY_WEAK);
        assertThat(refused(people.pgpKey("old", "dsa2048", "elg2048", "1y"))).isEqualTo(Code.KEY_WEAK);
        assertThat(refused(people.pgpKey("signer", "ed25519", "", "1y"))).isEqualTo(Code.KEY_NOT_FOR_ENCRYPTION);

        people.gpg(
                "--faked-system-time",
                "20200101T000000",
                "--quick-gen-key",
                "past@example.com",
                "ed25519",
                "sign",
                "1y");
        people.gpg(
                "--faked-system-time",
                "20200101T000100",
                "--quick-add-key",
                people.fingerprint("past"),
                "cv25519",
                "encr",
                "1y");
        assertThat(refused(people.exported("past"))).isEqualTo(Code.KEY_EXPIRED);

        people.pgpKey("gone", "ed25519", "cv25519", "1y");
        Path revocation = people.file("openpgp-revocs.d/" + people.fingerprint("gone") + ".rev");
        Files.writeString(revocation, Files.readString(revocation).replace(":-----BEGIN", "-----BEGIN"));
        people.gpg("--import", revocation.toString());
        assertThat(refused(people.exported("gone"))).isEqualTo(Code.KEY_REVOKED);

        people.pgpKey("mine", "ed25519", "cv25519", "1y");
        assertThat(refused(people.exportedSecret("mine"))).isEqualTo(Code.KEY_IS_PRIVATE);
        assertThat(refused(TestKeys.file(people.file("no.asc"), "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n")))
                .isIn(Code.KEY_DAMAGED, Code.KEY_FORMAT);
    }

    @Test
    void refusesAKeyWhoseSubkeySomebodyElseAdded() throws Exception {
        Path one = people.pgpKey("one", "ed25519", "cv25519", "1y");
        Path two = people.pgpKey("two", "ed25519", "cv25519", "1y");
        var first = OpenPgpRecipient.ring(one);
        var subkey = OpenPgpRecipient.ring(two).getPublicKeys();
        subkey.next();
        var bare = PGPPublicKeyRing.removePublicKey(first, first.getPublicKey(lastKeyId(first)));
        var mixed = PGPPublicKeyRing.insertPublicKey(bare, subkey.next());
        Path file = Files.write(people.file("mixed.gpg"), mixed.getEncoded());
        assertThat(refused(file)).isEqualTo(Code.KEY_NOT_FOR_ENCRYPTION);
    }

    private static long lastKeyId(PGPPublicKeyRing ring) {
        long id = 0;
        for (var key : ring) {
            id = key.getKeyID();
        }
        return id;
    }

    @Test
    void tellsWhyItDoesNotOpen() throws Exception {
        RecipientKey recipient =
                FormatBench.recipient(SealFormat.OPENPGP, people.pgpKey("ops", "ed25519", "cv25519", "1y"));
        people.pgpKey("other", "ed25519", "cv25519", "1y");
        byte[] sealed = bench.seal("Canary#1", recipient).bytes();
        Path signer = bench.signing("signing.pub.jwk");
        ResultOpener opener = bench.opener(people.exportedSecret("ops"), signer);

        assertThat(FormatBench.reason(opener, Arrays.copyOf(sealed, 60))).isEqualTo(Reason.MALFORMED);
        assertThat(FormatBench.reason(opener, Arrays.copyOf(sealed, sealed.length / 2)))
                .isEqualTo(Reason.ALTERED);
        assertThat(FormatBench.reason(bench.opener(people.exportedSecret("other"), signer), sealed))
                .isEqualTo(Reason.NOT_FOR_THIS_KEY);
        var stranger = new FormatBench(directory.resolve("stranger"));
        assertThat(FormatBench.reason(
                        bench.opener(people.file("ops.sec.asc"), stranger.signing("signing.pub.asc")), sealed))
                .isEqualTo(Reason.NOT_OURS);
        assertThat(FormatBench.reason(
                        opener,
                        bench.seal("x", bench.vault.recipient(TestKeys.rsa2048().getPublic()))
                                .bytes()))
                .isEqualTo(Reason.MALFORMED);
    }

    @Test
    void tellsEveryFlippedBitOrChangesNothing() throws Exception {
        RecipientKey recipient =
                FormatBench.recipient(SealFormat.OPENPGP, people.pgpKey("ops", "ed25519", "cv25519", "1y"));
        byte[] packets = dearmored(bench.seal("Canary#1", recipient));
        people.gpg("--import", bench.signing("signing.pub.asc").toString());
        ResultOpener opener = bench.opener(people.exportedSecret("ops"), bench.signing("signing.pub.jwk"));
        int refused = 0;
        for (int at = 0; at < packets.length; at += 3) {
            byte[] flipped = packets.clone();
            flipped[at] ^= 4;
            try (OpenedResult result = opener.open(SigningPgpKey.armor(flipped), Expected.ANY)) {
                assertThat(FormatBench.secret(result))
                        .describedAs("byte %d", at)
                        .isEqualTo("Canary#1");
            } catch (NotOpenedException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(packets.length / 3 * 9 / 10);
        for (int at : List.of(packets.length / 2, packets.length - 5)) {
            byte[] flipped = packets.clone();
            flipped[at] ^= 4;
            Path file = Files.write(people.file("flipped.gpg"), flipped);
            assertThat(people.askGpg("--decrypt", file.toString()).exit()).isNotZero();
        }
    }

    private static byte[] dearmored(Sealed sealed) throws Exception {
        return PGPUtil.getDecoderStream(new ByteArrayInputStream(sealed.bytes()))
                .readAllBytes();
    }

    @Test
    void opensWithAPassphrase() throws Exception {
        people.run(
                "gpg",
                "--batch",
                "--pinentry-mode",
                "loopback",
                "--passphrase",
                TestKeys.PASSPHRASE,
                "--quick-gen-key",
                "ops@example.com",
                "default",
                "default",
                "1y");
        RecipientKey recipient = FormatBench.recipient(SealFormat.OPENPGP, people.exported("ops"));
        byte[] sealed = bench.seal("Canary#1", recipient).bytes();
        Path file = TestKeys.file(people.file("locked.asc"), "");
        Files.write(
                file,
                people.run(
                                "gpg",
                                "--batch",
                                "--pinentry-mode",
                                "loopback",
                                "--passphrase",
                                TestKeys.PASSPHRASE,
                                "--armor",
                                "--export-secret-keys",
                                "ops@example.com")
                        .out());

        assertThat(FormatBench.refusedToLoad(file, null)).isEqualTo(Code.PASSPHRASE_MISSING);
        assertThat(FormatBench.refusedToLoad(file, () -> new byte[] {'n', 'o'})).isEqualTo(Code.PASSPHRASE_WRONG);
        Passphrase right = () -> TestKeys.PASSPHRASE.getBytes(StandardCharsets.UTF_8);
        try (OpenedResult result =
                ResultOpener.load(file, right, null, FormatBench.CLOCK).open(sealed, Expected.ANY)) {
            assertThat(FormatBench.secret(result)).isEqualTo("Canary#1");
        }
    }

    private static Code refused(Path file) {
        return FormatBench.refused(SealFormat.OPENPGP, file, null).code();
    }
}
