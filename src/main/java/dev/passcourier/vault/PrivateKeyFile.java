package dev.passcourier.vault;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.vault.KeyLoadException.Code;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.util.OpenSSHPrivateKeyUtil;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one private key in any of the usual text forms: PKCS#1 and SEC 1, PKCS#8, encrypted PKCS#8, OpenSSL's legacy
 * {@code DEK-Info} and OpenSSH's own, the last three with a passphrase. The formats are Bouncy Castle's business; its
 * parser leaves strings with the base64 behind, which we cannot wipe.
 */
final class PrivateKeyFile {

    private static final byte[] PEM_MARK = ascii("PRIVATE KEY-----");
    private static final byte[] PUTTY_MARK = ascii("PuTTY-User-Key-File-");

    private final Path file;
    private final @Nullable Passphrase passphrase;

    PrivateKeyFile(Path file, @Nullable Passphrase passphrase) {
        this.file = file;
        this.passphrase = passphrase;
    }

    /** Whether the bytes claim to be a private key, in a form we read or not. */
    static boolean looksLikeOne(byte[] content) {
        return indexOf(content, PEM_MARK) >= 0 || indexOf(content, PUTTY_MARK) == 0;
    }

    /** Parses the file's content. */
    AsymmetricKeyParameter parse(byte[] content) throws KeyLoadException {
        if (indexOf(content, PUTTY_MARK) == 0) {
            throw failure(
                    Code.KEY_FORMAT,
                    "PuTTY's own format is not read; convert it with: puttygen " + file + " -O private-openssh-new -o "
                            + withoutEnding(file.toString()));
        }
        if (indexOf(content, PEM_MARK) < 0) {
            throw failure(Code.KEY_FORMAT, "it is not a private key in PEM or OpenSSH form");
        }
        return key(firstKey(content));
    }

    private Object firstKey(byte[] content) throws KeyLoadException {
        var in = new InputStreamReader(new ByteArrayInputStream(content), StandardCharsets.ISO_8859_1);
        try (PEMParser parser = new WithOpenSsh(in)) {
            for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
                if (isKey(found)) {
                    return found;
                }
            }
        } catch (IOException | RuntimeException e) {
            throw failure(Code.KEY_DAMAGED, "it cannot be parsed");
        }
        throw failure(Code.KEY_DAMAGED, "its BEGIN and END lines hold no private key");
    }

    private static boolean isKey(Object found) {
        return found instanceof PEMKeyPair
                || found instanceof PrivateKeyInfo
                || found instanceof OpenSshBlob
                || isEncrypted(found);
    }

    private static boolean isEncrypted(Object found) {
        return found instanceof PEMEncryptedKeyPair
                || found instanceof PKCS8EncryptedPrivateKeyInfo
                || (found instanceof OpenSshBlob blob && blob.isEncrypted());
    }

    private AsymmetricKeyParameter key(Object found) throws KeyLoadException {
        if (!isEncrypted(found)) {
            return plain(found);
        }
        byte[] secret = readPassphrase();
        try {
            return decrypted(found, secret);
        } catch (IOException | PKCSException | OperatorCreationException | RuntimeException e) {
            throw failure(Code.PASSPHRASE_WRONG, "the passphrase does not open it, or it is damaged");
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private AsymmetricKeyParameter plain(Object found) throws KeyLoadException {
        try {
            if (found instanceof OpenSshBlob blob) {
                return OpenSSHPrivateKeyUtil.parsePrivateKeyBlob(blob.bytes());
            }
            return PrivateKeyFactory.createKey(
                    found instanceof PEMKeyPair pair ? pair.getPrivateKeyInfo() : (PrivateKeyInfo) found);
        } catch (IOException | RuntimeException e) {
            throw failure(Code.KEY_DAMAGED, "it holds no key that can be used");
        }
    }

    private static AsymmetricKeyParameter decrypted(Object found, byte[] passphrase)
            throws IOException, PKCSException, OperatorCreationException {
        if (found instanceof OpenSshBlob blob) {
            return OpenSSHPrivateKeyUtil.parsePrivateKeyBlob(blob.bytes(), passphrase);
        }
        CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(passphrase));
        char[] chars = Arrays.copyOf(decoded.array(), decoded.limit());
        try {
            return PrivateKeyFactory.createKey(
                    found instanceof PEMEncryptedKeyPair legacy
                            ? decrypted(legacy, chars)
                            : decrypted((PKCS8EncryptedPrivateKeyInfo) found, chars));
        } finally {
            Arrays.fill(decoded.array(), '\0');
            Arrays.fill(chars, '\0');
        }
    }

    private static PrivateKeyInfo decrypted(PKCS8EncryptedPrivateKeyInfo key, char[] passphrase)
            throws PKCSException, OperatorCreationException {
        return key.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                .setProvider(BouncyCastle.PROVIDER)
                .build(passphrase));
    }

    // Of Bouncy Castle's two decryptors this one takes the passphrase's UTF-8 bytes, as OpenSSL does.
    private static PrivateKeyInfo decrypted(PEMEncryptedKeyPair key, char[] passphrase) throws IOException {
        return key.decryptKeyPair(new JcePEMDecryptorProviderBuilder()
                        .setProvider(BouncyCastle.PROVIDER)
                        .build(passphrase))
                .getPrivateKeyInfo();
    }

    private byte[] readPassphrase() throws KeyLoadException {
        if (passphrase == null) {
            throw failure(Code.PASSPHRASE_MISSING, "it is encrypted and no passphrase is given for it");
        }
        try {
            return passphrase.read();
        } catch (ConfigurationException e) {
            throw failure(Code.PASSPHRASE_UNREADABLE, "its passphrase cannot be read: " + e.getMessage());
        } catch (Exception e) {
            throw failure(Code.PASSPHRASE_UNREADABLE, "its passphrase cannot be read");
        }
    }

    private KeyLoadException failure(Code code, String advice) {
        return new KeyLoadException(code, file, advice);
    }

    private static String withoutEnding(String name) {
        return name.endsWith(".ppk") ? name.substring(0, name.length() - 4) : name + ".key";
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static int indexOf(byte[] content, byte[] mark) {
        for (int at = 0; at <= content.length - mark.length; at++) {
            if (Arrays.equals(content, at, at + mark.length, mark, 0, mark.length)) {
                return at;
            }
        }
        return -1;
    }

    /** Bouncy Castle's PEM parser, which does not know OpenSSH's label. */
    private static final class WithOpenSsh extends PEMParser {
        @SuppressWarnings("unchecked") // a raw Map in the library
        WithOpenSsh(InputStreamReader in) {
            super(in);
            parsers.put("OPENSSH PRIVATE KEY", (org.bouncycastle.util.io.pem.PemObjectParser)
                    pem -> new OpenSshBlob(pem.getContent()));
        }
    }

    /** The content of an {@code OPENSSH PRIVATE KEY} (OpenSSH's PROTOCOL.key). */
    @SuppressWarnings("ArrayRecordComponent")
    private record OpenSshBlob(byte[] bytes) {

        private static final byte[] NOT_ENCRYPTED = ascii("openssh-key-v1\0\0\0\0\4none");

        boolean isEncrypted() {
            return indexOf(bytes, NOT_ENCRYPTED) != 0;
        }

        @Override
        public String toString() {
            return "OpenSshBlob";
        }
    }
}
