package dev.passcourier.health;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.passcourier.config.ConfigurationException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /health} and the status page, on 127.0.0.1 only, read only. The Host header must name loopback: a web page
 * elsewhere that lets its own name point here (DNS rebinding) is refused.
 */
public final class StatusServer implements AutoCloseable {

    private static final Pattern LOOPBACK = Pattern.compile("(localhost|127\\.0\\.0\\.1)(:[0-9]{1,5})?");
    private static final int THREADS = 4;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads;
    private final Checks checks;
    private final Figures figures;

    private StatusServer(HttpServer server, Checks checks, Figures figures) {
        this.server = server;
        this.threads = Executors.newFixedThreadPool(THREADS, StatusServer::thread);
        this.checks = checks;
        this.figures = figures;
    }

    /**
     * Takes the port. Nobody is answered before {@link #start}.
     *
     * @param port 0 for any free one
     * @throws ConfigurationException if it is taken
     */
    public static StatusServer open(int port, Checks checks, Figures figures) throws ConfigurationException {
        try {
            InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
            StatusServer status =
                    new StatusServer(HttpServer.create(new InetSocketAddress(loopback, port), 0), checks, figures);
            status.server.setExecutor(status.threads);
            status.server.createContext("/", status::answer);
            return status;
        } catch (IOException e) {
            throw new ConfigurationException("service.status.port: cannot listen on 127.0.0.1:" + port
                    + "; the port is taken by another program, choose another");
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "status");
        thread.setDaemon(true);
        return thread;
    }

    /** Answers from now on. */
    public void start() {
        server.start();
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!isLoopback(exchange.getRequestHeaders().get("Host"))) {
                send(exchange, 403, "text/plain", new byte[0]);
            } else if (!List.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                send(exchange, 405, "text/plain", new byte[0]);
            } else {
                answer(exchange, exchange.getRequestURI().getPath());
            }
        }
    }

    private void answer(HttpExchange exchange, @Nullable String path) throws IOException {
        List<CheckState> states = checks.states();
        int health = states.stream().anyMatch(CheckState::isGrave) ? 503 : 200;
        if ("/health".equals(path)) {
            send(exchange, health, "application/json", json(states));
        } else if ("/".equals(path)) {
            send(exchange, 200, "text/html; charset=utf-8", StatusPage.of(states, figures));
        } else {
            send(exchange, 404, "text/plain", new byte[0]);
        }
    }

    /** What {@code /health} says. */
    private static byte[] json(List<CheckState> states) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("status", states.stream().anyMatch(CheckState::isGrave) ? "DOWN" : "UP");
        var checks = root.putArray("checks");
        for (CheckState state : states) {
            ObjectNode check = checks.addObject();
            check.put("name", state.name());
            check.put("status", state.isUp() ? "UP" : "DOWN");
            check.put("stops", state.stops().name());
            check.put("since", state.since().toString());
            HealthProblem problem = state.problem();
            if (problem != null) {
                check.put("code", problem.code());
                if (problem.until() != null) {
                    check.put("until", problem.until().toString());
                }
                if (!problem.says().isEmpty()) {
                    check.put("says", problem.says());
                }
            }
        }
        return (root + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isLoopback(@Nullable List<String> hosts) {
        return hosts != null
                && hosts.size() == 1
                && LOOPBACK.matcher(hosts.get(0)).matches();
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set("Content-Security-Policy", StatusPage.POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cache-Control", "no-store");
        boolean silent = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, silent ? -1 : body.length);
        if (!silent) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
