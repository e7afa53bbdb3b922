package dev.passcourier.ledger;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What has not ended of an account's requests, or of a destination's deliveries.
 *
 * @param name   the account or destination
 * @param states how many are in which state
 * @param oldest since when the oldest waits
 * @param nextAt when the first of those that were postponed is tried again, or null
 */
public record WaitingWork(
        String name,
        Map<String, Long> states,
        Instant oldest,
        @Nullable Instant nextAt) {

    /** Copies the counts. */
    public WaitingWork {
        states = Collections.unmodifiableMap(new TreeMap<>(states));
    }

    /** How many. */
    public long total() {
        return states.values().stream().mapToLong(Long::longValue).sum();
    }
}
