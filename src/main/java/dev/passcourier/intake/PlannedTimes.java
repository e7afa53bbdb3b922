package dev.passcourier.intake;

import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Date;
import java.util.Optional;
import java.util.TimeZone;
import org.quartz.CronExpression;

/**
 * The planned times of a schedule, as Quartz plans them: see {@link CronExpression} for what happens where clocks are
 * put forward or back.
 */
public final class PlannedTimes {

    private static final Duration RESOLUTION = Duration.ofSeconds(1);
    private static final Duration FARTHEST_BACK = Duration.ofDays(5 * 366);

    private final CronExpression cron;

    /**
     * Of one expression.
     *
     * @throws IllegalArgumentException if it is none
     */
    public PlannedTimes(String expression, ZoneId zone) {
        try {
            cron = new CronExpression(expression);
        } catch (ParseException e) {
            throw new IllegalArgumentException("CRON_EXPRESSION");
        }
        cron.setTimeZone(TimeZone.getTimeZone(zone));
    }

    boolean isPlanned(Instant time) {
        return next(time.minusMillis(1)).filter(time::equals).isPresent();
    }

    /** The latest planned time at or before {@code now}; Quartz itself only looks ahead. */
    Optional<Instant> latest(Instant now) {
        for (Duration back = RESOLUTION; back.compareTo(FARTHEST_BACK) < 0; back = back.multipliedBy(2)) {
            if (isWithin(now.minus(back), now)) {
                return Optional.of(latest(now.minus(back), now));
            }
        }
        return Optional.empty();
    }

    /** Halves the time between one that has a planned time after it and one that has none. */
    private Instant latest(Instant some, Instant now) {
        Instant planned = next(some).orElseThrow();
        Instant none = now;
        while (Duration.between(planned, none).compareTo(RESOLUTION) > 0) {
            Instant middle = planned.plus(Duration.between(planned, none).dividedBy(2));
            if (isWithin(middle, now)) {
                planned = next(middle).orElseThrow();
            } else {
                none = middle;
            }
        }
        return next(planned).filter(next -> !next.isAfter(now)).orElse(planned);
    }

    private boolean isWithin(Instant after, Instant now) {
        return next(after).filter(next -> !next.isAfter(now)).isPresent();
    }

    /** The first planned time after another. */
    public synchronized Optional<Instant> next(Instant after) {
        return Optional.ofNullable(cron.getNextValidTimeAfter(Date.from(after))).map(Date::toInstant);
    }
}
