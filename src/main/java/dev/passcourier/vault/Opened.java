package dev.passcourier.vault;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came out of the vault: the sealed results and what may be recorded about opening the secret.
 *
 * @param sealed one per target, in their order
 * @param key    what may be told about the key of the ring that opened the secret, or null if it came in clear
 * @param kind   what the secret is: {@code password}, {@code console-password} or {@code private-key}
 */
public record Opened(List<Sealed> sealed, KeyRing.@Nullable KeyInfo key, String kind) {

    /** Copies the list. */
    public Opened {
        sealed = List.copyOf(sealed);
    }
}
