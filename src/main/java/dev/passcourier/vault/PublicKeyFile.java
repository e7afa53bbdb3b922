package dev.passcourier.vault;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import dev.passcourier.vault.KeyLoadException.Code;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.crypto.util.OpenSSHPublicKeyUtil;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.openssl.PEMParser;
import org.jspecify.annotations.Nullable;

/** Reads a public key: a JWK, a PEM public key or a certificate. Refuses private keys, so that nobody spreads them. */
final class PublicKeyFile {

    private static final String RSA_OID_PREFIX = "1.2.840.113549.1.1.";

    private final Path file;
    private final Instant now;

    PublicKeyFile(Path file, Instant now) {
        this.file = file;
        this.now = now;
    }

    /**
     * A public key.
     *
     * @param jwk         the key
     * @param certificate that it came in, or null
     */
    record Found(JWK jwk, @Nullable X509CertificateHolder certificate) {}

    Found read() throws KeyLoadException {
        byte[] content = GuardedFile.readPublic(file);
        try {
            return read(content);
        } finally {
            Arrays.fill(content, (byte) 0); // in case it was a private one
        }
    }

    /** The same of what has been read; the caller's. */
    Found read(byte[] content) throws KeyLoadException {
        try (KeyFileKind.Content found = KeyFileKind.read(content)) {
            return switch (found.kind()) {
                case PUBLIC_JWK -> new Found(publicJwk(found.bytes()), null);
                case CERTIFICATE, PUBLIC_KEY -> pem(found.bytes());
                case SSH_PUBLIC -> new Found(openSsh(found.bytes()), null);
                default -> throw refusal(file, found.kind(), "a public JWK, PEM public key or certificate is needed");
            };
        }
    }

    /** Why a file is no public key for us, and what to do. */
    static KeyLoadException refusal(Path file, KeyFileKind kind, String needed) {
        if (kind.isPrivate()) {
            return new KeyLoadException(Code.KEY_IS_PRIVATE, file, isPrivate(file, kind));
        }
        String is = kind == KeyFileKind.UNKNOWN || kind == KeyFileKind.EMPTY ? "" : "it is " + kind.words() + "; ";
        return new KeyLoadException(
                Code.KEY_FORMAT,
                file,
                switch (kind) {
                    case EMPTY -> "it is empty; " + needed;
                    case SSH_PUBLIC_RFC4716 -> is + "convert it with: ssh-keygen -i -f " + file + " > " + file + ".pub";
                    case PKCS7 -> is + "take the certificate out: openssl pkcs7 -print_certs -in " + file;
                    default -> is + needed + format(kind);
                });
    }

    /** The setting that makes a recipient of it, where it was not the one. */
    private static String format(KeyFileKind kind) {
        String word =
                switch (kind) {
                    case PUBLIC_JWK, PUBLIC_KEY -> "jwe";
                    case CERTIFICATE -> "cms";
                    case OPENPGP_PUBLIC -> "openpgp";
                    case AGE_RECIPIENT -> "age";
                    default -> "";
                };
        return word.isEmpty() ? "" : "; for a recipient with it, write format: " + word;
    }

    private static String isPrivate(Path file, KeyFileKind kind) {
        String exposed = ", and consider the key exposed if it was sent to you";
        return switch (kind) {
            case PKCS12, JAVA_KEY_STORE ->
                "it is " + kind.words() + ", which is where private keys are; give its certificate alone"
                        + (kind == KeyFileKind.PKCS12 ? " (openssl pkcs12 -clcerts -nokeys -in " + file + ")" : "")
                        + exposed;
            case AGE_IDENTITY -> "it holds an age identity; give its recipient, which age-keygen -y prints" + exposed;
            case OPENPGP_PRIVATE -> "it holds a private key; give what gpg --export writes" + exposed;
            case PRIVATE_KEY ->
                "it holds a private key; give its public half (openssl pkey -pubout -in " + file + ")" + exposed;
            default -> "it holds a private key (" + kind.words() + "); give its public half" + exposed;
        };
    }

    private JWK publicJwk(byte[] content) throws KeyLoadException {
        JWK jwk = Jwks.parse(file, content);
        return jwk;
    }

    private Found pem(byte[] content) throws KeyLoadException {
        var in = new InputStreamReader(new ByteArrayInputStream(content), StandardCharsets.US_ASCII);
        try (PEMParser parser = new PEMParser(in)) {
            for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
                if (found instanceof X509CertificateHolder certificate) {
                    refuseExpired(certificate);
                    return new Found(jwk(certificate.getSubjectPublicKeyInfo()), certificate);
                }
                if (found instanceof SubjectPublicKeyInfo key) {
                    return new Found(jwk(key), null);
                }
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new KeyLoadException(
                    Code.KEY_DAMAGED, file, "it cannot be parsed, or is a kind of key we don't know");
        }
        throw new KeyLoadException(Code.KEY_FORMAT, file, "a public JWK, PEM public key or certificate is needed");
    }

    private void refuseExpired(X509CertificateHolder certificate) throws KeyLoadException {
        if (!certificate.isValidOn(Date.from(now))) {
            throw new KeyLoadException(
                    Code.CERTIFICATE_EXPIRED,
                    file,
                    "it is valid from " + certificate.getNotBefore().toInstant() + " to "
                            + certificate.getNotAfter().toInstant());
        }
    }

    private static JWK jwk(SubjectPublicKeyInfo info) throws GeneralSecurityException, IOException {
        if (info.getAlgorithm().getAlgorithm().equals(EdECObjectIdentifiers.id_Ed25519)) {
            return new OctetKeyPair.Builder(
                            Curve.Ed25519,
                            Base64URL.encode(info.getPublicKeyData().getOctets()))
                    .build();
        }
        boolean rsa = info.getAlgorithm().getAlgorithm().getId().startsWith(RSA_OID_PREFIX);
        PublicKey key =
                KeyFactory.getInstance(rsa ? "RSA" : "EC").generatePublic(new X509EncodedKeySpec(info.getEncoded()));
        if (key instanceof RSAPublicKey rsaKey) {
            return new RSAKey.Builder(rsaKey).build();
        }
        ECPublicKey ecKey = (ECPublicKey) key;
        return new ECKey.Builder(Curve.forECParameterSpec(ecKey.getParams()), ecKey).build();
    }

    /** The first key of a file as {@code ssh-keygen} writes it beside a private one. */
    private JWK openSsh(byte[] content) throws KeyLoadException {
        try {
            for (String line :
                    new String(content, StandardCharsets.US_ASCII).lines().toList()) {
                int start = line.indexOf(" AAAA");
                if (start > 0 && !line.stripLeading().startsWith("#")) {
                    String base64 = line.substring(start + 1).split("[ \t]", 2)[0];
                    var key = OpenSSHPublicKeyUtil.parsePublicKey(
                            Base64.getDecoder().decode(base64));
                    return jwk(SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(key));
                }
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // Answered below.
        }
        throw new KeyLoadException(
                Code.KEY_DAMAGED, file, "its OpenSSH public key is damaged, or of a kind that we don't know");
    }
}
