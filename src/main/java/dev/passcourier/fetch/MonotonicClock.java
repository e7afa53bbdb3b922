package dev.passcourier.fetch;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/**
 * A clock for waits: where the clock behind it is set back, it goes on from where it was. A rest of thirty seconds must
 * not become one of hours because somebody sets the machine's time right.
 */
final class MonotonicClock extends Clock {

    private final Clock clock;
    private Duration ahead = Duration.ZERO;
    private Instant last = Instant.MIN;

    MonotonicClock(Clock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized Instant instant() {
        Instant now = clock.instant().plus(ahead);
        if (now.isBefore(last)) {
            ahead = ahead.plus(Duration.between(now, last));
            now = last;
        }
        last = now;
        return now;
    }

    @Override
    public ZoneId getZone() {
        return clock.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new MonotonicClock(clock.withZone(zone));
    }
}
