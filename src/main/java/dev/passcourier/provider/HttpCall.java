package dev.passcourier.provider;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request to a configured endpoint of a cloud account. The endpoint (scheme, host, port, base path) is fixed by
 * the configuration and not part of the call; signers that need the host get it from the account's settings.
 *
 * @param line    method, path and query
 * @param headers exactly the headers to send, {@code Content-Type} among them; they go out byte for byte and may hold
 *                credentials
 * @param body    the body, or null; may hold credentials, and is wiped by the caller after the call
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record HttpCall(RequestLine line, Map<String, String> headers, byte @Nullable [] body) {

    /** Without a body. */
    public HttpCall(RequestLine line, Map<String, String> headers) {
        this(line, headers, null);
    }

    /** Names the method only: headers and body may hold credentials. */
    @Override
    public String toString() {
        return "HttpCall[" + line.method() + "]";
    }
}
