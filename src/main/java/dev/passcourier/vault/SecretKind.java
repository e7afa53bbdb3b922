package dev.passcourier.vault;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a secret is, where the cloud does not say. */
final class SecretKind {

    private static final String DETECT = "detect";
    private static final byte[] PEM = "-----BEGIN ".getBytes(StandardCharsets.US_ASCII);

    private SecretKind() {}

    /** The kind as announced, or found out if the announcement is {@code detect}. */
    static String of(String announced, SecretBytes secret) {
        if (!announced.equals(DETECT)) {
            return announced;
        }
        return isPrivateKey(secret) ? "private-key" : "password";
    }

    static boolean isPrivateKey(SecretBytes secret) {
        int length = Math.min(PEM.length, secret.length());
        return Arrays.equals(secret.borrow(), 0, length, PEM, 0, PEM.length);
    }
}
