package dev.passcourier.sandbox;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** An HTTP server on loopback that answers with {@link Reply}s. */
final class LoopbackServer implements AutoCloseable {

    private static final int LARGEST_REQUEST = 10 << 20;
    private static final int MISSING_BYTES = 512;
    private static final long PAUSE_MILLIS = 100;

    static {
        // Without it every answer waits some 40 ms for the client's delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Function<Request, Reply> service;

    private LoopbackServer(int port, String name, Function<Request, Reply> service) throws IOException {
        this.service = service;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
        threads = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "sandbox-" + name);
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /**
     * Starts a server.
     *
     * @param port 0 takes any free one
     * @throws UncheckedIOException if the port is taken
     */
    static LoopbackServer start(int port, String name, Function<Request, Reply> service) {
        try {
            return new LoopbackServer(port, name, service);
        } catch (IOException e) {
            throw new UncheckedIOException("port " + port + " of the sandbox's " + name, e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            send(exchange, service.apply(read(exchange)));
        }
    }

    private static Request read(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
        return new Request(
                exchange.getRequestMethod(),
                path(exchange),
                exchange.getRequestURI().getRawQuery(),
                headers,
                exchange.getRequestBody().readNBytes(LARGEST_REQUEST));
    }

    private static String path(HttpExchange exchange) {
        String path = exchange.getRequestURI().getRawPath();
        return path == null || path.isEmpty() ? "/" : path;
    }

    private void send(HttpExchange exchange, Reply reply) throws IOException {
        if (reply.wire() == Reply.Wire.DROPPED) {
            return;
        }
        Headers headers = exchange.getResponseHeaders();
        reply.headers().forEach(headers::set);
        exchange.sendResponseHeaders(reply.status(), announced(reply));
        if (reply.body().length > 0) {
            write(exchange.getResponseBody(), reply);
        }
    }

    private static long announced(Reply reply) {
        if (reply.wire() == Reply.Wire.TRUNCATED) {
            return (long) reply.body().length + MISSING_BYTES;
        }
        return reply.body().length == 0 ? -1 : reply.body().length;
    }

    private void write(OutputStream out, Reply reply) throws IOException {
        if (reply.wire() == Reply.Wire.DRIPPING) {
            drip(out, reply.body());
        } else {
            out.write(reply.body());
            out.flush();
        }
    }

    private void drip(OutputStream out, byte[] body) throws IOException {
        for (byte one : body) {
            out.write(one);
            out.flush();
            if (paused()) {
                return;
            }
        }
    }

    /** Waits a little. Returns true if the server was closed meanwhile. */
    private boolean paused() {
        try {
            return closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void close() {
        if (closed.getCount() > 0) {
            closed.countDown();
            server.stop(0);
            threads.shutdownNow();
        }
    }
}
