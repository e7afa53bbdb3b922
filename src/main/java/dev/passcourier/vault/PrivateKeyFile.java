package dev.passcourier.vault;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.vault.KeyLoadException.Code;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.util.OpenSSHPrivateKeyUtil;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the private keys of a file in any of the usual forms: PKCS#1 and SEC 1, PKCS#8, encrypted PKCS#8, OpenSSL's legacy
 * {@code DEK-Info} and OpenSSH's own; JWK; PKCS#12 and Java key stores; what is encrypted with a passphrase. The formats
 * are the libraries' business; their parsers leave strings with the base64 behind, which we cannot wipe.
 */
final class PrivateKeyFile {

    private static final byte[] END = ascii("-----END ");

    private final Path file;
    private final @Nullable Passphrase passphrase;

    PrivateKeyFile(Path file, @Nullable Passphrase passphrase) {
        this.file = file;
        this.passphrase = passphrase;
    }

    /** Reads the one key of a file's content. */
    AsymmetricKeyParameter parse(byte[] content) throws KeyLoadException {
        List<AsymmetricKeyParameter> keys = parseAll(content);
        if (keys.size() != 1) {
            throw failure(
                    Code.KEY_FORMAT,
                    "it holds " + keys.size() + " private keys; put the one that is meant into a file of its own");
        }
        return keys.get(0);
    }

    /** Reads all keys of a file's content, at least one. */
    List<AsymmetricKeyParameter> parseAll(byte[] content) throws KeyLoadException {
        try (KeyFileKind.Content found = KeyFileKind.read(content)) {
            return switch (found.kind()) {
                case PRIVATE_KEY -> pem(found.bytes());
                case PRIVATE_JWK -> List.of(jwk(found.bytes()));
                case PKCS12 -> stored("PKCS12", found.bytes());
                case JAVA_KEY_STORE -> stored("JKS", found.bytes());
                default -> throw failure(Code.KEY_FORMAT, advice(found.kind()));
            };
        }
    }

    /** Why a file that we cannot read a key from is none for us, and what to do. */
    String advice(KeyFileKind kind) {
        String is = "it is " + kind.words();
        return switch (kind) {
            case EMPTY -> "it is empty";
            case PUTTY ->
                is + "; convert it with: puttygen " + file + " -O private-openssh-new -o " + converted(".ppk")
                        + " (or in PuTTYgen: Conversions, Export OpenSSH key)";
            case SSH_COM ->
                is + "; convert it with: puttygen " + file + " -O private-openssh-new -o " + converted(".ssh2");
            case DOTNET ->
                is + "; convert it in PowerShell 7: $r = [Security.Cryptography.RSA]::Create(); $r.FromXmlString("
                        + "(Get-Content -Raw " + file + ")); $r.ExportPkcs8PrivateKeyPem() > " + converted(".xml");
            case SSH_PUBLIC, SSH_PUBLIC_RFC4716, PUBLIC_KEY, PUBLIC_JWK ->
                is + "; name the private key" + privateHalf();
            case CERTIFICATE, CERTIFICATE_REQUEST, PKCS7 ->
                is + "; name the private key that it was made with, which is another file";
            case OPENPGP_PRIVATE, AGE_IDENTITY, AGE_PLUGIN_IDENTITY, SECURITY_KEY, SYMMETRIC_JWK ->
                is + "; a private RSA key is needed";
            case UNKNOWN ->
                "it is " + kind.words() + "; a private key in PEM, DER, OpenSSH, PKCS#12 or JWK form is needed";
            default -> is + "; a private key is needed";
        };
    }

    private String privateHalf() {
        String name = file.toString();
        return name.endsWith(".pub")
                ? " that belongs to it, most likely " + name.substring(0, name.length() - 4)
                : " that belongs to it, which is another file";
    }

    private String converted(String ending) {
        String name = file.toString();
        return name.endsWith(ending) ? name.substring(0, name.length() - ending.length()) : name + ".key";
    }

    private List<AsymmetricKeyParameter> pem(byte[] text) throws KeyLoadException {
        List<AsymmetricKeyParameter> keys = new ArrayList<>();
        for (Object found : keysOf(text)) {
            keys.add(key(found));
        }
        return keys;
    }

    private AsymmetricKeyParameter jwk(byte[] json) throws KeyLoadException {
        JWK jwk = Jwks.parse(file, json);
        try {
            byte[] encoded =
                    switch (jwk.getKeyType().getValue()) {
                        case "RSA" -> jwk.toRSAKey().toRSAPrivateKey().getEncoded();
                        case "EC" -> jwk.toECKey().toECPrivateKey().getEncoded();
                        default ->
                            throw failure(Code.KEY_FORMAT, "it is a JSON Web Key of another kind than RSA and EC");
                    };
            return created(encoded);
        } catch (JOSEException | IOException | RuntimeException e) {
            throw failure(Code.KEY_DAMAGED, "its numbers do not make a key, or it lacks the primes p and q");
        }
    }

