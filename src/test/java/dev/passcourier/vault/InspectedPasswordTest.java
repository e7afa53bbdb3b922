package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.passcourier.vault.PasswordQuality.Length;
import dev.passcourier.vault.PasswordQuality.Strength;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InspectedPasswordTest {

    @TempDir
    private Path directory;

    private VaultBench bench;

    @BeforeEach
    void makeAVault() throws Exception {
        bench = new VaultBench(directory);
    }

    @ParameterizedTest
    @CsvSource({
        "P@ssw0rd, FROM_8, WEAK",
        "Welcome2024!, FROM_12, WEAK",
        "qwertyuiop123456789, FROM_16, WEAK",
        "x7#Qa, UNDER_8, WEAK",
        "비밀번호비밀번호, FROM_8, WEAK",
        "tR9!vQx2k, FROM_8, FAIR",
        "kV8#mQz2!pLw, FROM_12, STRONG",
        "9vK#2mQz!8pLw4Rt, FROM_16, STRONG"
    })
    void ratesInClasses(String password, Length length, Strength strength) throws Exception {
        assertThat(inspected(password).quality()).isEqualTo(new PasswordQuality(length, strength));
    }

    /** Passwords are at most 256 bytes, texts in clear 8192: the time that a rating takes must not grow with them. */
    @Test
    void ratesTheBeginningOfALongOne() throws Exception {
        assertThat(inspected("x".repeat(8192)).quality()).isEqualTo(new PasswordQuality(Length.FROM_16, Strength.WEAK));
    }

    @Test
    void doesNotRateAPrivateKey() throws Exception {
        Vault.Inspected key = inspected("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----");

        assertThat(key.quality()).isNull();
    }

    @Test
    void tellsTheKeyThatOpens() throws Exception {
        KeyRing ring = bench.ring("a-2048", "b-4096");
        byte[] ciphertext = encrypted("b-4096", "Canary#1");

        Vault.Inspected inspected = bench.vault().inspect(new LockedSecret.Encrypted(ciphertext), ring, null);

        assertThat(inspected.key()).isEqualTo(ring.keys().get(1));
        assertThat(inspected.fingerprint())
                .as("the same password, whatever it was locked with")
                .isEqualTo(inspected("Canary#1").fingerprint());
        assertThat(catchThrowableOfType(VaultException.class, () -> bench.vault()
                                .inspect(new LockedSecret.Encrypted(ciphertext), bench.ring("c-2048"), "c-2048"))
                        .code())
                .isEqualTo(VaultException.Code.WRONG_KEY);
    }

    @Test
    void wipesABodyInClear() throws Exception {
        LockedSecret.InClear clear = VaultBench.inClear("Canary#1");

        Vault.Inspected inspected = bench.vault().inspect(clear, KeyRing.empty(), null);

        assertThat(clear.body()).containsOnly(0);
        assertThat(inspected.toString()).doesNotContain(inspected.fingerprint());
    }

    /**
     * Somebody has the ledger's fingerprints and guesses the passwords right. Without the report's key no computation with
     * the guess gives a fingerprint, not even with the other keys of the same file.
     */
    @Test
    void aGuessIsNoUseWithoutTheKey() throws Exception {
        List<String> guesses = List.of("P@ssw0rd", "Welcome2024!", "admin", "Canary#1");
        Set<String> stolen = new HashSet<>();
        for (String password : guesses) {
            stolen.add(inspected(password).fingerprint());
        }
        VaultBench other = new VaultBench(directory.resolve("other"));
        Set<String> computed = new HashSet<>();
        for (String guess : guesses) {
            byte[] bytes = guess.getBytes(StandardCharsets.UTF_8);
            for (String digest : List.of("MD5", "SHA-1", "SHA-256", "SHA3-256")) {
                computed.add(HexFormat.of()
                        .formatHex(MessageDigest.getInstance(digest).digest(bytes)));
            }
            List<SecretKeySpec> keys = new ArrayList<>(List.of(
                    other.keys().held().report(),
                    bench.keys().held().fingerprint(),
                    DerivedKeys.atRest(SecretBytes.owning(
                            Base64.getDecoder().decode(Files.readString(directory.resolve("own/at-rest.key")))))));
            for (String label : List.of("passcourier report v1", "passcourier", guess)) {
                keys.add(new SecretKeySpec(label.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            }
            for (SecretKeySpec key : keys) {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(key);
                computed.add(HexFormat.of().formatHex(mac.doFinal(bytes)));
            }
            computed.add(other.vault()
                    .inspect(VaultBench.inClear(guess), KeyRing.empty(), null)
                    .fingerprint());
        }

        assertThat(stolen).hasSize(guesses.size()).allMatch(print -> print.length() == 64);
        assertThat(computed).hasSizeGreaterThanOrEqualTo(guesses.size() * 10).doesNotContainAnyElementsOf(stolen);
        assertThat(inspected("P@ssw0rd").fingerprint())
                .as("with the key the guess is right")
                .isIn(stolen);
    }

    private Vault.Inspected inspected(String password) throws VaultException {
        return bench.vault().inspect(VaultBench.inClear(password), KeyRing.empty(), null);
    }

    private static byte[] encrypted(String key, String password) throws Exception {
        int bits = Integer.parseInt(key.substring(key.indexOf('-') + 1));
        return TestKeys.encrypt(TestKeys.rsa(key, bits).getPublic(), password.getBytes(StandardCharsets.UTF_8));
    }
}
