package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Security;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.RSAPrivateKeySpec;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CryptoProviderTest {

    @TempDir
    private Path directory;

    /** The Java runtime, and the native library where this machine has one. */
    static Stream<CryptoProvider> all() {
        return Stream.of(CryptoProvider.RUNTIME, CryptoProvider.best()).distinct();
    }

    static List<HeldKey> decryptedBy(CryptoProvider provider, List<HeldKey> keys) {
        return keys.stream()
                .map(key -> new HeldKey(key.info(), key.file(), key.form(), key.rsa(), () -> provider))
                .toList();
    }

    @Test
    void aMachineWithANativeLibraryComputesThere() throws Exception {
        String machine = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        assumeTrue(machine.equals("Linux amd64"));

        assertThat(CryptoProvider.inUse()).isEqualTo("AmazonCorrettoCryptoProvider 2.5.0, a native library");
        assertThat(KeyAgreement.getInstance("ECDH", CryptoProvider.best())
                        .getProvider()
                        .getName())
                .isEqualTo("AmazonCorrettoCryptoProvider");
        assertThat(all()).hasSize(2);
    }

    @Test
    void isNotRegisteredWithTheJvm() {
        CryptoProvider.best();
        assertThat(Security.getProviders())
                .noneMatch(
                        provider -> provider.getClass().getName().matches(".*(CryptoProvider|BouncyCastleProvider)"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void hasTheRuntimeDoWhatTheLibraryLacks(CryptoProvider provider) throws Exception {
        assertThat(Cipher.getInstance("AESWrap", provider)).isNotNull();
        assertThat(provider.getService("Cipher", "ROT13")).isNull();
    }

    @ParameterizedTest
    @MethodSource("all")
    void opensWhatIsWholeAndHasOneCodeForEverythingElse(CryptoProvider provider) throws Exception {
        KeyPair pair = TestKeys.rsa("a-2048", 2048);
        List<HeldKey> keys =
                decryptedBy(provider, new VaultBench(directory).ring("a-2048").candidates(null));

        RsaOpener.open(Blocks.VALID.encryptedRaw(pair), keys).close();

        for (Blocks broken : EnumSet.complementOf(EnumSet.of(Blocks.VALID))) {
            assertThatThrownBy(() -> RsaOpener.open(broken.encryptedRaw(pair), keys))
                    .as(broken.name())
                    .isInstanceOf(VaultException.class)
                    .hasMessage("WRONG_KEY")
                    .hasNoCause();
        }
        byte[] beyondTheModulus = new byte[256];
        Arrays.fill(beyondTheModulus, (byte) -1);
        assertThatThrownBy(() -> RsaOpener.open(beyondTheModulus, keys)).hasMessage("WRONG_KEY");
    }

    /** Without the primes a key is of no use to some libraries. */
    @ParameterizedTest
    @MethodSource("all")
    void decryptsWithAKeyThatHasNoPrimes(CryptoProvider provider) throws Exception {
        KeyPair pair = TestKeys.rsa("a-2048", 2048);
        RSAPrivateCrtKey whole = (RSAPrivateCrtKey) pair.getPrivate();
        PrivateKey bare = KeyFactory.getInstance("RSA")
                .generatePrivate(new RSAPrivateKeySpec(whole.getModulus(), whole.getPrivateExponent()));

        CryptoProvider.RsaKey key = provider.rsa(bare);

        Cipher cipher = Cipher.getInstance("RSA/ECB/NoPadding", key.by());
        cipher.init(Cipher.DECRYPT_MODE, key.key());
        byte[] block = cipher.doFinal(Blocks.VALID.encryptedRaw(pair));
        assertThat(new BigInteger(1, block).bitLength()).isEqualTo(8 * 254 + 2);
        assertThat(key).hasToString("RsaKey");
    }
}
