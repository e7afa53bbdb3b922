package dev.passcourier.retry;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The retry table as this service runs it: with jitter, and at its pace.
 *
 * @param jitter used by many threads at once
 * @param pace   what the table's waits are multiplied by, {@code service.retryPace}: 1 in operation, less in a rehearsal
 */
public record RetryTable(RandomGenerator jitter, double pace) {

    /**
     * How long to wait after the {@code failures}-th failure in a row. The pace leaves alone what the other side asked for.
     *
     * @param failures from 1
     * @param askedFor what the other side asked for, or null
     * @return the wait, or empty when it has been tried often enough
     */
    public Optional<Duration> after(RetryRule rule, int failures, @Nullable Duration askedFor) {
        return rule.waitAfter(failures, askedFor, jitter, pace);
    }
}
