package dev.passcourier.provider.keystone;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import java.util.Arrays;

/**
 * Who asks for a token, with what proof. Source: OpenStack Identity API v3, "Password authentication with scoped
 * authorization" and "Authenticating with an Application Credential".
 */
public sealed interface KeystoneCredential {

    /** Where the secret is. */
    SecretRef secret();

    /** Writes the body of the token request around the secret. */
    void write(JsonBytes json, byte[] secret);

    /**
     * The body of {@code POST /v3/auth/tokens}. The secret is read afresh.
     *
     * @return bytes that the caller wipes
     * @throws ConfigurationException if the secret cannot be read
     */
    default byte[] tokenRequest() throws ConfigurationException {
        byte[] secret = secret().read();
        try {
            JsonBytes json = new JsonBytes();
            write(json, secret);
            return json.finish();
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** An application credential by its id. It carries its project: a scope beside it is an error. */
    record ApplicationCredential(String id, SecretRef secret) implements KeystoneCredential {
        @Override
        public void write(JsonBytes json, byte[] secret) {
            json.raw("{\"auth\":{\"identity\":{\"methods\":[\"application_credential\"],\"application_credential\":{")
                    .raw("\"id\":")
                    .text(id)
                    .raw(",\"secret\":")
                    .secret(secret)
                    .raw("}}}}");
        }
    }

    /** An application credential by its name, which is unique among the user's. */
    record NamedApplicationCredential(String name, String userId, SecretRef secret) implements KeystoneCredential {
        @Override
        public void write(JsonBytes json, byte[] secret) {
            json.raw("{\"auth\":{\"identity\":{\"methods\":[\"application_credential\"],\"application_credential\":{")
                    .raw("\"name\":")
                    .text(name)
                    .raw(",\"secret\":")
                    .secret(secret)
                    .raw(",\"user\":{\"id\":")
                    .text(userId)
                    .raw("}}}}}");
        }
    }

    /**
     * A user's password.
     *
     * @param user   the user's name
     * @param domain name of the user's domain
     * @param scope  the project to work in
     */
    record Password(String user, String domain, SecretRef secret, ProjectScope scope) implements KeystoneCredential {
        @Override
        public void write(JsonBytes json, byte[] secret) {
            json.raw("{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":")
                    .text(user)
                    .raw(",\"password\":")
                    .secret(secret)
                    .raw(",\"domain\":{\"name\":")
                    .text(domain)
                    .raw("}}}},\"scope\":");
            scope.write(json);
            json.raw("}}");
        }
    }
}
