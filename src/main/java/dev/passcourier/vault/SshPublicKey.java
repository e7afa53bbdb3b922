package dev.passcourier.vault;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.DSAParameters;
import org.bouncycastle.crypto.params.DSAPrivateKeyParameters;
import org.bouncycastle.crypto.params.DSAPublicKeyParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.bouncycastle.crypto.util.OpenSSHPublicKeyUtil;

/**
 * The public half of a private key, named as {@code ssh-keygen -l} names it.
 *
 * @param algorithm   {@code RSA}, {@code EC}, {@code ED25519}, {@code DSA}
 * @param bits        of the key
 * @param fingerprint {@code SHA256:} and unpadded base64
 */
record SshPublicKey(String algorithm, int bits, String fingerprint) {

    /** Of a private key; for kinds that OpenSSH has no name for, only the class of key is told. */
    static SshPublicKey of(AsymmetricKeyParameter key) throws IOException {
        if (key instanceof RSAPrivateCrtKeyParameters rsa) {
            var half = new RSAKeyParameters(false, rsa.getModulus(), rsa.getPublicExponent());
            return named("RSA", rsa.getModulus().bitLength(), half);
        }
        if (key instanceof ECPrivateKeyParameters ec) {
            var domain = ec.getParameters();
            var half =
                    new ECPublicKeyParameters(domain.getG().multiply(ec.getD()).normalize(), domain);
            return named("EC", domain.getCurve().getFieldSize(), half);
        }
        if (key instanceof Ed25519PrivateKeyParameters edwards) {
            return named("ED25519", 256, edwards.generatePublicKey());
        }
        if (key instanceof DSAPrivateKeyParameters dsa) {
            DSAParameters domain = dsa.getParameters();
            var y = domain.getG().modPow(dsa.getX(), domain.getP());
            return named("DSA", domain.getP().bitLength(), new DSAPublicKeyParameters(y, domain));
        }
        return new SshPublicKey("OTHER", 0, "");
    }

    private static SshPublicKey named(String algorithm, int bits, AsymmetricKeyParameter half) {
        try {
            return new SshPublicKey(algorithm, bits, fingerprint(OpenSSHPublicKeyUtil.encodePublicKey(half)));
        } catch (IOException | IllegalArgumentException e) {
            return new SshPublicKey(algorithm, bits, ""); // a curve that OpenSSH does not know
        }
    }

    private static String fingerprint(byte[] blob) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(blob);
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
