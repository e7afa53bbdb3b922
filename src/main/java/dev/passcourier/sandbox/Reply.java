package dev.passcourier.sandbox;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a pretend service answers, and how it goes over the wire.
 *
 * @param headers exactly what is sent beside {@code Date} and {@code Content-Length}
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record Reply(int status, Map<String, String> headers, byte[] body, Wire wire) {

    /** How an answer is put on the wire. */
    interface Wire {

        /** All of it, as HTTP wants it. */
        Wire WHOLE = (exchange, reply) -> {
            reply.headers().forEach(exchange.getResponseHeaders()::set);
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Length", Integer.toString(reply.body().length));
            }
            boolean bare = exchange.getRequestMethod().equals("HEAD") || reply.body().length == 0;
            exchange.sendResponseHeaders(reply.status(), bare ? -1 : reply.body().length);
            if (!bare) {
                exchange.getResponseBody().write(reply.body());
            }
        };

        /** Sends it; the connection is closed after that if HTTP's rules were broken. */
        void send(HttpExchange exchange, Reply reply) throws IOException;
    }

    static final String JSON = "application/json";

    /** An answer of any kind. */
    public static Reply of(int status, Map<String, String> headers, byte[] body) {
        return new Reply(status, headers, body, Wire.WHOLE);
    }

    /** An answer in JSON, of whatever Jackson can write. */
    public static Reply json(int status, Object body) {
        return of(status, Map.of("Content-Type", JSON), Json.bytes(body));
    }

    /** An answer in plain text. */
    public static Reply text(int status, String body) {
        return of(status, Map.of("Content-Type", "text/plain;charset=utf-8"), body.getBytes(StandardCharsets.UTF_8));
    }

    static Reply html(int status, String title) {
        String page = "<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1></body></html>";
        return of(status, Map.of("Content-Type", "text/html"), page.getBytes(StandardCharsets.UTF_8));
    }

    /** An answer without a body. */
    public static Reply empty(int status) {
        return of(status, Map.of(), new byte[0]);
    }

    Reply with(Wire other) {
        return new Reply(status, headers, body, other);
    }

    Reply with(byte[] other) {
        return new Reply(status, headers, other, wire);
    }

    /** The same with one more header. */
    public Reply with(String header, String value) {
        return with(Map.of(header, value));
    }

    Reply with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.putAll(more);
        return new Reply(status, all, body, wire);
    }

    /** The status: the body may hold a password. */
    @Override
    public String toString() {
        return "Reply[" + status + "]";
    }
}
