package dev.passcourier.vault;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.kisa.KISAObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.nsri.NSRIObjectIdentifiers;
import org.bouncycastle.asn1.ntt.NTTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.generators.OpenSSLPBEParametersGenerator;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.openssl.PEMDecryptor;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.SecretKeySizeProvider;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;

/**
 * The ciphers that OpenSSL encrypts private keys with, those among them that the library's own readers do not know: ARIA,
 * Camellia and SEED, which rules ask for in Korea and Japan.
 */
final class KeyFileCipher {

    private static final Set<ASN1ObjectIdentifier> LIBRARYS = Set.of(
            NISTObjectIdentifiers.id_aes128_CBC,
            NISTObjectIdentifiers.id_aes192_CBC,
            NISTObjectIdentifiers.id_aes256_CBC,
            PKCSObjectIdentifiers.des_EDE3_CBC);

    /** Bits of the key, by cipher. */
    private static final Map<ASN1ObjectIdentifier, Integer> OURS = Map.of(
            NSRIObjectIdentifiers.id_aria128_cbc, 128,
            NSRIObjectIdentifiers.id_aria192_cbc, 192,
            NSRIObjectIdentifiers.id_aria256_cbc, 256,
            NTTObjectIdentifiers.id_camellia128_cbc, 128,
            NTTObjectIdentifiers.id_camellia192_cbc, 192,
            NTTObjectIdentifiers.id_camellia256_cbc, 256,
            KISAObjectIdentifiers.id_seedCBC, 128);

    /** What {@code DEK-Info} calls them: the JVM's transformation and the bits of the key. */
    private record Legacy(String transformation, int bits) {}

    private static final Map<String, Legacy> LEGACY = Map.ofEntries(
            Map.entry("AES-128-CBC", new Legacy("AES/CBC/PKCS5Padding", 128)),
            Map.entry("AES-192-CBC", new Legacy("AES/CBC/PKCS5Padding", 192)),
            Map.entry("AES-256-CBC", new Legacy("AES/CBC/PKCS5Padding", 256)),
            Map.entry("ARIA-128-CBC", new Legacy("ARIA/CBC/PKCS5Padding", 128)),
            Map.entry("ARIA-192-CBC", new Legacy("ARIA/CBC/PKCS5Padding", 192)),
            Map.entry("ARIA-256-CBC", new Legacy("ARIA/CBC/PKCS5Padding", 256)),
            Map.entry("CAMELLIA-128-CBC", new Legacy("Camellia/CBC/PKCS5Padding", 128)),
            Map.entry("CAMELLIA-192-CBC", new Legacy("Camellia/CBC/PKCS5Padding", 192)),
            Map.entry("CAMELLIA-256-CBC", new Legacy("Camellia/CBC/PKCS5Padding", 256)),
            Map.entry("DES-EDE3-CBC", new Legacy("DESede/CBC/PKCS5Padding", 192)),
            Map.entry("DES-CBC", new Legacy("DES/CBC/PKCS5Padding", 64)),
            Map.entry("SEED-CBC", new Legacy("SEED/CBC/PKCS5Padding", 128)));

    private KeyFileCipher() {}

    /** Whether we read a cipher of {@code DEK-Info}. */
    static boolean isKnown(String legacy) {
        return LEGACY.containsKey(legacy.toUpperCase(Locale.ROOT));
    }

    /** The name of a cipher that we do not read, as far as it has one. */
    static Optional<String> unknown(AlgorithmIdentifier algorithm) {
        if (!PKCSObjectIdentifiers.id_PBES2.equals(algorithm.getAlgorithm())) {
            return Optional.empty();
        }
        ASN1ObjectIdentifier cipher = cipher(algorithm);
        return LIBRARYS.contains(cipher) || OURS.containsKey(cipher)
                ? Optional.empty()
                : Optional.of("the cipher " + cipher.getId());
    }

    /**
     * Opens encrypted PKCS#8.
     *
     * @param passphrase the caller's to wipe
     * @throws PKCSException if it does not open it
     */
    static PrivateKeyInfo decrypt(PKCS8EncryptedPrivateKeyInfo key, char[] passphrase)
            throws PKCSException, OperatorCreationException {
        AlgorithmIdentifier algorithm = key.getEncryptionAlgorithm();
        boolean ours =
                PKCSObjectIdentifiers.id_PBES2.equals(algorithm.getAlgorithm()) && OURS.containsKey(cipher(algorithm));
        return key.decryptPrivateKeyInfo(
                ours
                        ? new JcePKCSPBEInputDecryptorProviderBuilder()
                                .setProvider(BouncyCastle.PROVIDER)
                                .setKeySizeProvider(new Bits())
                                .build(passphrase)
                        : new JceOpenSSLPKCS8DecryptorProviderBuilder()
                                .setProvider(BouncyCastle.PROVIDER)
                                .build(passphrase));
    }

    /**
     * Opens what OpenSSL's {@code -traditional} writes. The passphrase's bytes are taken as they are, as OpenSSL does.
     *
     * @param passphrase the caller's to wipe
     * @throws IOException if it does not open it
     */
    static PrivateKeyInfo decrypt(PEMEncryptedKeyPair key, byte[] passphrase) throws IOException {
        return key.decryptKeyPair(name -> decryptor(LEGACY.get(name.toUpperCase(Locale.ROOT)), passphrase))
                .getPrivateKeyInfo();
    }

    private static PEMDecryptor decryptor(Legacy cipher, byte[] passphrase) {
        return (encrypted, iv) -> {
            var derivation = new OpenSSLPBEParametersGenerator();
            derivation.init(passphrase, Arrays.copyOf(iv, 8));
            byte[] key = ((KeyParameter) derivation.generateDerivedParameters(cipher.bits())).getKey();
            try {
                String name = cipher.transformation();
                Cipher engine = Cipher.getInstance(name, BouncyCastle.PROVIDER);
                engine.init(
                        Cipher.DECRYPT_MODE,
                        new SecretKeySpec(key, name.substring(0, name.indexOf('/'))),
                        new IvParameterSpec(iv));
                return engine.doFinal(encrypted);
            } catch (GeneralSecurityException e) {
                throw new PEMException("not opened");
            } finally {
                Arrays.fill(key, (byte) 0);
            }
        };
    }

    private static ASN1ObjectIdentifier cipher(AlgorithmIdentifier pbes2) {
        return PBES2Parameters.getInstance(pbes2.getParameters())
                .getEncryptionScheme()
                .getAlgorithm();
    }

    private static final class Bits implements SecretKeySizeProvider {
        @Override
        public int getKeySize(AlgorithmIdentifier cipher) {
            return getKeySize(cipher.getAlgorithm());
        }

        @Override
        public int getKeySize(ASN1ObjectIdentifier cipher) {
            return OURS.getOrDefault(cipher, -1);
        }
    }
}
