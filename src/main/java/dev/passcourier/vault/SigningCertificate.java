package dev.passcourier.vault;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;

/**
 * The self-signed certificate of a signing key. It follows from the key alone, so that all nodes with the key have the
 * same one; it ends with the key and not before (RFC 5280, section 4.1.2.5). Recipients trust it by its fingerprint.
 */
final class SigningCertificate {

    /** Before anything was signed. */
    static final Instant MADE_AT = Instant.parse("2026-01-01T00:00:00Z");

    private static final Instant WITHOUT_END = Instant.parse("9999-12-31T23:59:59Z");

    private SigningCertificate() {}

    static X509CertificateHolder of(ECKey key) {
        try {
            byte[] spki = key.toECPublicKey().getEncoded();
            X500Name name = new X500Name("CN=Passcourier " + key.getKeyID());
            var builder = new X509v3CertificateBuilder(
                    name,
                    serial(spki),
                    Date.from(MADE_AT),
                    Date.from(WITHOUT_END),
                    name,
                    SubjectPublicKeyInfo.getInstance(spki));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_emailProtection));
            return builder.build(new DeterministicEcdsa(key).forCms());
        } catch (JOSEException | IOException e) {
            throw new IllegalArgumentException("not a P-256 key");
        }
    }

    static byte[] pem(X509CertificateHolder certificate) {
        try {
            String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
            return ("-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n")
                    .getBytes(StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new IllegalStateException("CERTIFICATE_ENCODING");
        }
    }

    /** Sixteen bytes of the key's hash, positive and not zero. */
    private static BigInteger serial(byte[] spki) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(spki);
            return new BigInteger(1, hash).shiftRight(129).setBit(126);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("no SHA-256 in this Java runtime");
        }
    }
}
