package dev.passcourier.vault;

import dev.passcourier.files.PemText;
import dev.passcourier.vault.KeyLoadException.Code;
import dev.passcourier.vault.KeyRing.KeyInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.jspecify.annotations.Nullable;

/** Turns key files into keys of a ring. */
final class KeyFileReader {

    private static final byte[] PEM_MARK = "PRIVATE KEY-----".getBytes(StandardCharsets.US_ASCII);

    /** By what stands in a PEM file's first line (RFC 7468, RFC 8017, RFC 5915). */
    private static final Map<String, String> FORMS = Map.of(
            "PRIVATE KEY", "PKCS#8",
            "ENCRYPTED PRIVATE KEY", "PKCS#8 encrypted",
            "RSA PRIVATE KEY", "PKCS#1",
            "EC PRIVATE KEY", "SEC 1",
            "OPENSSH PRIVATE KEY", "OpenSSH");

    private KeyFileReader() {}

    /**
     * A file of a directory, before it is read as a key.
     *
     * @param kind  what it is
     * @param isPem whether it says in clear that it holds a private key
     */
    record Look(KeyFileKind kind, boolean isPem) {}

    /** Looks at a file of a directory, whoever may read it. */
    static Look look(Path file) throws KeyLoadException {
        byte[] content = new byte[0];
        try (InputStream in = Files.newInputStream(file)) {
            content = PemText.tidy(in.readNBytes(GuardedFile.LARGEST));
            try (KeyFileKind.Content found = KeyFileKind.read(content)) {
                return new Look(found.kind(), ResultMimeEntity.indexOf(content, PEM_MARK, 0) >= 0);
            }
        } catch (IOException e) {
            throw new KeyLoadException(Code.FILE_UNREADABLE, file, "it cannot be read");
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /** Reads the keys of a file: the second and further ones are called {@code name-2} and so on. */
    static List<HeldKey> read(Path file, @Nullable Passphrase passphrase) throws KeyLoadException {
        byte[] content = GuardedFile.readSecret(file);
        try {
            String form = form(content);
            List<HeldKey> keys = new ArrayList<>();
            for (AsymmetricKeyParameter key : new PrivateKeyFile(file, passphrase).parseAll(content)) {
                keys.add(held(file, form, keys.isEmpty() ? "" : "-" + (keys.size() + 1), key));
            }
            return keys;
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /** What people call the form that a private key lies in. */
    private static String form(byte[] content) {
        try (KeyFileKind.Content found = KeyFileKind.read(content)) {
            return switch (found.kind()) {
                case PRIVATE_JWK -> "JWK";
                case PKCS12 -> "PKCS#12";
                case JAVA_KEY_STORE -> "Java key store";
                case PRIVATE_KEY ->
                    FORMS.entrySet().stream()
                            .filter(form -> ResultMimeEntity.indexOf(
                                            found.bytes(),
                                            ("-----BEGIN " + form.getKey() + "-----")
                                                    .getBytes(StandardCharsets.US_ASCII),
                                            0)
                                    >= 0)
                            .map(Map.Entry::getValue)
                            .findFirst()
                            .orElse("PEM");
                default -> found.kind().words();
            };
        }
    }

    private static HeldKey held(Path file, String form, String number, AsymmetricKeyParameter key)
            throws KeyLoadException {
        try {
            SshPublicKey half = SshPublicKey.of(key);
            var info = new KeyInfo(nameOf(file) + number, half.algorithm(), half.bits(), half.fingerprint());
            return new HeldKey(info, file, form, key instanceof RSAPrivateCrtKeyParameters rsa ? rsa(rsa) : null);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new KeyLoadException(Code.KEY_DAMAGED, file, "its numbers do not make a key of two primes");
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
