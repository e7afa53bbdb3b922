package dev.passcourier.vault;

import com.exceptionfactory.jagged.bech32.Bech32;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import dev.passcourier.config.Settings.CmsCipher;
import dev.passcourier.config.Settings.Recipient;
import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.files.DurableFile;
import dev.passcourier.vault.KeyLoadException.Code;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPKeyRingGenerator;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.operator.PBESecretKeyEncryptor;
import org.bouncycastle.openpgp.operator.bc.BcPBESecretKeyEncryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPKeyPair;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfoBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Makes a recipient's key pair, on the recipient's machine: P-256 for JWE and OpenPGP, RSA 3072 with a certificate for
 * CMS, X25519 for age. Private halves are PKCS#8, OpenPGP or an age identity, as {@link
 * ResultOpener} reads them.
 */
public final class NewRecipient {

    private static final int RSA_BITS = 3072;

    /** As RFC 8018 and OWASP ask of PBKDF2 with HMAC-SHA-256. */
    private static final int ITERATIONS = 600_000;

    /** OpenPGP's largest count of an iterated and salted passphrase: 65 million bytes. */
    private static final int PGP_COUNT = 0xff;

    private static final Duration CERTIFICATE_LIFE = Duration.ofDays(3650);

    private final SealFormat format;
    private final String name;
    private final Instant now;
    private final @Nullable Passphrase passphrase;
    private final Path publicFile;
    private final Path privateFile;

    private NewRecipient(
            Recipient recipient, String name, Path privateFile, @Nullable Passphrase passphrase, Instant now) {
        this.format = recipient.format();
        this.name = name;
        this.publicFile = recipient.key();
        this.privateFile = privateFile;
        this.passphrase = passphrase;
        this.now = now;
    }

    /** What the public half's file is called after the recipient's name. */
    public static String publicEnding(SealFormat format) {
        return switch (format) {
            case JWE -> ".jwk";
            case CMS -> ".crt.pem";
            case OPENPGP -> ".asc";
            case AGE -> ".age.pub";
        };
    }

    /** What the private half's file is called after the recipient's name. */
    public static String privateEnding(SealFormat format) {
        return switch (format) {
            case JWE, CMS -> ".private.pem";
            case OPENPGP -> ".private.asc";
            case AGE -> ".private.age";
        };
    }

