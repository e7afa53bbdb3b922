package dev.passcourier.retry;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The one retry table, for clouds and destinations alike. The n-th wait lies between half and the whole of
 * {@code first * 2^(n-1)}, at most {@code longest}; what the other side asked for is honoured up to 15 minutes, and never
 * undercut. The request's deadline or the result's lifetime may end the waiting earlier.
 */
public enum RetryRule {
    /** The password is not there yet: until the deadline. */
    NOT_YET(Duration.ofSeconds(10), Duration.ofSeconds(60), Integer.MAX_VALUE),
    /** 500, 502-504, time-out, reset, unreadable answer of a cloud. */
    CLOUD_SERVER(Duration.ofSeconds(2), Duration.ofMinutes(2), 8),
    /** A cloud's failure that rarely heals. */
    CLOUD_FEW(Duration.ofSeconds(2), Duration.ofSeconds(30), 2),
    /** A cloud asks us to slow down: until the deadline. */
    CLOUD_THROTTLED(Duration.ofSeconds(2), Duration.ofMinutes(2), Integer.MAX_VALUE),
    /** Our key is locked for five minutes. */
    CLOUD_LOCKED(Duration.ofMinutes(11), Duration.ofMinutes(11), 2),
    /** A mail server, webhook or directory does not take the delivery: about three days. */
    DELIVERY(Duration.ofSeconds(5), Duration.ofHours(6), 26);

    private static final Duration LONGEST_ASKED_FOR = Duration.ofMinutes(15);

    private final Duration first;
    private final Duration longest;
    private final int retries;

    RetryRule(Duration first, Duration longest, int retries) {
        this.first = first;
        this.longest = longest;
        this.retries = retries;
    }

    /** How often a failure of this kind is tried again. */
    public int retries() {
        return retries;
    }

    /**
     * How long to wait after the {@code failures}-th failure in a row.
     *
     * @param failures from 1
     * @param askedFor what the other side asked for, or null
     * @param random   the jitter
     * @param pace     what the table's own waits are multiplied by
     * @return the wait, or empty when it has been tried often enough
     */
    Optional<Duration> waitAfter(int failures, @Nullable Duration askedFor, RandomGenerator random, double pace) {
        if (failures > retries) {
            return Optional.empty();
        }
        long doubled = first.toMillis() << Math.min(failures - 1, 20);
        long whole = Math.min(doubled, longest.toMillis());
        long wait = Math.round((whole / 2 + random.nextLong(whole / 2 + 1)) * pace);
        if (askedFor != null) {
            wait = Math.max(wait, Math.min(askedFor.toMillis(), LONGEST_ASKED_FOR.toMillis()));
        }
        return Optional.of(Duration.ofMillis(wait));
    }
}
