package dev.passcourier.vault;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.agreement.DHStandardGroups;
import org.bouncycastle.crypto.generators.BCrypt;
import org.bouncycastle.crypto.util.ScryptConfig;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemObjectGenerator;
import org.bouncycastle.util.io.pem.PemWriter;

/** Keys made for the tests, in every form that people have them in. */
public final class TestKeys {

    /** The passphrase of encrypted key files; not ASCII, as formats differ there. */
    public static final String PASSPHRASE = "canary phräse";

    private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();
    private static final Map<String, KeyPair> MADE = new ConcurrentHashMap<>();
    private static final SecureRandom RANDOM = new SecureRandom();

    private TestKeys() {}

    /** A key pair of that many bits; the same for the same name, and of 4096 bits for every name. */
    public static KeyPair rsa(String name, int bits) {
        return MADE.computeIfAbsent(name + bits, ignored -> bits == 4096 ? ofKnownPrimes() : make("RSA", bits, null));
    }

    /** Of 4096 bits. To find primes of that size takes half a minute; these are those of two standards, known to all. */
    private static KeyPair ofKnownPrimes() {
        BigInteger one = DHStandardGroups.rfc3526_2048.getP();
        BigInteger other = DHStandardGroups.rfc7919_ffdhe2048.getP();
        BigInteger modulus = one.multiply(other);
        BigInteger e = RSAKeyGenParameterSpec.F4;
        BigInteger beforeOne = one.subtract(BigInteger.ONE);
        BigInteger beforeOther = other.subtract(BigInteger.ONE);
        BigInteger d = e.modInverse(beforeOne.multiply(beforeOther));
        try {
            KeyFactory factory = KeyFactory.getInstance("RSA");
            return new KeyPair(
                    factory.generatePublic(new RSAPublicKeySpec(modulus, e)),
                    factory.generatePrivate(new RSAPrivateCrtKeySpec(
                            modulus, e, d, one, other, d.mod(beforeOne), d.mod(beforeOther), other.modInverse(one))));
        } catch (GeneralSecurityException unfit) {
            throw new IllegalStateException(unfit);
        }
    }

    public static KeyPair rsa2048() {
        return rsa("first", 2048);
    }

    public static KeyPair ec(String curve) {
        return MADE.computeIfAbsent(curve, ignored -> make("EC", 0, curve));
    }

    public static KeyPair ed25519() {
        return MADE.computeIfAbsent("ed25519", ignored -> make("Ed25519", 255, null));
    }

