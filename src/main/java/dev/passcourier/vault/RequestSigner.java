package dev.passcourier.vault;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.Base64URL;
import dev.passcourier.vault.KeyLoadException.Code;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Signs requests on the requester's machine, with ES256 as compact JWS (RFC 7515). */
public final class RequestSigner {

    private final ECKey key;
    private final String name;

    private RequestSigner(ECKey key, String name) {
        this.key = key;
        this.name = name;
    }

    /**
     * Loads the requester's key.
     *
     * @param file       private P-256 key: JWK or PEM
     * @param passphrase of an encrypted one, or null
     * @param name       what the service's policy calls the signer
     * @throws KeyLoadException naming the file and what is wrong with it
     */
    public static RequestSigner load(Path file, @Nullable Passphrase passphrase, String name) throws KeyLoadException {
        if (RecipientPrivateKey.load(file, passphrase) instanceof JosePrivateKey key
                && key.jwk() instanceof ECKey ec
                && Curve.P_256.equals(ec.getCurve())) {
            return new RequestSigner(ec, name);
        }
        throw new KeyLoadException(Code.KEY_WEAK, file, "requests are signed with a P-256 key");
    }

    /** The compact JWS around these bytes. */
    public String sign(byte[] payload) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(name).build();
        String input = header.toBase64URL() + "." + Base64URL.encode(payload);
        try {
            return input + "." + new ECDSASigner(key).sign(header, input.getBytes(StandardCharsets.US_ASCII));
        } catch (JOSEException e) {
            throw new IllegalStateException("a P-256 key signs");
        }
    }
}
