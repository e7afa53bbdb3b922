package dev.passcourier.sandbox;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** An HTTP server on loopback that answers with {@link Reply}s. */
final class LoopbackServer implements AutoCloseable {

    private static final int LARGEST_REQUEST = 10 << 20;

    static {
        // Without it every answer waits some 40 ms for the client's delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads;
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
     * Starts a server on the port it had before, or any free one.
     *
     * @param name by which the state knows it
     * @throws UncheckedIOException if the port is taken
     */
    static LoopbackServer start(SandboxState state, String name, Function<Request, Reply> service) {
        int port = state.port(name);
        try {
            LoopbackServer started = new LoopbackServer(port, name, service);
            state.port(name, started.server.getAddress().getPort());
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("port " + port + " of the sandbox's " + name, e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Reply reply = service.apply(read(exchange));
            reply.wire().send(exchange, reply);
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

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