    private static KeyPair make(String algorithm, int bits, String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (curve == null) {
                generator.initialize(bits);
            } else {
                generator.initialize(new ECGenParameterSpec(curve));
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As a guest does it: PKCS#1 v1.5, base64 in one line. */
    public static byte[] encrypt(PublicKey key, byte[] password) {
        return Base64.getEncoder().encode(encryptRaw(key, password));
    }

    static byte[] encryptRaw(PublicKey key, byte[] password) {
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            cipher.init(Cipher.ENCRYPT_MODE, key);
            return cipher.doFinal(password);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes a file, 0600. */
    public static Path file(Path file, String content) {
        return file(file, content.getBytes(StandardCharsets.UTF_8));
    }

    public static Path file(Path file, byte[] content) {
        try {
            Files.write(file, content);
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SEC 1 with its curve, as OpenSSL writes it. */
    public static String sec1(KeyPair key) {
        try {
            var info = PrivateKeyInfo.getInstance(key.getPrivate().getEncoded());
            var scalar = ((java.security.interfaces.ECPrivateKey) key.getPrivate()).getS();
            int bits = ((java.security.interfaces.ECPrivateKey) key.getPrivate())
                    .getParams()
                    .getOrder()
                    .bitLength();
            var named =
                    new ECPrivateKey(bits, scalar, info.getPrivateKeyAlgorithm().getParameters());
            byte[] encoded = named.getEncoded();
            return write(() -> new PemObject("EC PRIVATE KEY", encoded));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** PKCS#1, a public key or a certificate, by the object's type. */
    public static String pem(Object key) {
        return write(() -> new JcaMiscPEMGenerator(key));
    }

    static String legacy(KeyPair key, String cipher) {
        return write(() -> new JcaMiscPEMGenerator(
                key.getPrivate(),
                new JcePEMEncryptorBuilder(cipher).setProvider(PROVIDER).build(PASSPHRASE.toCharArray())));
    }

    static String pkcs8(KeyPair key) {
        return write(() -> new JcaPKCS8Generator(key.getPrivate(), null));
    }

    static String pkcs8(KeyPair key, ASN1ObjectIdentifier algorithm, int iterations) {
        return write(() -> new JcaPKCS8Generator(
                key.getPrivate(),
                new JceOpenSSLPKCS8EncryptorBuilder(algorithm)
                        .setProvider(PROVIDER)
                        .setPRF(new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256))
                        .setIterationCount(iterations)
                        .setPassword(PASSPHRASE.toCharArray())
                        .build()));
    }

    /** Encrypted PKCS#8 under {@link #PASSPHRASE}. */
    public static String encryptedPem(KeyPair key) {
        return pkcs8(key, PKCS8Generator.AES_256_CBC, 2048);
    }

    static String pkcs8Scrypt(KeyPair key) {
        return write(() -> new JcaPKCS8Generator(
                key.getPrivate(),
                new JcePKCSPBEOutputEncryptorBuilder(
                                new ScryptConfig.Builder(16384, 8, 1)
                                        .withSaltLength(16)
                                        .build(),
                                PKCS8Generator.AES_256_CBC)
                        .setProvider(PROVIDER)
                        .build(PASSPHRASE.toCharArray())));
    }

    /** OpenSSH's own format (PROTOCOL.key), in clear or under AES-256-CTR with bcrypt, as {@code ssh-keygen} makes it. */
    static String openSsh(KeyPair key, boolean encrypted) {
        try {
            byte[] salt = random(16);
            byte[] body = rsaBody(key, encrypted ? 16 : 8);
            var out = new ByteArrayOutputStream();
            var data = new DataOutputStream(out);
            data.write("openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII));
            string(data, ascii(encrypted ? "aes256-ctr" : "none"));
            string(data, ascii(encrypted ? "bcrypt" : "none"));
            string(data, encrypted ? kdfOptions(salt) : new byte[0]);
            data.writeInt(1);
            string(data, rsaPublic((RSAPublicKey) key.getPublic()));
            string(data, encrypted ? aesCtr(body, salt) : body);
            String base64 = Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(out.toByteArray());
            return "-----BEGIN OPENSSH PRIVATE KEY-----\n" + base64 + "\n-----END OPENSSH PRIVATE KEY-----\n";
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] rsaPublic(RSAPublicKey key) throws IOException {
        var out = new ByteArrayOutputStream();
        var data = new DataOutputStream(out);
        string(data, ascii("ssh-rsa"));
        string(data, key.getPublicExponent().toByteArray());
        string(data, key.getModulus().toByteArray());
        return out.toByteArray();
    }

    private static byte[] rsaBody(KeyPair pair, int block) throws IOException {
        var key = (RSAPrivateCrtKey) pair.getPrivate();
        var out = new ByteArrayOutputStream();
        var data = new DataOutputStream(out);
        int check = RANDOM.nextInt();
        data.writeInt(check);
        data.writeInt(check);
        string(data, ascii("ssh-rsa"));
        for (BigInteger number : new BigInteger[] {
            key.getModulus(), key.getPublicExponent(), key.getPrivateExponent(),
            key.getCrtCoefficient(), key.getPrimeP(), key.getPrimeQ()
        }) {
            string(data, number.toByteArray());
        }
        string(data, ascii("canary@test"));
        for (int pad = 1; out.size() % block != 0; pad++) {
            data.write(pad);
        }
        return out.toByteArray();
    }

    private static byte[] kdfOptions(byte[] salt) throws IOException {
        var out = new ByteArrayOutputStream();
        var data = new DataOutputStream(out);
        string(data, salt);
        data.writeInt(16);
        return out.toByteArray();
    }

    private static byte[] aesCtr(byte[] body, byte[] salt) throws GeneralSecurityException {
        byte[] keyAndIv = BCrypt.pbkdfGenerate(PASSPHRASE.getBytes(StandardCharsets.UTF_8), salt, 16, 48);
        Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
        cipher.init(
                Cipher.ENCRYPT_MODE,
                new SecretKeySpec(Arrays.copyOf(keyAndIv, 32), "AES"),
                new IvParameterSpec(Arrays.copyOfRange(keyAndIv, 32, 48)));
        return cipher.doFinal(body);
    }

    private static void string(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String write(Maker maker) {
        var text = new StringWriter();
        try (var pem = new PemWriter(text)) {
            pem.writeObject(maker.make());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    @FunctionalInterface
    private interface Maker {
        PemObjectGenerator make() throws Exception;
    }
}
