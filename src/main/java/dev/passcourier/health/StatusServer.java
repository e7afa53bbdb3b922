package dev.passcourier.health;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The pages about this process, read only, over HTTP or HTTPS. Where no token and no client certificate is asked for, the
 * Host header must name loopback: a web page elsewhere that lets its own name point here (DNS rebinding) is refused.
 */
public final class StatusServer implements AutoCloseable {

    /** What is answered. */
    public record Reply(int status, String type, byte[] body) {

        /** Without words. */
        static Reply of(int status) {
            return new Reply(status, "text/plain", new byte[0]);
        }
    }

    /** A page that everybody may ask for, as a kubelet does that has no token. */
    @FunctionalInterface
    public interface Probe {

        /** Answers; {@code details} says whether whoever asks may know more than the status. */
        Reply answer(boolean details);
    }

    private static final Pattern LOOPBACK = Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1\\])(:[0-9]{1,5})?");
    /** Each is used by one connection that is sending its request or getting its answer. */
    private static final int THREADS = 256;

    static {
        // Whoever sends no whole request, or no whole TLS handshake, must not keep a thread from the probes.
        if (System.getProperty("sun.net.httpserver.maxReqTime") == null) {
            System.setProperty("sun.net.httpserver.maxReqTime", "5");
        }
    }

    private final HttpServer server;
    private final StatusAccess access;
    private final ExecutorService threads =
            new ThreadPoolExecutor(0, THREADS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), StatusServer::thread);
    private final Map<String, Function<String, Reply>> pages = new ConcurrentHashMap<>();
    private final Map<String, Probe> probes = new ConcurrentHashMap<>();

    private StatusServer(HttpServer server, StatusAccess access) {
        this.server = server;
        this.access = access;
    }

    /**
     * Takes the port. Nobody is answered before {@link #start}.
     *
     * @param tls our certificate and whose clients' certificates we trust, or null for no TLS
     * @throws ConfigurationException if the port is taken or the address not ours
     */
    public static StatusServer open(Settings.Status settings, @Nullable SSLContext tls) throws ConfigurationException {
        try {
            StatusServer status = new StatusServer(bound(settings, tls), new StatusAccess(settings));
            status.server.setExecutor(status.threads);
            status.server.createContext("/", status::answer);
            return status;
        } catch (IOException e) {
            throw new ConfigurationException(
                    "service.status.port: cannot listen on " + settings.host() + ":" + settings.port()
                            + "; the port is taken by another program, choose another, or the host is not an address of"
                            + " this machine");
        }
    }

    private static HttpServer bound(Settings.Status settings, @Nullable SSLContext tls) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(settings.host()), settings.port());
        if (tls == null) {
            return HttpServer.create(address, 0);
        }
        HttpsServer server = HttpsServer.create(address, 0);
        boolean asks = settings.clientCertificates() != null;
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
                wanted.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
                wanted.setWantClientAuth(asks);
                parameters.setSSLParameters(wanted);
            }
        });
        return server;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "status");
        thread.setDaemon(true);
        return thread;
    }

    /** Adds a page for those who may look. */
    public void page(String path, Supplier<Reply> page) {
        page(path, accept -> page.get());
    }

    /** The same for one that there is in several formats: it is told what the Accept header says, an empty text without. */
    public void page(String path, Function<String, Reply> page) {
        pages.put(path, page);
    }

    /** Adds a page for everybody. */
    public void probe(String path, Probe probe) {
        probes.put(path, probe);
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
            send(exchange, reply(exchange));
        }
    }

    private Reply reply(HttpExchange exchange) {
        if (!access.isGuarded() && !isLoopback(exchange.getRequestHeaders().get("Host"))) {
            return Reply.of(403);
        }
        String path = String.valueOf(exchange.getRequestURI().getPath());
        boolean trusted = access.admits(exchange);
        Probe probe = probes.get(path);
        if (probe == null && !trusted) {
            return access.refusal(exchange);
        }
        if (!List.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            return Reply.of(405);
        }
        if (probe != null) {
            return probe.answer(trusted);
        }
        Function<String, Reply> page = pages.get(path);
        List<String> accept = exchange.getRequestHeaders().getOrDefault("Accept", List.of());
        return page == null ? Reply.of(404) : page.apply(String.join(",", accept));
    }

    private static boolean isLoopback(@Nullable List<String> hosts) {
        return hosts != null
                && hosts.size() == 1
                && LOOPBACK.matcher(hosts.get(0)).matches();
    }

    /** A text of our own words. */
    static Reply text(int status, String words) {
        return new Reply(status, "text/plain; charset=utf-8", (words + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", reply.type());
        headers.set("Content-Security-Policy", StatusPage.POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cache-Control", "no-store");
        byte[] body = reply.body();
        boolean silent = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(reply.status(), silent ? -1 : body.length);
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