    private List<AsymmetricKeyParameter> stored(String type, byte[] content) throws KeyLoadException {
        char[] phrase = passphrase == null ? new char[0] : characters(readPassphrase());
        try {
            // Java's own PKCS#12 takes ASCII passphrases only.
            KeyStore store = type.equals("PKCS12")
                    ? KeyStore.getInstance(type, BouncyCastle.PROVIDER)
                    : KeyStore.getInstance(type);
            store.load(new ByteArrayInputStream(content), phrase);
            List<AsymmetricKeyParameter> keys = new ArrayList<>();
            for (String alias : Collections.list(store.aliases())) {
                if (store.getKey(alias, phrase) instanceof PrivateKey key) {
                    keys.add(created(key.getEncoded()));
                }
            }
            if (keys.isEmpty()) {
                throw failure(Code.KEY_FORMAT, "it is a key store with certificates alone; export it with its key");
            }
            return keys;
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            throw failure(
                    passphrase == null ? Code.PASSPHRASE_MISSING : Code.PASSPHRASE_WRONG,
                    passphrase == null
                            ? "it is a key store and no passphrase is given for it"
                            : "the passphrase does not open it, or it is damaged; openssl pkcs12 -in " + file
                                    + " -nocerts shows which, and what it prints is read here too");
        } finally {
            Arrays.fill(phrase, '\0');
        }
    }

    private static AsymmetricKeyParameter created(byte[] pkcs8) throws IOException {
        try {
            return PrivateKeyFactory.createKey(pkcs8);
        } finally {
            Arrays.fill(pkcs8, (byte) 0);
        }
    }

    private List<Object> keysOf(byte[] content) throws KeyLoadException {
        List<Object> keys = new ArrayList<>();
        var in = new InputStreamReader(new ByteArrayInputStream(content), StandardCharsets.ISO_8859_1);
        try (PEMParser parser = new WithOpenSsh(in)) {
            for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
                if (isKey(found)) {
                    keys.add(found);
                }
            }
        } catch (IOException | RuntimeException e) {
            boolean isCut = ResultMimeEntity.indexOf(content, END, 0) < 0;
            throw failure(
                    Code.KEY_DAMAGED,
                    isCut
                            ? "its END line is missing: it is cut off; copy it again, whole"
                            : "what is between its BEGIN and END lines cannot be parsed; copy it again");
        }
        if (keys.isEmpty()) {
            throw failure(Code.KEY_DAMAGED, "its BEGIN and END lines hold no kind of private key that we read");
        }
        return keys;
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
        refuseUnknownCipher(found);
        byte[] secret = readPassphrase();
        try {
            return decrypted(found, secret);
        } catch (IOException
                | GeneralSecurityException
                | PKCSException
                | OperatorCreationException
                | RuntimeException e) {
            throw failure(Code.PASSPHRASE_WRONG, "the passphrase does not open it, or it is damaged");
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private void refuseUnknownCipher(Object found) throws KeyLoadException {
        Optional<String> cipher = Optional.empty();
        if (found instanceof PEMEncryptedKeyPair legacy) {
            cipher = Optional.of(legacy.getDekAlgName()).filter(name -> !KeyFileCipher.isKnown(name));
        } else if (found instanceof PKCS8EncryptedPrivateKeyInfo pkcs8) {
            cipher = KeyFileCipher.unknown(pkcs8.getEncryptionAlgorithm());
        }
        if (cipher.isPresent()) {
            throw failure(
                    Code.KEY_FORMAT,
                    "it is encrypted with " + cipher.get()
                            + ", which is not read; convert it with: openssl pkcs8 -topk8" + " -v2 aes-256-cbc -in "
                            + file + " -out " + file + ".new");
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
            throws IOException, GeneralSecurityException, PKCSException, OperatorCreationException {
        if (found instanceof OpenSshBlob blob) {
            return OpenSSHPrivateKeyUtil.parsePrivateKeyBlob(blob.bytes(), passphrase);
        }
        if (found instanceof PEMEncryptedKeyPair legacy) {
            return PrivateKeyFactory.createKey(KeyFileCipher.decrypt(legacy, passphrase));
        }
        char[] chars = characters(passphrase.clone());
        try {
            return PrivateKeyFactory.createKey(KeyFileCipher.decrypt((PKCS8EncryptedPrivateKeyInfo) found, chars));
        } finally {
            Arrays.fill(chars, '\0');
        }
    }

    /** Reads a passphrase as characters, which the caller wipes. */
    static char[] phrase(Path file, @Nullable Passphrase passphrase) throws KeyLoadException {
        return characters(new PrivateKeyFile(file, passphrase).readPassphrase());
    }

    /** UTF-8 as characters; the bytes are wiped. */
    private static char[] characters(byte[] utf8) {
        CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(utf8));
        char[] chars = Arrays.copyOf(decoded.array(), decoded.limit());
        Arrays.fill(decoded.array(), '\0');
        Arrays.fill(utf8, (byte) 0);
        return chars;
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

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
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
            return ResultMimeEntity.indexOf(bytes, NOT_ENCRYPTED, 0) != 0;
        }

        @Override
        public String toString() {
            return "OpenSshBlob";
        }
    }
}
