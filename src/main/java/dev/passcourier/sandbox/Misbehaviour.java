package dev.passcourier.sandbox;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * Something a pretend cloud does instead of answering properly. Put into a {@link Script}.
 *
 * <p>Kinds that a cloud documents ({@link #THROTTLED}, {@link #DENIED} …) come with that cloud's own status and body:
 * Tencent's are HTTP 200, ZStack's HTTP 503.
 */
public sealed interface Misbehaviour {

    /** Nothing: the proper answer, for calls before something goes wrong. */
    Misbehaviour NONE = Bent.NONE;

    /** Too many calls, without {@code Retry-After}. */
    Misbehaviour THROTTLED = new Documented(Fault.THROTTLED, Map.of());

    /** An inner error. */
    Misbehaviour SERVER_ERROR = new Documented(Fault.SERVER_ERROR, Map.of());

    /** HTTP 503 as a service sends it that is starting or overloaded. */
    Misbehaviour UNAVAILABLE = new Documented(Fault.UNAVAILABLE, Map.of());

    /** The token or session presented with the call is revoked, and the call refused for that. */
    Misbehaviour TOKEN_EXPIRED = new Documented(Fault.TOKEN_EXPIRED, Map.of());

    /** The caller has no permission. */
    Misbehaviour DENIED = new Documented(Fault.DENIED, Map.of());

    /** There is no such instance. */
    Misbehaviour NOT_FOUND = new Documented(Fault.NOT_FOUND, Map.of());

    /** The key, the signature or the password is wrong; on a token service: no token. */
    Misbehaviour BAD_CREDENTIALS = new Documented(Fault.BAD_CREDENTIALS, Map.of());

    /** A gateway's HTML error page. */
    Misbehaviour HTML_502 = answer(
            502,
            Map.of("Content-Type", "text/html"),
            "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>");

    /**
     * No answer until {@link Script#release()} (then the proper one) or the sandbox is closed; after five minutes the
     * connection is dropped.
     */
    Misbehaviour SLOW = Bent.SLOW;

    /** The proper answer, but it announces more bytes than come before the connection closes. */
    Misbehaviour TRUNCATED = Bent.TRUNCATED;

    /** The proper answer, padded with blanks to more than 1 MiB. */
    Misbehaviour OVERSIZED = Bent.OVERSIZED;

    /** The proper answer, compressed, though nobody asked for it; unpacked it is more than 1 MiB. */
    Misbehaviour COMPRESSED = Bent.COMPRESSED;

    /** The proper answer under {@code Content-Type: text/html}. */
    Misbehaviour WRONG_CONTENT_TYPE = Bent.WRONG_CONTENT_TYPE;

    /** The proper answer, a byte every tenth of a second. */
    Misbehaviour DRIPPING = Bent.DRIPPING;

    /** The connection closes without an answer. */
    Misbehaviour DROPPED = Bent.DROPPED;

    /** {@link #THROTTLED} with {@code Retry-After} in whole seconds. */
    static Misbehaviour throttled(Duration retryAfter) {
        return new Documented(Fault.THROTTLED, Map.of("Retry-After", Long.toString(retryAfter.toSeconds())));
    }

    /** {@link #UNAVAILABLE} with {@code Retry-After} in whole seconds. */
    static Misbehaviour unavailable(Duration retryAfter) {
        return new Documented(Fault.UNAVAILABLE, Map.of("Retry-After", Long.toString(retryAfter.toSeconds())));
    }

    /** A 302 to somewhere else. */
    static Misbehaviour redirect(URI to) {
        return answer(302, Map.of("Location", to.toString()), "");
    }

    /** An answer of the test's choice. */
    static Misbehaviour answer(int status, Map<String, String> headers, String body) {
        return new Fixed(status, Map.copyOf(headers), body);
    }

    /**
     * Any error code in the cloud's usual error body.
     *
     * @param status the HTTP status, also where the cloud would have sent another
     */
    static Misbehaviour error(int status, String code, String message) {
        return new Coded(status, code, message);
    }

    /** A failure in the cloud's documented words. */
    record Documented(Fault fault, Map<String, String> headers) implements Misbehaviour {}

    /** A code in the cloud's usual error body. */
    record Coded(int status, String code, String message) implements Misbehaviour {}

    /** The same for every cloud. */
    record Fixed(int status, Map<String, String> headers, String body) implements Misbehaviour {}

    /** Spoils the proper answer. */
    enum Bent implements Misbehaviour {
        NONE,
        SLOW,
        TRUNCATED,
        OVERSIZED,
        COMPRESSED,
        WRONG_CONTENT_TYPE,
        DRIPPING,
        DROPPED
    }
}
