package dev.passcourier.vault;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;

/** Signatures over plain texts. Each text has a line break, which no JWS has: so neither is taken for the other. */
final class Statements {

    private static final JWSHeader ES256 = new JWSHeader(JWSAlgorithm.ES256);

    private Statements() {}

    static String sign(ECKey key, String statement) {
        if (statement.indexOf('\n') < 0) {
            throw new IllegalArgumentException("STATEMENT_WITHOUT_LINE_BREAK");
        }
        try {
            return new ECDSASigner(key).sign(ES256, bytes(statement)).toString();
        } catch (JOSEException e) {
            throw new IllegalStateException("ES256 does not work in this Java runtime");
        }
    }

    static boolean isSigned(ECKey key, String statement, String signature) {
        try {
            return new ECDSAVerifier(key).verify(ES256, bytes(statement), new Base64URL(signature));
        } catch (JOSEException e) {
            return false;
        }
    }

    private static byte[] bytes(String statement) {
        return statement.getBytes(StandardCharsets.UTF_8);
    }
}
