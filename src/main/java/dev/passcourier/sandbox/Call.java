package dev.passcourier.sandbox;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call that a pretend service received, for tests to look at.
 *
 * @param at      when, by the sandbox's clock
 * @param path    as sent, still percent-encoded
 * @param query   as sent, or null
 * @param headers names in lower case; credentials among them
 * @param body    as sent; may hold credentials
 * @param status  what was answered
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record Call(
        Instant at,
        String method,
        String path,
        @Nullable String query,
        Map<String, String> headers,
        byte[] body,
        int status) {

    /** One header. */
    public Optional<String> header(String lowerCaseName) {
        return Optional.ofNullable(headers.get(lowerCaseName));
    }

    /** Method, path and status: the rest may hold credentials. */
    @Override
    public String toString() {
        return "Call[" + method + " " + path + " " + status + "]";
    }
}
