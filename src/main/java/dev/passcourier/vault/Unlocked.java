package dev.passcourier.vault;

import org.jspecify.annotations.Nullable;

/**
 * A secret for the length of one call, and the key that opened it.
 *
 * @param secret wiped with this object
 * @param key    what may be told about the key, or null if the secret came in clear
 */
record Unlocked(SecretBytes secret, KeyRing.@Nullable KeyInfo key) implements AutoCloseable {

    @Override
    public void close() {
        secret.close();
    }
}
