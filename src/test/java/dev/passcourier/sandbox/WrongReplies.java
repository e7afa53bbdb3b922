package dev.passcourier.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

/** What no cloud documents and every cloud, gateway or network does some day. */
public final class WrongReplies {

    /** Nothing: the proper answer, for calls before something goes wrong. */
    public static final Misbehaviour NONE = Protocol::answer;

    /** A gateway's HTML error page. */
    public static final Misbehaviour HTML_502 = answer(
            502,
            Map.of("Content-Type", "text/html"),
            "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>");

    /** The proper answer, but it announces more bytes than come before the connection closes. */
    public static final Misbehaviour TRUNCATED = onTheWire((exchange, reply) -> {
        reply.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(reply.status(), reply.body().length + 512L);
        exchange.getResponseBody().write(reply.body());
        exchange.getResponseBody().flush();
    });

    /** The proper answer, padded with blanks to more than 1 MiB. */
    public static final Misbehaviour OVERSIZED = (protocol, request) -> padded(protocol.answer(request));

    /** The proper answer, compressed, though nobody asked for it; unpacked it is more than 1 MiB. */
    public static final Misbehaviour COMPRESSED = (protocol, request) -> zipped(padded(protocol.answer(request)));

    /** The proper answer under {@code Content-Type: text/html}. */
    public static final Misbehaviour WRONG_CONTENT_TYPE =
            (protocol, request) -> protocol.answer(request).with("Content-Type", "text/html");

    /** The proper answer, a byte every tenth of a second. */
    public static final Misbehaviour DRIPPING = onTheWire((exchange, reply) -> {
        reply.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(reply.status(), reply.body().length);
        drip(exchange.getResponseBody(), reply.body());
    });

    /** The connection closes without an answer. */
    public static final Misbehaviour DROPPED =
            (protocol, request) -> Reply.empty(503).with((exchange, reply) -> {});

    private static final int OVERSIZE = (1 << 20) + (1 << 16);

    private WrongReplies() {}

    /** {@link Misbehaviour#THROTTLED} with {@code Retry-After} in whole seconds. */
    public static Misbehaviour throttled(Duration retryAfter) {
        return later(Misbehaviour.THROTTLED, retryAfter);
    }

    /** {@link Misbehaviour#UNAVAILABLE} with {@code Retry-After} in whole seconds. */
    public static Misbehaviour unavailable(Duration retryAfter) {
        return later(Misbehaviour.UNAVAILABLE, retryAfter);
    }

    private static Misbehaviour later(Misbehaviour what, Duration retryAfter) {
        return (protocol, request) ->
                what.instead(protocol, request).with("Retry-After", Long.toString(retryAfter.toSeconds()));
    }

    /** A 302 to somewhere else. */
    public static Misbehaviour redirect(URI to) {
        return answer(302, Map.of("Location", to.toString()), "");
    }

    /** An answer of the test's choice. */
    public static Misbehaviour answer(int status, Map<String, String> headers, String body) {
        return (protocol, request) -> Reply.of(status, headers, Digests.utf8(body));
    }

    /**
     * Any error code in the cloud's usual error body.
     *
     * @param status the HTTP status, also where the cloud would have sent another
     */
    public static Misbehaviour error(int status, String code, String message) {
        return (protocol, request) -> protocol.error(status, code, message, request);
    }

    private static Misbehaviour onTheWire(Reply.Wire wire) {
        return (protocol, request) -> protocol.answer(request).with(wire);
    }

    private static void drip(OutputStream out, byte[] body) throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        try {
            for (byte one : body) {
                out.write(one);
                out.flush();
                never.await(100, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private static Reply padded(Reply reply) {
        byte[] body = Arrays.copyOf(reply.body(), OVERSIZE);
        Arrays.fill(body, reply.body().length, OVERSIZE, (byte) ' ');
        return reply.with(body);
    }

    private static Reply zipped(Reply reply) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(reply.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return reply.with(bytes.toByteArray()).with("Content-Encoding", "gzip");
    }
}
