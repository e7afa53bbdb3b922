package dev.passcourier.provider.tencentgse;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.provider.HeaderSecret;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The account's credentials, read from their references for every call, so that rotated or temporary ones are taken up
 * by themselves.
 */
record Credentials(
        String secretId, SecretRef secretKey, @Nullable SecretRef token) {

    private static final Tc3Signer SIGNER = new Tc3Signer("gse");

    /** The value of {@code Authorization} for the headers to sign and the body. */
    String authorization(Instant at, Map<String, String> headers, byte[] body) throws ConfigurationException {
        byte[] key = secretKey.read();
        try {
            return SIGNER.authorization(id(), key, at, headers, body);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** The value of {@code X-TC-Token}, for temporary credentials. The signature does not cover it. */
    Optional<String> tokenText() throws ConfigurationException {
        return token == null ? Optional.empty() : Optional.of(HeaderSecret.read("token", token));
    }

    /**
     * Demands what goes into headers.
     *
     * @throws ConfigurationException if a secret cannot be read, or a header cannot carry it
     */
    void demandUsable() throws ConfigurationException {
        id();
        tokenText();
    }

    /** What the cloud judges together. */
    List<SecretRef> secrets() {
        List<SecretRef> secrets = new ArrayList<>(List.of(secretKey));
        if (secretId.startsWith("{{")) {
            secrets.add(new SecretRef(secretId));
        }
        if (token != null) {
            secrets.add(token);
        }
        return secrets;
    }

    private String id() throws ConfigurationException {
        return secretId.startsWith("{{") ? HeaderSecret.read("secretId", new SecretRef(secretId)) : secretId;
    }
}
