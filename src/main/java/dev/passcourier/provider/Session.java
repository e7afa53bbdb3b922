package dev.passcourier.provider;

import java.time.Instant;
import java.util.Map;

/**
 * A token or session id with its end of life, kept in memory only.
 *
 * @param token     the secret text that goes into a header
 * @param expiresAt when to sign in again without being told
 * @param facts     what else the sign-in told, such as {@code projectId}; no secrets
 */
public record Session(String token, Instant expiresAt, Map<String, String> facts) {

    /** Never prints the token. */
    @Override
    public String toString() {
        return "Session[until " + expiresAt + "]";
    }
}
