package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.passcourier.config.Settings;
import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.vault.KeyLoadException.Code;
import dev.passcourier.vault.NotOpenedException.Reason;
import dev.passcourier.vault.PgpKeys.Wish;
import dev.passcourier.vault.ResultOpener.Expected;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.openpgp.PGPUtil;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Results in OpenPGP without any program; {@link OpenPgpResultTest} has gpg as the judge. */
class OpenPgpRecipientTest {

    private static final Instant MADE = Instant.parse("2026-01-01T00:00:00Z");
    private static final Wish USUAL = Wish.usual(MADE);
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    private Path directory;

    private FormatBench bench;

    @BeforeEach
    void meet() throws Exception {
        bench = new FormatBench(directory);
    }

    @Test
    void sealsForASubkeyAndIsOpenedWithIt() throws Exception {
        PgpKeys ops = PgpKeys.make(USUAL);
        Sealed sealed = bench.seal("Canary \"Pässwörd\"", recipient(ops));

        assertThat(sealed.mediaType()).isEqualTo(Sealed.OPENPGP);
        assertThat(new String(sealed.bytes(), StandardCharsets.US_ASCII)).startsWith("-----BEGIN PGP MESSAGE-----\n\n");
        for (String signer : new String[] {"signing.pub.jwk", "signing.crt.pem", "signing.pub.asc"}) {
            try (OpenedResult result =
                    bench.opener(secret(ops), bench.signing(signer)).open(sealed.bytes(), Expected.ANY)) {
                assertThat(FormatBench.secret(result)).isEqualTo("Canary \"Pässwörd\"");
                assertThat(result.signatureChecked()).isTrue();
            }
        }
        try (OpenedResult result =
                ResultOpener.load(secret(ops), null, null, FormatBench.CLOCK).open(sealed.bytes(), Expected.ANY)) {
            assertThat(result.signatureChecked()).isFalse();
        }
    }

