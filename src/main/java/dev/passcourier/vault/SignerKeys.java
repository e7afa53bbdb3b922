package dev.passcourier.vault;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import dev.passcourier.vault.KeyLoadException.Code;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Public keys of those who may sign requests, by the name they sign with ({@code kid}). Signatures are ES256 (RFC 7518,
 * section 3.4) or Ed25519 (RFC 8037) in compact JWS. The key alone settles the algorithm; a header that brings, links or
 * locates a key ({@code jwk}, {@code jku}, {@code x5u}, {@code x5c}), or demands an extension ({@code crit},
 * {@code b64}), is refused.
 */
public final class SignerKeys {

    /** What a SubjectPublicKeyInfo of Ed25519 has before the 32 bytes of the key (RFC 8410, section 4). */
    private static final byte[] ED25519_INFO = HexFormat.of().parseHex("302a300506032b6570032100");

    private final Map<String, JWK> keys;

    private SignerKeys(Map<String, JWK> keys) {
        this.keys = keys;
    }

    /**
     * Where a signer's key is.
     *
     * @param file   a public JWK or PEM public key or certificate
     * @param pinned the RFC 7638 SHA-256 thumbprint in base64url that the key must have, or null
     */
    public record Source(Path file, @Nullable String pinned) {}

    /**
     * What has been signed.
     *
     * @param signer  name of the signer
     * @param payload the signed bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record Signed(String signer, byte[] payload) {}

    /**
     * Reads all keys.
     *
     * @param clock for certificates' dates
     * @throws KeyLoadException naming the file and what is wrong with it
     */
    public static SignerKeys load(Map<String, Source> sources, Clock clock) throws KeyLoadException {
        Map<String, JWK> keys = new LinkedHashMap<>();
        for (var source : sources.entrySet()) {
            keys.put(source.getKey(), load(source.getValue(), clock));
        }
        return new SignerKeys(keys);
    }

    private static JWK load(Source source, Clock clock) throws KeyLoadException {
        JWK jwk = new PublicKeyFile(source.file(), clock.instant()).read().jwk();
        boolean fits = (jwk instanceof ECKey ec && Curve.P_256.equals(ec.getCurve()))
                || (jwk instanceof OctetKeyPair octets && Curve.Ed25519.equals(octets.getCurve()));
        if (!fits) {
            throw new KeyLoadException(Code.KEY_WEAK, source.file(), "requests are signed with P-256 or Ed25519");
        }
        if (jwk.getKeyUse() != null && !KeyUse.SIGNATURE.equals(jwk.getKeyUse())) {
            throw new KeyLoadException(Code.KEY_WEAK, source.file(), "its \"use\" reserves it for something else");
        }
        String thumbprint = thumbprint(source.file(), jwk);
        if (source.pinned() != null && !source.pinned().equals(thumbprint)) {
            throw new KeyLoadException(
                    Code.FINGERPRINT_DIFFERS,
                    source.file(),
                    "its thumbprint is " + thumbprint + ", not the configured one; ask the signer which is right");
        }
        return jwk;
    }

    private static String thumbprint(Path file, JWK jwk) throws KeyLoadException {
        try {
            return jwk.computeThumbprint().toString();
        } catch (JOSEException e) {
            throw new KeyLoadException(Code.KEY_DAMAGED, file, "its numbers do not make a key");
        }
    }

    /**
     * Checks a signature.
     *
     * @throws UnverifiedException if it does not hold, whatever the reason
     */
    public Signed verify(String compact) throws UnverifiedException {
        try {
            JWSObject jws = JWSObject.parse(compact);
            JWSHeader header = jws.getHeader();
            demandPlain(header);
            JWK key = keys.get(header.getKeyID());
            if (key == null) {
                throw new UnverifiedException(UnverifiedException.Reason.UNKNOWN);
            }
            if (!holds(jws, key)) {
                throw new UnverifiedException(UnverifiedException.Reason.INVALID);
            }
            return new Signed(header.getKeyID(), jws.getPayload().toBytes());
        } catch (ParseException | JOSEException | GeneralSecurityException | RuntimeException e) {
            throw new UnverifiedException(UnverifiedException.Reason.INVALID);
        }
    }

    private static void demandPlain(JWSHeader header) throws UnverifiedException {
        boolean plain = header.getJWK() == null
                && header.getJWKURL() == null
                && header.getX509CertURL() == null
                && header.getX509CertChain() == null
                && header.getCriticalParams() == null
                && header.isBase64URLEncodePayload()
                && header.getKeyID() != null;
        if (!plain) {
            throw new UnverifiedException(UnverifiedException.Reason.INVALID);
        }
    }

    private static boolean holds(JWSObject jws, JWK key) throws JOSEException, GeneralSecurityException {
        JWSAlgorithm algorithm = jws.getHeader().getAlgorithm();
        if (key instanceof ECKey ec) {
            return algorithm.equals(JWSAlgorithm.ES256) && jws.verify(new ECDSAVerifier(ec));
        }
        boolean edwards = algorithm.equals(JWSAlgorithm.EdDSA) || algorithm.equals(JWSAlgorithm.Ed25519);
        return edwards && holdsEd25519(jws, ((OctetKeyPair) key).getX());
    }

    /** The library's own verifier would bring another crypto library. */
    private static boolean holdsEd25519(JWSObject jws, Base64URL x) throws GeneralSecurityException {
        byte[] point = x.decode();
        byte[] info = new byte[ED25519_INFO.length + point.length];
        System.arraycopy(ED25519_INFO, 0, info, 0, ED25519_INFO.length);
        System.arraycopy(point, 0, info, ED25519_INFO.length, point.length);
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(info)));
        signature.update(jws.getSigningInput());
        return signature.verify(jws.getSignature().decode());
    }
}
