package dev.passcourier.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** Admits a number of calls in any second. Off until set. */
final class RateLimit {

    private static final Duration WINDOW = Duration.ofSeconds(1);

    private final Clock clock;
    private final Deque<Instant> admitted = new ArrayDeque<>();
    private int perSecond = Integer.MAX_VALUE;

    RateLimit(Clock clock) {
        this.clock = clock;
    }

    synchronized void set(int callsPerSecond) {
        perSecond = callsPerSecond;
    }

    synchronized boolean admits() {
        if (perSecond == Integer.MAX_VALUE) {
            return true;
        }
        Instant now = clock.instant();
        admitted.removeIf(at -> !at.isAfter(now.minus(WINDOW)));
        if (admitted.size() >= perSecond) {
            return false;
        }
        admitted.add(now);
        return true;
    }
}
