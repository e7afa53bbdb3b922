package dev.passcourier.vault;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEEncrypter;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import dev.passcourier.vault.KeyLoadException.Code;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import org.bouncycastle.cert.X509CertificateHolder;
import org.jspecify.annotations.Nullable;

/** A recipient of compact JWE: RSA from 2048 bits, P-256, P-384 or P-521. */
final class JoseRecipient extends RecipientKey {

    private static final int SHORTEST_RSA = 2048;
    private static final Set<Curve> CURVES = Set.of(Curve.P_256, Curve.P_384, Curve.P_521);

    private final JWK jwk;
    private @Nullable JWEEncrypter encrypter;

    private JoseRecipient(JWK jwk, String thumbprint, @Nullable Instant expiresAt) {
        super(thumbprint, algorithmOf(jwk), expiresAt);
        this.jwk = jwk;
    }

    /**
     * Reads and judges a key.
     *
     * @param file   a public JWK, a PEM public key or an X.509 certificate. Of a certificate only the key and the dates
     *               count: who may be trusted is settled by naming the file, and better by pinning the thumbprint
     * @param pinned the RFC 7638 SHA-256 thumbprint in base64url that the key must have, or null
     */
    static JoseRecipient read(Path file, byte[] content, @Nullable String pinned, Clock clock) throws KeyLoadException {
        PublicKeyFile.Found found = new PublicKeyFile(file, clock.instant()).read(content);
        refuseUnfit(file, found.jwk());
        refuseOtherUse(file, found.jwk());
        String thumbprint = thumbprint(file, found.jwk());
        demandPinned(file, pinned, thumbprint);
        X509CertificateHolder certificate = found.certificate();
        Instant expiresAt =
                certificate == null ? null : certificate.getNotAfter().toInstant();
        return new JoseRecipient(found.jwk(), thumbprint, expiresAt);
    }

    static String algorithmOf(JWK jwk) {
        return jwk.getKeyType().getValue() + " " + jwk.size();
    }

    /** Refuses kinds of keys that we don't seal for, and weak ones. */
    static void refuseUnfit(Path file, JWK jwk) throws KeyLoadException {
        if (jwk instanceof RSAKey rsa) {
            refuseWeak(file, rsa);
        } else if (!(jwk instanceof ECKey ec) || !CURVES.contains(ec.getCurve())) {
            throw new KeyLoadException(Code.KEY_WEAK, file, "use RSA from 2048 bits, P-256, P-384 or P-521");
        }
    }

    static String thumbprint(Path file, JWK jwk) throws KeyLoadException {
        try {
            return jwk.computeThumbprint().toString();
        } catch (JOSEException e) {
            throw new KeyLoadException(Code.KEY_DAMAGED, file, "its numbers do not make a key");
        }
    }

    @Override
    String mediaType() {
        return Sealed.JOSE;
    }

    /**
     * Seals as compact JWE (RFC 7516). Made of bytes, the payload is encrypted from the very array that is wiped
     * afterwards; the library makes no copy of it.
     */
    @Override
    byte[] seal(RecipientKey.SignedParcel parcel, SigningIdentity identity) throws JOSEException {
        return seal(parcel.signed().borrow(), "JOSE");
    }

    @Override
    byte[] seal(RecipientKey.Bundle bundle, SigningIdentity identity) throws JOSEException {
        return seal(bundle.zip(), "zip");
    }

    private byte[] seal(byte[] content, String type) throws JOSEException {
        var header = new JWEHeader.Builder(algorithm(jwk), EncryptionMethod.A256GCM)
                .contentType(type)
                .keyID(thumbprint())
                .build();
        var jwe = new JWEObject(header, new Payload(content));
        jwe.encrypt(encrypter());
        return jwe.serialize().getBytes(StandardCharsets.US_ASCII);
    }

    /** Made when it is needed first and kept: to make the key a provider's own takes longer than to seal. */
    private synchronized JWEEncrypter encrypter() throws JOSEException {
        if (encrypter == null) {
            CryptoProvider provider = CryptoProvider.best();
            encrypter = jwk instanceof ECKey ec
                    ? new ECDHEncrypter(ec.toECPublicKey(provider))
                    : new RSAEncrypter((RSAKey) jwk);
            encrypter.getJCAContext().setProvider(provider);
        }
        return encrypter;
    }

    private static JWEAlgorithm algorithm(JWK jwk) {
        return jwk instanceof ECKey ? JWEAlgorithm.ECDH_ES_A256KW : JWEAlgorithm.RSA_OAEP_256;
    }

    private static void refuseOtherUse(Path file, JWK jwk) throws KeyLoadException {
        boolean otherUse = jwk.getKeyUse() != null && !jwk.getKeyUse().equals(KeyUse.ENCRYPTION);
        boolean otherAlgorithm =
                jwk.getAlgorithm() != null && !jwk.getAlgorithm().equals(algorithm(jwk));
        if (otherUse || otherAlgorithm) {
            throw new KeyLoadException(
                    Code.KEY_WEAK,
                    file,
                    "its \"use\" or \"alg\" reserves it for something else than " + algorithm(jwk));
        }
    }

    private static void refuseWeak(Path file, RSAKey rsa) throws KeyLoadException {
        var exponent = rsa.getPublicExponent().decodeToBigInteger();
        if (rsa.size() < SHORTEST_RSA || exponent.bitLength() < 2 || !exponent.testBit(0)) {
            throw new KeyLoadException(Code.KEY_WEAK, file, "use RSA from 2048 bits, this has " + rsa.size());
        }
    }
}
