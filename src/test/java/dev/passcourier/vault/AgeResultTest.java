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
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Results in age, opened by age and by ourselves. */
class AgeResultTest {

    private static final String RECIPIENT = "age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryef";

    @TempDir
    private Path directory;

    private FormatBench bench;

    @BeforeEach
    void meet() throws Exception {
        bench = new FormatBench(directory);
    }

    @Test
    @Tag("programs")
    void isOpenedByAge() throws Exception {
        try (Programs people = new Programs()) {
            isOpenedByAge(people);
        }
    }

    private void isOpenedByAge(Programs people) throws Exception {
        Path identity = people.file("ops.key");
        people.run("age-keygen", "-o", identity.toString());
        Path recipients = Files.write(
                people.file("ops.age.pub"),
                people.run("age-keygen", "-y", identity.toString()).out());
        Sealed sealed = bench.seal("Canary#1", FormatBench.recipient(SealFormat.AGE, recipients));
        assertThat(sealed.mediaType()).isEqualTo(Sealed.AGE);

        Path file = bench.written(sealed, people.file("result.age"));
        String jws = people.run("age", "-d", "-i", identity.toString(), file.toString())
                .text();

        String json = new String(Base64.getUrlDecoder().decode(jws.split("\\.", -1)[1]), StandardCharsets.UTF_8);
        assertThat(json).contains("\"requestId\":\"req-1\"", "\"secret\":\"Canary#1\"");
        try (OpenedResult result = bench.opener(FormatBench.guarded(identity), bench.signing("signing.pub.jwk"))
                .open(sealed.bytes(), Expected.ANY)) {
            assertThat(FormatBench.secret(result)).isEqualTo("Canary#1");
        }
        byte[] flipped = sealed.bytes();
        flipped[flipped.length - 3] ^= 1;
        Files.write(file, flipped);
        assertThat(people.ask("age", "-d", "-i", identity.toString(), file.toString())
                        .exit())
                .isNotZero();
    }

    @Test
    void opensWithAnIdentityFile() throws Exception {
        Path identity = TestKeys.file(directory.resolve("ops.key"), VaultBench.AGE_IDENTITY);
        byte[] sealed = seal().bytes();
        try (OpenedResult result =
                bench.opener(identity, bench.signing("signing.pub.jwk")).open(sealed, Expected.ANY)) {
            assertThat(FormatBench.secret(result)).isEqualTo("Canary#1");
            assertThat(result.signatureChecked()).isTrue();
        }
    }

    @Test
    void tellsEveryFlippedBitAndCut() throws Exception {
        ResultOpener opener = bench.opener(
                TestKeys.file(directory.resolve("ops.key"), VaultBench.AGE_IDENTITY), bench.signing("signing.pub.jwk"));
        byte[] sealed = seal().bytes();
        for (int at = 22; at < sealed.length; at++) {
            byte[] flipped = sealed.clone();
            flipped[at] ^= 1;
            assertThat(FormatBench.reason(opener, flipped))
                    .describedAs("byte %d", at)
                    .isIn(Reason.ALTERED, Reason.NOT_FOR_THIS_KEY);
        }
        for (int cut : List.of(30, 150, sealed.length - 1)) {
            assertThat(FormatBench.reason(opener, Arrays.copyOf(sealed, cut))).isEqualTo(Reason.ALTERED);
        }
    }

    @Test
    void tellsWhyItDoesNotOpen() throws Exception {
        byte[] sealed = seal().bytes();
        Path identity = TestKeys.file(directory.resolve("ops.key"), VaultBench.AGE_IDENTITY);
        Path rsa = TestKeys.file(directory.resolve("rsa.key"), TestKeys.pkcs8(TestKeys.rsa2048()));
        assertThat(FormatBench.reason(bench.opener(rsa, bench.signing("signing.pub.jwk")), sealed))
                .isEqualTo(Reason.NOT_FOR_THIS_KEY);
        var stranger = new FormatBench(directory.resolve("stranger"));
        assertThat(FormatBench.reason(bench.opener(identity, stranger.signing("signing.pub.jwk")), sealed))
                .isEqualTo(Reason.NOT_OURS);
    }

    @Test
    void pinsTheRecipientItself() throws Exception {
        Path file = TestKeys.file(directory.resolve("ops.pub"), "# ops\n" + RECIPIENT + "\n");
        RecipientKey key = FormatBench.pinned(SealFormat.AGE, file, RECIPIENT);
        assertThat(key.thumbprint()).isEqualTo(RECIPIENT);
        assertThat(key.expiresAt()).isNull();
        assertThat(FormatBench.refused(SealFormat.AGE, file, RECIPIENT.replace("xmwwc", "xmwwd"))
                        .code())
                .isEqualTo(Code.FINGERPRINT_DIFFERS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "age1",
                "age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryeg",
                RECIPIENT + "\n" + RECIPIENT,
                "ssh-ed25519 AAAA",
                VaultBench.AGE_IDENTITY
            })
    void refusesWhatIsNoRecipient(String content) {
        Path file = TestKeys.file(directory.resolve("ops.pub"), content);
        assertThat(FormatBench.refused(SealFormat.AGE, file, null).code())
                .isIn(Code.KEY_FORMAT, Code.KEY_DAMAGED, Code.KEY_IS_PRIVATE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t | age plugin",
                "age1pq1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t | age plugin",
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGZM me@host | an OpenSSH public key, which age itself takes",
                "-----BEGIN PGP PUBLIC KEY BLOCK----- | OpenPGP public key; an age recipient is needed",
                "AGE-PLUGIN-YUBIKEY-1QQPSQ | private key (the identity of an age plugin"
            })
    void saysWhatItIsAndWhatToMake(String content, String says) {
        Path file = TestKeys.file(directory.resolve("ops.pub"), content);
        assertThat(FormatBench.refused(SealFormat.AGE, file, null).advice()).contains(says);
    }

    @Test
    void saysThatAResultIsSealedForOneRecipient() {
        Path file = TestKeys.file(directory.resolve("ops.pub"), RECIPIENT + "\n# ops\n" + RECIPIENT + "\n");
        assertThat(FormatBench.refused(SealFormat.AGE, file, null).advice())
                .startsWith("it holds 2 age recipients, and a result is sealed for one; give each a file");
    }

    @Test
    void readsARecipientBesideItsCommentWhateverWroteIt() throws Exception {
        byte[] text = ("\uFEFF# created: today\r\n# public key\r\n  " + RECIPIENT + " \r\n")
                .getBytes(java.nio.charset.StandardCharsets.UTF_16LE);
        assertThat(FormatBench.recipient(SealFormat.AGE, TestKeys.file(directory.resolve("ops.pub"), text))
                        .thumbprint())
                .isEqualTo(RECIPIENT);
    }

    private Sealed seal() throws Exception {
        Path file = TestKeys.file(directory.resolve("recipient"), RECIPIENT);
        return bench.seal("Canary#1", FormatBench.recipient(SealFormat.AGE, file));
    }
}
