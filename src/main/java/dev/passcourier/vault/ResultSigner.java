package dev.passcourier.vault;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import java.util.Arrays;
import java.util.Base64;

/**
 * Signs results with ES256 as compact JWS (RFC 7515). The library's own JWS object would turn the cleartext into
 * strings; here it signs bytes, and the three parts are put together as bytes.
 */
final class ResultSigner {

    static final JOSEObjectType TYPE = new JOSEObjectType("passcourier-result");
    /** Header member with the recipient's thumbprint: a result re-sealed for somebody else does not fit any more. */
    static final String SEALED_FOR = "sealedFor";

    private final ECDSASigner signer;
    private final String keyId;

    ResultSigner(ECKey key) {
        try {
            signer = new ECDSASigner(key.toECPrivateKey(CryptoProvider.best()), Curve.P_256);
            signer.getJCAContext().setProvider(CryptoProvider.best());
            keyId = key.computeThumbprint().toString();
        } catch (JOSEException e) {
            throw new IllegalArgumentException("not a private P-256 key");
        }
    }

    /** The compact JWS, which the caller closes: it holds the result in base64url. */
    SecretBytes sign(SecretBytes result, String recipientThumbprint) throws JOSEException {
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(TYPE)
                .contentType("json")
                .keyID(keyId)
                .customParam(SEALED_FOR, recipientThumbprint)
                .build();
        try (var compact = new SecretBuffer(512 + 2 * result.length())) {
            compact.write(header.toBase64URL().toString());
            compact.write('.');
            writeBase64(result.borrow(), compact);
            try (SecretBytes signingInput = compact.toSecret()) {
                String signature = signer.sign(header, signingInput.borrow()).toString();
                compact.write('.');
                compact.write(signature);
                return compact.toSecret();
            }
        }
    }

    private static void writeBase64(byte[] bytes, SecretBuffer to) {
        byte[] encoded = new byte[(bytes.length * 4 + 2) / 3];
        Base64.getUrlEncoder().withoutPadding().encode(bytes, encoded);
        to.write(encoded);
        Arrays.fill(encoded, (byte) 0);
    }
}
