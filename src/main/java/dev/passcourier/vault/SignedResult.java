package dev.passcourier.vault;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.Base64URL;
import dev.passcourier.vault.NotOpenedException.Reason;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A compact JWS with a result in it, taken apart as bytes: the library's own parser would make strings of it. */
final class SignedResult implements AutoCloseable {

    private final JWSHeader header;
    private final SecretBytes signingInput;
    private final SecretBytes payload;
    private final Base64URL signature;

    private SignedResult(JWSHeader header, SecretBytes signingInput, SecretBytes payload, Base64URL signature) {
        this.header = header;
        this.signingInput = signingInput;
        this.payload = payload;
        this.signature = signature;
    }

    /** Takes a compact JWS apart and closes it. The caller closes the result. */
    static SignedResult parse(SecretBytes compact) throws NotOpenedException {
        try (compact) {
            byte[] bytes = compact.borrow();
            int first = indexOfDot(bytes, 0);
            int second = indexOfDot(bytes, first + 1);
            return new SignedResult(
                    JWSHeader.parse(new Base64URL(ascii(bytes, 0, first))),
                    SecretBytes.owning(Arrays.copyOf(bytes, second)),
                    decoded(bytes, first + 1, second),
                    new Base64URL(ascii(bytes, second + 1, bytes.length)));
        } catch (ParseException | RuntimeException e) {
            throw new NotOpenedException(Reason.MALFORMED);
        }
    }

    /**
     * Checks whose it is.
     *
     * @param signer    the service's key, or null to believe anybody
     * @param recipient the thumbprint of the key that the JWE was opened with
     */
    void check(@Nullable ECKey signer, String recipient) throws NotOpenedException {
        boolean ours = JWSAlgorithm.ES256.equals(header.getAlgorithm())
                && ResultSigner.TYPE.equals(header.getType())
                && (signer == null || isSignedBy(signer));
        if (!ours) {
            throw new NotOpenedException(Reason.NOT_OURS);
        }
        if (!recipient.equals(header.getCustomParam(ResultSigner.SEALED_FOR))) {
            throw new NotOpenedException(Reason.NOT_FOR_THIS_KEY);
        }
    }

    SecretBytes payload() {
        return payload;
    }

    private boolean isSignedBy(ECKey signer) {
        try {
            return new ECDSAVerifier(signer).verify(header, signingInput.borrow(), signature);
        } catch (JOSEException | RuntimeException e) {
            return false;
        }
    }

    private static int indexOfDot(byte[] bytes, int from) {
        for (int at = from; at < bytes.length; at++) {
            if (bytes[at] == '.') {
                return at;
            }
        }
        throw new IllegalArgumentException("not compact");
    }

    private static String ascii(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.US_ASCII);
    }

    private static SecretBytes decoded(byte[] bytes, int from, int to) {
        byte[] encoded = Arrays.copyOfRange(bytes, from, to);
        try {
            return SecretBytes.owning(Base64.getUrlDecoder().decode(encoded));
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    @Override
    public void close() {
        signingInput.close();
        payload.close();
    }

    @Override
    public String toString() {
        return "SignedResult";
    }
}