    @Test
    void tellsWhyItDoesNotOpen() throws Exception {
        PgpKeys ops = PgpKeys.make(USUAL);
        byte[] sealed = bench.seal("Canary#1", recipient(ops)).bytes();
        Path signer = bench.signing("signing.pub.asc");
        ResultOpener opener = bench.opener(secret(ops), signer);

        assertThat(FormatBench.reason(opener, Arrays.copyOf(sealed, 60))).isEqualTo(Reason.MALFORMED);
        assertThat(FormatBench.reason(opener, Arrays.copyOf(sealed, sealed.length / 2)))
                .isIn(Reason.MALFORMED, Reason.ALTERED);
        byte[] packets =
                PGPUtil.getDecoderStream(new ByteArrayInputStream(sealed)).readAllBytes();
        packets[packets.length - 100] ^= 1;
        assertThat(FormatBench.reason(opener, SigningPgpKey.armor(packets))).isEqualTo(Reason.ALTERED);
        PgpKeys other = PgpKeys.make(USUAL.keys(TestKeys.rsa("pgp", 2048), TestKeys.rsa2048()));
        assertThat(FormatBench.reason(bench.opener(secret(other), signer), sealed))
                .isEqualTo(Reason.NOT_FOR_THIS_KEY);
        Path stranger = new FormatBench(directory.resolve("stranger")).signing("signing.pub.asc");
        assertThat(FormatBench.reason(bench.opener(secret(ops), stranger), sealed))
                .isEqualTo(Reason.NOT_OURS);
        byte[] jwe = bench.seal(
                        "x", bench.vault.recipient(TestKeys.ec("secp256r1").getPublic()))
                .bytes();
        assertThat(FormatBench.reason(opener, jwe)).isEqualTo(Reason.MALFORMED);
        assertThat(FormatBench.reason(opener, "age-encryption.org/v1\n".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(Reason.NOT_FOR_THIS_KEY);
    }

    static Stream<Arguments> wishes() {
        return Stream.of(
                arguments("weak primary key", USUAL.keys(TestKeys.rsa("small", 1024), USUAL.subkey()), Code.KEY_WEAK),
                arguments("weak subkey", USUAL.keys(USUAL.primary(), TestKeys.rsa("small", 1024)), Code.KEY_WEAK),
                arguments("for signatures only", USUAL.flags(KeyFlags.SIGN_DATA), Code.KEY_NOT_FOR_ENCRYPTION),
                arguments("for nothing", USUAL.flags(0), Code.KEY_NOT_FOR_ENCRYPTION),
                arguments("for mail", USUAL.flags(KeyFlags.ENCRYPT_COMMS), null),
                arguments("for files", USUAL.flags(KeyFlags.ENCRYPT_STORAGE), null),
                arguments("all of it expired", USUAL.living(DAY, DAY.multipliedBy(9)), Code.KEY_EXPIRED),
                arguments("subkey expired", USUAL.living(DAY.multipliedBy(9), DAY), Code.KEY_EXPIRED),
                arguments("subkey expired, key does not", USUAL.living(Duration.ZERO, DAY), Code.KEY_EXPIRED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wishes")
    void judgesAKey(String name, Wish wish, @Nullable Code code) throws Exception {
        assertThat(judged(PgpKeys.make(wish).exported(), MADE.plus(DAY))).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({"-1, KEY_EXPIRED", "0,", "86399,", "86400, KEY_EXPIRED"})
    void isValidFromItsMakingToItsEnd(long seconds, @Nullable Code code) throws Exception {
        byte[] key = PgpKeys.make(USUAL.living(DAY.multipliedBy(9), DAY)).exported();

        assertThat(judged(key, MADE.plusSeconds(seconds))).isEqualTo(code);
    }

    @Test
    void saysWhenItEnds() throws Exception {
        assertThat(recipient(PgpKeys.make(USUAL.living(DAY.multipliedBy(900), DAY.multipliedBy(800))))
                        .expiresAt())
                .isEqualTo(MADE.plus(DAY.multipliedBy(800)));
        assertThat(recipient(PgpKeys.make(USUAL.living(DAY.multipliedBy(700), Duration.ZERO)))
                        .expiresAt())
                .isEqualTo(MADE.plus(DAY.multipliedBy(700)));
        assertThat(recipient(PgpKeys.make(USUAL)).expiresAt()).isNull();
    }

    @Test
    void believesRevocationsOfTheOwnerOnly() throws Exception {
        PgpKeys ops = PgpKeys.make(USUAL);
        PgpKeys other = PgpKeys.make(USUAL.keys(TestKeys.rsa("pgp", 2048), TestKeys.rsa2048()));

        assertThat(judged(ops.revokedBy(ops), MADE)).isEqualTo(Code.KEY_REVOKED);
        assertThat(judged(ops.subkeyRevokedBy(ops), MADE)).isEqualTo(Code.KEY_NOT_FOR_ENCRYPTION);
        assertThat(judged(ops.revokedBy(other), MADE)).isNull();
        assertThat(judged(ops.subkeyRevokedBy(other), MADE)).isNull();
    }

    @Test
    void sealsForNothingThatTheOwnerHasNotSigned() throws Exception {
        PgpKeys ops = PgpKeys.make(USUAL);
        PgpKeys other = PgpKeys.make(USUAL.keys(TestKeys.rsa("pgp", 2048), TestKeys.rsa("other", 2048)));

        assertThat(judged(ops.withSubkeyOf(other), MADE)).isEqualTo(Code.KEY_NOT_FOR_ENCRYPTION);
        assertThat(judged(ops.unsigned(), MADE)).isEqualTo(Code.KEY_DAMAGED);
    }

    @Test
    void refusesPrivateKeysAndWhatIsNotOneKey() throws Exception {
        PgpKeys ops = PgpKeys.make(USUAL);
        byte[] half = ops.half().getEncoded();
        byte[] twice = Arrays.copyOf(half, 2 * half.length);
        System.arraycopy(half, 0, twice, half.length, half.length);

        assertThat(judged(half, MADE)).isNull();
        assertThat(judged(ops.secret(), MADE)).isEqualTo(Code.KEY_IS_PRIVATE);
        assertThat(judged(
                        PGPUtil.getDecoderStream(new ByteArrayInputStream(ops.secret()))
                                .readAllBytes(),
                        MADE))
                .isEqualTo(Code.KEY_IS_PRIVATE);
        assertThat(judged(twice, MADE)).isEqualTo(Code.KEY_FORMAT);
        assertThat(judged(new byte[0], MADE)).isEqualTo(Code.KEY_FORMAT);
        assertThat(judged("hello".getBytes(StandardCharsets.US_ASCII), MADE)).isIn(Code.KEY_FORMAT, Code.KEY_DAMAGED);
    }

    @Test
    void pinsTheFingerprintHoweverItIsWritten() throws Exception {
        PgpKeys ops = PgpKeys.make(USUAL);
        Path file = Files.write(directory.resolve("ops.asc"), ops.exported());
        String fingerprint = OpenPgpRecipient.fingerprint(ops.half().getPublicKey());

        assertThat(recipient(ops).thumbprint()).isEqualTo(fingerprint).matches("[0-9A-F]{40}");
        String spaced = fingerprint.toLowerCase(java.util.Locale.ROOT).replaceAll("(.{4})", "$1 ");
        assertThat(FormatBench.pinned(SealFormat.OPENPGP, file, spaced).thumbprint())
                .isEqualTo(fingerprint);
        assertThat(FormatBench.refused(SealFormat.OPENPGP, file, "A".repeat(40)).code())
                .isEqualTo(Code.FINGERPRINT_DIFFERS);
    }

    @Test
    void opensWithAPassphraseAndWipesIt() throws Exception {
        PgpKeys ops = PgpKeys.make(USUAL.locked(TestKeys.PASSPHRASE));
        byte[] sealed = bench.seal("Canary#1", recipient(ops)).bytes();
        List<byte[]> handedOut = new ArrayList<>();
        Passphrase right = () -> {
            handedOut.add(TestKeys.PASSPHRASE.getBytes(StandardCharsets.UTF_8));
            return handedOut.get(handedOut.size() - 1);
        };

        assertThat(FormatBench.refusedToLoad(secret(ops), null)).isEqualTo(Code.PASSPHRASE_MISSING);
        assertThat(FormatBench.refusedToLoad(secret(ops), () -> new byte[] {'n', 'o'}))
                .isEqualTo(Code.PASSPHRASE_WRONG);
        assertThat(FormatBench.refusedToLoad(secret(ops), () -> {
                    throw new java.io.IOException("canary");
                }))
                .isEqualTo(Code.PASSPHRASE_UNREADABLE);
        try (OpenedResult result =
                ResultOpener.load(secret(ops), right, null, FormatBench.CLOCK).open(sealed, Expected.ANY)) {
            assertThat(FormatBench.secret(result)).isEqualTo("Canary#1");
        }
        assertThat(handedOut).isNotEmpty().allSatisfy(phrase -> assertThat(phrase)
                .containsOnly(0));
    }

    private RecipientKey recipient(PgpKeys keys) throws Exception {
        return FormatBench.recipient(SealFormat.OPENPGP, Files.write(directory.resolve("ops.asc"), keys.exported()));
    }

    private Path secret(PgpKeys keys) throws Exception {
        Path file = TestKeys.file(directory.resolve("ops.sec.asc"), "");
        return Files.write(file, keys.secret());
    }

    private @Nullable Code judged(byte[] key, Instant now) throws Exception {
        Path file = Files.write(directory.resolve("judged"), key);
        var refused = catchThrowableOfType(
                KeyLoadException.class,
                () -> RecipientKey.load(
                        new Settings.Recipient(SealFormat.OPENPGP, file, null, null),
                        Clock.fixed(now, ZoneOffset.UTC)));
        return refused == null ? null : refused.findings().get(0).code();
    }
}
