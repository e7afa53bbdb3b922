package dev.passcourier.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** Answers calls beyond so many in any second as throttled. */
final class RateLimit implements Misbehaviour {

    private static final Duration WINDOW = Duration.ofSeconds(1);

    private final Clock clock;
    private final int perSecond;
    private final Deque<Instant> admitted = new ArrayDeque<>();

    RateLimit(int perSecond, Clock clock) {
        this.perSecond = perSecond;
        this.clock = clock;
    }

    @Override
    public Reply instead(Protocol protocol, Request request) {
        return admits() ? protocol.answer(request) : THROTTLED.instead(protocol, request);
    }

    private synchronized boolean admits() {
        Instant now = clock.instant();
        admitted.removeIf(at -> !at.isAfter(now.minus(WINDOW)));
        if (admitted.size() >= perSecond) {
            return false;
        }
        admitted.add(now);
        return true;
    }
}
