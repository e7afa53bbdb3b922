package dev.passcourier.provider;

import dev.passcourier.http.RetryAfter;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What a cloud answered. The body may hold a password in clear: it is owned by the fetch stage, which wipes it, and no
 * one makes a {@code String} of it.
 *
 * @param status  the HTTP status
 * @param headers response headers, names in lower case
 * @param body    the whole body, at most {@link #MAX_BODY} bytes, never null
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record HttpReply(int status, Map<String, String> headers, byte[] body) {

    /** Largest body we read, in bytes after decompression. */
    public static final int MAX_BODY = 1 << 20;

    /**
     * Returns one header.
     *
     * @param lowerCaseName the header's name in lower case
     */
    public Optional<String> header(String lowerCaseName) {
        return Optional.ofNullable(headers.get(lowerCaseName));
    }

    /**
     * How long the cloud asks us to wait.
     *
     * @param clock for the form of {@code Retry-After} that names a date
     * @return the wait, zero for a date in the past, or empty if there is no such header or it makes no sense
     */
    public Optional<Duration> retryAfter(Clock clock) {
        return header("retry-after").flatMap(value -> RetryAfter.read(value, clock.instant()));
    }

    /** Names the status only: headers may hold tokens and the body a password. */
    @Override
    public String toString() {
        return "HttpReply[" + status + "]";
    }
}
