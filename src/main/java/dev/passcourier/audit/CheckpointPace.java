package dev.passcourier.audit;

import java.time.Duration;
import java.time.Instant;

/**
 * How often checkpoints are made, whichever comes first.
 *
 * @param records so many records may be unsigned
 * @param time    so long may a record be unsigned
 */
record CheckpointPace(long records, Duration time) {

    /** Every 1000 records or 5 minutes. */
    static final CheckpointPace USUAL = new CheckpointPace(1000, Duration.ofMinutes(5));

    /** Whether it is time for one. A clock that was set back counts as time gone by. */
    boolean isDue(long unsigned, Instant oldest, Instant now) {
        return unsigned >= records || (unsigned > 0 && isLong(oldest, now));
    }

    /** Whether one is missing: twice the pace, as a group of records is never split and callers take their time. */
    boolean isOverdue(long unsigned, Instant oldest, Instant newest) {
        return unsigned > 2 * records || Duration.between(oldest, newest).compareTo(time.multipliedBy(2)) > 0;
    }

    private boolean isLong(Instant oldest, Instant now) {
        return Duration.between(oldest, now).abs().compareTo(time) >= 0;
    }
}
