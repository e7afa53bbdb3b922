package dev.passcourier.audit;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs with a name for a key. */
record TestSigner(String keyId) implements CheckpointSigner, CheckpointKeys {

    @Override
    public String sign(String statement) {
        try {
            Mac mac = Mac.getInstance("HmacSHA512");
            mac.init(new SecretKeySpec(keyId.getBytes(StandardCharsets.UTF_8), "HmacSHA512"));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(statement.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean knows(String id) {
        return id.equals(keyId);
    }

    @Override
    public boolean hasSigned(String id, String statement, String signature) {
        return knows(id) && sign(statement).equals(signature);
    }
}
