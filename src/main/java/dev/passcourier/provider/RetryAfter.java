package dev.passcourier.provider;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Reads a cloud's {@code Retry-After} header in all forms of RFC 9110, sections 10.2.3 and 5.6.7. */
public final class RetryAfter {

    private RetryAfter() {}

    /**
     * How long the cloud asks us to wait.
     *
     * @param clock for the form that names a date
     * @return the wait, zero for a date in the past, or empty if there is no such header or it makes no sense
     */
    public static Optional<Duration> of(HttpReply reply, Clock clock) {
        return reply.header("retry-after")
                .flatMap(value -> dev.passcourier.http.RetryAfter.read(value, clock.instant()));
    }
}
