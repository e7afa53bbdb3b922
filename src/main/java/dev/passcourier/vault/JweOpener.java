package dev.passcourier.vault;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import dev.passcourier.vault.NotOpenedException.Reason;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Set;

/** Opens what {@link JoseRecipient} sealed. */
final class JweOpener {

    private static final Set<JWEAlgorithm> ALGORITHMS = Set.of(JWEAlgorithm.ECDH_ES_A256KW, JWEAlgorithm.RSA_OAEP_256);

    private JweOpener() {}

    /** Opens a compact JWE; white space in it is ignored. */
    static SecretBytes open(byte[] sealed, JosePrivateKey key) throws NotOpenedException {
        return decrypt(parse(sealed), key);
    }

    private static JWEObject parse(byte[] sealed) throws NotOpenedException {
        try {
            var text = new String(sealed, StandardCharsets.US_ASCII).replaceAll("\\s", "");
            JWEObject jwe = JWEObject.parse(text);
            if (isOurKind(jwe.getHeader())) {
                return jwe;
            }
        } catch (ParseException | RuntimeException e) {
            // Falls through to the one answer.
        }
        throw new NotOpenedException(Reason.MALFORMED);
    }

    private static boolean isOurKind(JWEHeader header) {
        return ALGORITHMS.contains(header.getAlgorithm())
                && EncryptionMethod.A256GCM.equals(header.getEncryptionMethod())
                && header.getCompressionAlgorithm() == null
                && header.getKeyID() != null;
    }

    private static SecretBytes decrypt(JWEObject jwe, JosePrivateKey key) throws NotOpenedException {
        if (!key.thumbprint().equals(jwe.getHeader().getKeyID())) {
            throw new NotOpenedException(Reason.NOT_FOR_THIS_KEY);
        }
        try {
            jwe.decrypt(key.decrypter());
            return SecretBytes.owning(jwe.getPayload().toBytes());
        } catch (JOSEException | RuntimeException e) {
            throw new NotOpenedException(Reason.ALTERED);
        }
    }
}
