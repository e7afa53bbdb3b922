package dev.passcourier.vault;

import dev.passcourier.files.PemText;
import dev.passcourier.vault.KeyLoadException.Code;
import dev.passcourier.vault.KeyRing.KeyInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.util.Arrays;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.jspecify.annotations.Nullable;

/** Turns key files into keys of a ring. */
final class KeyFileReader {

    private KeyFileReader() {}

    /** Whether a file of a directory claims to be a private key. */
    static boolean isKeyFile(Path file) throws KeyLoadException {
        byte[] content = new byte[0];
        try (InputStream in = Files.newInputStream(file)) {
            content = PemText.tidy(in.readNBytes(GuardedFile.LARGEST));
            return PrivateKeyFile.looksLikeOne(content);
        } catch (IOException e) {
            throw new KeyLoadException(Code.FILE_UNREADABLE, file, "it cannot be read");
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /** Reads one key. */
    static HeldKey read(Path file, @Nullable Passphrase passphrase) throws KeyLoadException {
        byte[] content = GuardedFile.readSecret(file);
        try {
            return held(file, new PrivateKeyFile(file, passphrase).parse(content));
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    private static HeldKey held(Path file, AsymmetricKeyParameter key) throws KeyLoadException {
        try {
            SshPublicKey half = SshPublicKey.of(key);
            var info = new KeyInfo(nameOf(file), half.algorithm(), half.bits(), half.fingerprint());
            return new HeldKey(info, key instanceof RSAPrivateCrtKeyParameters rsa ? rsa(rsa) : null);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new KeyLoadException(Code.KEY_DAMAGED, file, "its numbers do not make a key");
        }
    }

    /** The key as the JVM's own providers take it. */
    static PrivateKey rsa(RSAPrivateCrtKeyParameters key) throws GeneralSecurityException {
        if (!key.getP().multiply(key.getQ()).equals(key.getModulus())) {
            throw new GeneralSecurityException();
        }
        var spec = new RSAPrivateCrtKeySpec(
                key.getModulus(),
                key.getPublicExponent(),
                key.getExponent(),
                key.getP(),
                key.getQ(),
                key.getDP(),
                key.getDQ(),
                key.getQInv());
        return KeyFactory.getInstance("RSA").generatePrivate(spec);
    }

    private static String nameOf(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
