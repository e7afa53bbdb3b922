package dev.passcourier.vault;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEEncrypter;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.nio.charset.StandardCharsets;

/**
 * Seals a signed result for one recipient as compact JWE (RFC 7516). Made of bytes, the payload is encrypted from the
 * very array that is wiped afterwards; the library makes no copy of it.
 */
final class JweSeal {

    private JweSeal() {}

    static byte[] seal(SecretBytes signedResult, JoseRecipient recipient) throws JOSEException {
        var header = new JWEHeader.Builder(recipient.algorithm(), EncryptionMethod.A256GCM)
                .contentType("JOSE")
                .keyID(recipient.thumbprint())
                .build();
        var jwe = new JWEObject(header, new Payload(signedResult.borrow()));
        jwe.encrypt(encrypter(recipient));
        return jwe.serialize().getBytes(StandardCharsets.US_ASCII);
    }

    private static JWEEncrypter encrypter(JoseRecipient recipient) throws JOSEException {
        return recipient.jwk() instanceof ECKey ec ? new ECDHEncrypter(ec) : new RSAEncrypter((RSAKey) recipient.jwk());
    }
}
