package dev.passcourier.sandbox;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A webhook receiver on loopback as Standard Webhooks wants one: refuses what is not signed with its secret or older
 * than five minutes, takes a repeated {@code webhook-id} without delivering it again. Can be told to answer otherwise.
 */
public final class WebhookReceiver implements AutoCloseable {

    private static final int LARGEST = 10 << 20;

    private final HttpServer server;
    private final ExecutorService threads;
    private final boolean secure;
    private final WebhookVerifier verifier;
    private final Clock clock;
    private final Queue<Scripted> script = new ConcurrentLinkedQueue<>();
    private final List<Webhook> requests = new CopyOnWriteArrayList<>();
    private final List<Webhook> received = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Webhook> unread = new LinkedBlockingQueue<>();

    /**
     * A request to the receiver.
     *
     * @param headers with names in lower case
     * @param body    the bytes as they came
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record Webhook(Map<String, String> headers, byte[] body) {

        /** The delivery's id. */
        public String id() {
            return headers.getOrDefault("webhook-id", "");
        }

        /** Names the id only. */
        @Override
        public String toString() {
            return "Webhook[" + id() + "]";
        }
    }

    private record Scripted(int status, Map<String, String> headers) {}

    private @Nullable ObjIntConsumer<Webhook> watcher;

    private WebhookReceiver(int port, String secret, @Nullable SandboxCertificate certificate, Clock clock)
            throws IOException {
        this.secure = certificate != null;
        this.verifier = new WebhookVerifier(secret);
        this.clock = clock;
        InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        if (certificate == null) {
            server = HttpServer.create(anywhere, 64);
        } else {
            HttpsServer https = HttpsServer.create(anywhere, 64);
            https.setHttpsConfigurator(new HttpsConfigurator(certificate.server()));
            server = https;
        }
        threads = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "sandbox-webhook");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        server.createContext("/", this::handle);
    }

    /**
     * Starts a receiver on a free port.
     *
     * @param secret      {@code whsec_} and base64
     * @param certificate what it shows, or null for plain HTTP
     * @param clock       against which timestamps are checked
     */
    public static WebhookReceiver start(String secret, @Nullable SandboxCertificate certificate, Clock clock)
            throws IOException {
        return start(0, secret, certificate, clock, null);
    }

    /**
     * Starts a receiver.
     *
     * @param port    0 takes any free one
     * @param watcher is told of each request and the status it got; then nothing is kept. Null keeps
     * @throws UncheckedIOException if the port is taken
     */
    public static WebhookReceiver start(
            int port,
            String secret,
            @Nullable SandboxCertificate certificate,
            Clock clock,
            @Nullable ObjIntConsumer<Webhook> watcher) {
        try {
            WebhookReceiver receiver = new WebhookReceiver(port, secret, certificate, clock);
            receiver.watcher = watcher;
            receiver.server.start();
            return receiver;
        } catch (IOException e) {
            throw new UncheckedIOException("port " + port + " of the sandbox's webhook receiver", e);
        }
    }

    /** Where to post to. */
    public URI url() {
        String scheme = secure ? "https" : "http";
        return URI.create(scheme + "://localhost:" + server.getAddress().getPort() + "/hook");
    }

    /** Answers the next request like this instead of taking it. */
    public void answer(int status, Map<String, String> headers) {
        script.add(new Scripted(status, Map.copyOf(headers)));
    }

    /** Every request that came, taken or not. */
    public List<Webhook> requests() {
        return new ArrayList<>(requests);
    }

    /** What was taken, each id once. */
    public List<Webhook> received() {
        return new ArrayList<>(received);
    }

    /** Waits for the next webhook that this method has not returned yet. */
    public Optional<Webhook> next(Duration atMost) throws InterruptedException {
        return Optional.ofNullable(unread.poll(atMost.toMillis(), TimeUnit.MILLISECONDS));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Webhook webhook = read(exchange);
            if (watcher == null) {
                requests.add(webhook);
            }
            Scripted scripted = script.poll();
            if (scripted != null) {
                scripted.headers().forEach(exchange.getResponseHeaders()::set);
                refuse(exchange, scripted.status(), webhook);
            } else {
                int status = take(exchange.getRequestMethod(), webhook, clock.instant());
                if (watcher != null) {
                    watcher.accept(webhook, status);
                }
                exchange.sendResponseHeaders(status, -1);
            }
        }
    }

    /** Some receivers quote what they refuse. */
    private static void refuse(HttpExchange exchange, int status, Webhook webhook) throws IOException {
        String quoted = "{\"message\":\"not taken: "
                + String.valueOf(JsonStringEncoder.getInstance()
                        .quoteAsString(new String(webhook.body(), StandardCharsets.UTF_8)))
                + "\"}";
        byte[] body = quoted.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, status == 204 || status == 304 ? -1 : body.length);
        if (status != 204 && status != 304) {
            exchange.getResponseBody().write(body);
        }
    }

    private static Webhook read(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
        return new Webhook(headers, exchange.getRequestBody().readNBytes(LARGEST));
    }

    private int take(String method, Webhook webhook, Instant now) {
        if (!method.equals("POST")) {
            return 405;
        }
        if (!verifier.accepts(webhook, now)) {
            return 401;
        }
        synchronized (received) {
            if (watcher == null
                    && received.stream().noneMatch(known -> known.id().equals(webhook.id()))) {
                received.add(webhook);
                unread.add(webhook);
            }
        }
        return 204;
    }
}
