package dev.passcourier.vault;

import dev.passcourier.config.Settings;
import dev.passcourier.config.Settings.SealFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Date;
import java.util.List;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyRingGenerator;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPKeyPair;

/**
 * Recipients of all formats, for fuzzing what they open. Their keys are the same every time, so that what one run finds
 * another one repeats.
 */
final class FuzzedRecipients {

    private static final KeyPair RSA = pair("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));
    private static final KeyPair EC = pair("EC", new ECGenParameterSpec("secp256r1"));

    private final Path directory;

    FuzzedRecipients(Path directory) {
        this.directory = directory;
    }

    /**
     * A recipient.
     *
     * @param key        what is sealed for
     * @param privateKey the file that opens it
     */
    record Recipient(RecipientKey key, Path privateKey) {

        ResultOpener opener(Path signer) throws KeyLoadException {
            return ResultOpener.load(privateKey, null, signer, VaultBench.CLOCK);
        }
    }

    /** RSA and P-256 by JWE and CMS, OpenPGP, and age. */
    List<Recipient> all() throws Exception {
        Path rsaKey = file("rsa.pem", TestKeys.pkcs8(RSA));
        Path ecKey = file("ec.pem", TestKeys.pkcs8(EC));
        PGPKeyRingGenerator ring = ring();
        return List.of(
                recipient(SealFormat.JWE, TestKeys.pem(RSA.getPublic()), rsaKey),
                recipient(SealFormat.JWE, TestKeys.pem(EC.getPublic()), ecKey),
                recipient(SealFormat.CMS, RecipientKeyTest.certificate(RSA, -1, 1), rsaKey),
                recipient(SealFormat.CMS, RecipientKeyTest.certificate(EC, -1, 1), ecKey),
                recipient(
                        SealFormat.OPENPGP,
                        armored(ring.generatePublicKeyRing().getEncoded()),
                        file("ops.asc", armored(ring.generateSecretKeyRing().getEncoded()))),
                new Recipient(
                        VaultBench.recipient(SealFormat.AGE, directory, "recipient.age"),
                        file("age.key", VaultBench.AGE_IDENTITY)));
    }

    /** ASCII armor of an OpenPGP object. */
    static String armored(byte[] packets) throws IOException {
        return new String(SigningPgpKey.armor(packets), StandardCharsets.US_ASCII);
    }

    private Recipient recipient(SealFormat format, String publicKey, Path privateKey) throws KeyLoadException {
        Path file = file("public." + format + publicKey.hashCode(), publicKey);
        return new Recipient(
                RecipientKey.load(new Settings.Recipient(format, file, null, null), VaultBench.CLOCK), privateKey);
    }

    private Path file(String name, String content) {
        return TestKeys.file(directory.resolve(name), content);
    }

    private PGPKeyRingGenerator ring() throws PGPException {
        var flags = new PGPSignatureSubpacketGenerator();
        flags.setKeyFlags(false, KeyFlags.CERTIFY_OTHER | KeyFlags.ENCRYPT_COMMS);
        return new PGPKeyRingGenerator(
                PGPSignature.POSITIVE_CERTIFICATION,
                new JcaPGPKeyPair(
                        PublicKeyPacket.VERSION_4,
                        PublicKeyAlgorithmTags.RSA_GENERAL,
                        RSA,
                        Date.from(VaultBench.NOW.minusSeconds(3600))),
                "ops",
                new BcPGPDigestCalculatorProvider().get(HashAlgorithmTags.SHA1),
                flags.generate(),
                null,
                new BcPGPContentSignerBuilder(PublicKeyAlgorithmTags.RSA_GENERAL, HashAlgorithmTags.SHA256),
                null);
    }

    private static KeyPair pair(String algorithm, AlgorithmParameterSpec kind) {
        try {
            SecureRandom always = SecureRandom.getInstance("SHA1PRNG");
            always.setSeed(1);
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(kind, always);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