    /**
     * Makes a key pair. Never replaces a file; if the second one cannot be written, the first is removed again.
     *
     * @param name        the recipient's, ASCII; stands in certificates and OpenPGP keys
     * @param publicFile  gets the public half, readable by all: the service may be another user
     * @param privateFile gets the private half, 0600
     * @param passphrase  that encrypts the private half, or null; age has none
     * @return the recipient's settings, with the fingerprint to pin
     * @throws FileAlreadyExistsException if one of the files is there
     * @throws KeyLoadException           naming the file that cannot be written, or why there is no passphrase
     */
    public static Recipient create(
            SealFormat format,
            String name,
            Path publicFile,
            Path privateFile,
            @Nullable Passphrase passphrase,
            Clock clock)
            throws KeyLoadException, FileAlreadyExistsException {
        for (Path file : List.of(publicFile, privateFile)) {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(file.toString());
            }
        }
        var settings = new Recipient(format, publicFile, null, null);
        return new NewRecipient(settings, name, privateFile, passphrase, clock.instant()).write();
    }

    /** The halves as they go to their files, and what pins the public one. */
    private record Halves(byte[] open, byte[] secret, String fingerprint) {

        @Override
        public String toString() {
            return "Halves[" + fingerprint + "]";
        }
    }

    private Recipient write() throws KeyLoadException, FileAlreadyExistsException {
        Halves halves = make();
        try {
            place(privateFile, halves.secret(), "rwx------", "rw-------");
            try {
                place(publicFile, halves.open(), "rwxr-xr-x", "rw-r--r--");
            } catch (FileAlreadyExistsException | KeyLoadException e) {
                remove(privateFile);
                throw e;
            }
        } finally {
            Arrays.fill(halves.secret(), (byte) 0);
        }
        return new Recipient(format, publicFile, halves.fingerprint(), (CmsCipher) null);
    }

    private Halves make() throws KeyLoadException {
        try {
            return switch (format) {
                case JWE -> jwe();
                case CMS -> cms();
                case OPENPGP -> openPgp();
                case AGE -> age();
            };
        } catch (GeneralSecurityException | JOSEException | PGPException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("no key pair for " + format, e);
        }
    }

    private Halves jwe() throws GeneralSecurityException, JOSEException, OperatorCreationException, KeyLoadException {
        KeyPair pair = pair("EC", new ECGenParameterSpec("secp256r1"));
        ECKey half = new ECKey.Builder(Curve.P_256, (ECPublicKey) pair.getPublic())
                .keyUse(KeyUse.ENCRYPTION)
                .algorithm(JWEAlgorithm.ECDH_ES_A256KW)
                .keyIDFromThumbprint()
                .build();
        return new Halves(
                (half.toJSONString() + "\n").getBytes(StandardCharsets.UTF_8),
                pkcs8(pair.getPrivate()),
                half.getKeyID());
    }

    private Halves cms() throws GeneralSecurityException, OperatorCreationException, IOException, KeyLoadException {
        KeyPair pair = pair("RSA", new RSAKeyGenParameterSpec(RSA_BITS, RSAKeyGenParameterSpec.F4));
        X500Name subject = new X500Name("CN=" + name);
        X509CertificateHolder certificate = new X509v3CertificateBuilder(
                        subject,
                        new BigInteger(120, new SecureRandom()).setBit(120),
                        Date.from(now.minus(Duration.ofHours(1))),
                        Date.from(now.plus(CERTIFICATE_LIFE)),
                        subject,
                        SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()))
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyEncipherment))
                .addExtension(
                        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_emailProtection))
                .build(new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate()));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        return new Halves(
                SigningCertificate.pem(certificate),
                pkcs8(pair.getPrivate()),
                HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash));
    }

    private Halves openPgp() throws GeneralSecurityException, PGPException, IOException, KeyLoadException {
        var curve = new ECGenParameterSpec("secp256r1");
        var primary = new JcaPGPKeyPair(
                PublicKeyPacket.VERSION_4, PublicKeyAlgorithmTags.ECDSA, pair("EC", curve), Date.from(now));
        PGPKeyPair subkey = new JcaPGPKeyPair(
                PublicKeyPacket.VERSION_4, PublicKeyAlgorithmTags.ECDH, pair("EC", curve), Date.from(now));
        char[] phrase = phrase();
        try {
            var digests = new BcPGPDigestCalculatorProvider();
            PBESecretKeyEncryptor encryptor = phrase.length == 0
                    ? null
                    : new BcPBESecretKeyEncryptorBuilder(
                                    SymmetricKeyAlgorithmTags.AES_256, digests.get(HashAlgorithmTags.SHA256), PGP_COUNT)
                            .build(phrase);
            var generator = new PGPKeyRingGenerator(
                    PGPSignature.POSITIVE_CERTIFICATION,
                    primary,
                    name,
                    digests.get(HashAlgorithmTags.SHA1),
                    flags(KeyFlags.CERTIFY_OTHER | KeyFlags.SIGN_DATA).generate(),
                    null,
                    new BcPGPContentSignerBuilder(PublicKeyAlgorithmTags.ECDSA, HashAlgorithmTags.SHA256),
                    encryptor);
            generator.addSubKey(
                    subkey,
                    flags(KeyFlags.ENCRYPT_COMMS | KeyFlags.ENCRYPT_STORAGE).generate(),
                    null);
            PGPSecretKeyRing ring = generator.generateSecretKeyRing();
            List<PGPPublicKey> halves = new ArrayList<>();
            ring.getPublicKeys().forEachRemaining(halves::add);
            byte[] packets = ring.getEncoded();
            try {
                return new Halves(
                        SigningPgpKey.armor(new PGPPublicKeyRing(halves).getEncoded()),
                        SigningPgpKey.armor(packets),
                        OpenPgpRecipient.fingerprint(ring.getPublicKey()));
            } finally {
                Arrays.fill(packets, (byte) 0);
            }
        } finally {
            Arrays.fill(phrase, '\0');
        }
    }

    private static PGPSignatureSubpacketGenerator flags(int flags) {
        var subpackets = new PGPSignatureSubpacketGenerator();
        subpackets.setKeyFlags(true, flags);
        return subpackets;
    }

    private Halves age() {
        byte[] scalar = new byte[X25519.SCALAR_SIZE];
        byte[] point = new byte[X25519.POINT_SIZE];
        X25519.generatePrivateKey(new SecureRandom(), scalar);
        X25519.scalarMultBase(scalar, 0, point, 0);
        // The library writes identities as text, which cannot be wiped.
        String identity =
                Bech32.getEncoder().encode("AGE-SECRET-KEY-", scalar).toString().toUpperCase(Locale.ROOT);
        String recipient = Bech32.getEncoder().encode("age", point).toString().toLowerCase(Locale.ROOT);
        Arrays.fill(scalar, (byte) 0);
        return new Halves(
                (recipient + "\n").getBytes(StandardCharsets.US_ASCII),
                ("# public key: " + recipient + "\n" + identity + "\n").getBytes(StandardCharsets.US_ASCII),
                recipient);
    }

    private static KeyPair pair(String algorithm, AlgorithmParameterSpec spec) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(spec);
        return generator.generateKeyPair();
    }

    /** PKCS#8 in PEM form, under the passphrase (PBES2: PBKDF2 with HMAC-SHA-256, AES-256-CBC) if there is one. */
    private byte[] pkcs8(PrivateKey key) throws OperatorCreationException, KeyLoadException {
        byte[] der = key.getEncoded();
        char[] phrase = phrase();
        try {
            return phrase.length == 0 ? pem("PRIVATE KEY", der) : pem("ENCRYPTED PRIVATE KEY", encrypted(der, phrase));
        } finally {
            Arrays.fill(phrase, '\0');
            Arrays.fill(der, (byte) 0);
        }
    }

    private static byte[] encrypted(byte[] der, char[] phrase) throws OperatorCreationException {
        var encryptor = new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                .setProvider(BouncyCastle.PROVIDER)
                .setPRF(PKCS8Generator.PRF_HMACSHA256)
                .setIterationCount(ITERATIONS)
                .setPassword(phrase)
                .build();
        try {
            return new PKCS8EncryptedPrivateKeyInfoBuilder(PrivateKeyInfo.getInstance(der))
                    .build(encryptor)
                    .getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException("PRIVATE_KEY_ENCODING");
        }
    }

    /** Bytes only, so that they can be wiped. */
    private static byte[] pem(String label, byte[] der) {
        byte[] body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encode(der);
        var out = new ByteArrayOutputStream(body.length + 80);
        out.writeBytes(("-----BEGIN " + label + "-----\n").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(body);
        out.writeBytes(("\n-----END " + label + "-----\n").getBytes(StandardCharsets.US_ASCII));
        Arrays.fill(body, (byte) 0);
        return out.toByteArray();
    }

    /** The passphrase, or nothing if there is none. */
    private char[] phrase() throws KeyLoadException {
        if (passphrase == null) {
            return new char[0];
        }
        char[] phrase = PrivateKeyFile.phrase(privateFile, passphrase);
        if (phrase.length == 0) {
            throw new KeyLoadException(Code.PASSPHRASE_MISSING, privateFile, "its passphrase is empty");
        }
        return phrase;
    }

    private static void place(Path file, byte[] content, String directoryModes, String modes)
            throws KeyLoadException, FileAlreadyExistsException {
        Path absolute = file.toAbsolutePath();
        try {
            Path directory = absolute.getParent();
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory, DurableFile.ownerOnlyDirectory(directory));
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(directoryModes));
            }
            DurableFile.write(absolute, content);
            Files.setPosixFilePermissions(absolute, PosixFilePermissions.fromString(modes));
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException e) {
            throw new KeyLoadException(
                    Code.FILE_NOT_WRITTEN, file, "it cannot be made: check its directory, or name another one");
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The failure that made it useless is told.
        }
    }
}
