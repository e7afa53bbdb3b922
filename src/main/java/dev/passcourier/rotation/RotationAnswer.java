package dev.passcourier.rotation;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the rotation of the service's own keys stands. Keys are named by their fingerprints.
 *
 * @param keys one for each key
 */
public record RotationAnswer(List<KeyState> keys) {

    /** Copies the list. */
    public RotationAnswer {
        keys = List.copyOf(keys);
    }

    /**
     * One of them.
     *
     * @param what       as commands call it
     * @param current    the key in use
     * @param prepared   the next key, or null
     * @param preparedAt since when there is a next one, or null
     * @param old        the one before that counts still, or null
     * @param switchedAt since when the current one is in use, if there was one before
     * @param waiting    how many deliveries may still need the one before
     * @param until      when nothing needs the one before any more, at the latest; or null
     * @param next       what to do next
     */
    public record KeyState(
            String what,
            String current,
            @Nullable String prepared,
            @Nullable Instant preparedAt,
            @Nullable String old,
            @Nullable Instant switchedAt,
            long waiting,
            @Nullable Instant until,
            String next) {}
}
