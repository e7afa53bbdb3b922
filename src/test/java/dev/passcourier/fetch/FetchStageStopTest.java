package dev.passcourier.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.passcourier.broker.ArrivalStep;
import dev.passcourier.broker.BrokerComponent;
import dev.passcourier.broker.EmbeddedBroker;
import dev.passcourier.broker.Gate;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.OutboundMessageStep;
import dev.passcourier.broker.QueueDeclarer;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.Settings;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.outbox.Notices;
import dev.passcourier.outbox.SealedBundles;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.WorkCodec;
import dev.passcourier.retry.RetryTable;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.SealTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.springframework.jms.core.JmsTemplate;

/** Stops the fetch stage while a queue is full of work for a cloud that counts sessions. */
class FetchStageStopTest {

    private static final String INSTANCE = "3bc9f63f0de6492991c59bef96b27565";

    @TempDir
    Path directory;

    private final AtomicInteger sessions = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger asks = new AtomicInteger();
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final CallsInHand calls = new CallsInHand();
    private volatile boolean dripping;
    private HttpServer cloud;
    private EmbeddedBroker broker;
    private JmsPoolConnectionFactory pool;
    private FetchStage stage;

    @BeforeEach
    void start() throws Exception {
        startCloud();
        broker = EmbeddedBroker.start(
                directory.resolve("broker"),
                1,
                new Settings.Broker(null, null, null, null, Map.of()),
                "requests",
                Set.of());
        QueueDeclarer.declare(
                broker.access(), List.of("fetch.lab", "outbox.ops", Queues.DEAD, Queues.EXPIRED, Queues.QUARANTINE));
        pool = broker.access().pool();
        camel.getRegistry().bind("broker", BrokerComponent.on(pool));
        camel.getRegistry().bind("outbound", new OutboundMessageStep());
        camel.getRegistry()
                .bind(
                        "arrival",
                        new ArrivalStep(
                                new JmsTemplate(pool),
                                broker.access().user(),
                                "requests",
                                event -> 1,
                                Clock.systemUTC()));
        stage = new FetchStage(
                camel,
                event -> 1,
                null,
                null,
                new Notices((request, alias) -> "dlv-" + request + alias, account -> true),
                SealedBundles.none(),
                () -> Map.of("ops", new SealTarget("ops", null)),
                Duration.ofHours(1),
                Duration.ofDays(30),
                Gate.OPEN,
                calls,
                null,
                new RetryTable(new SecureRandom(), 1),
                (account, operations) -> CloudObserver.NONE,
                Clock.systemUTC());
        stage.add("lab", account(), ProviderCatalog.find().get("zstack"), KeyRing.empty());
        for (String file : List.of("hand-on", "call", "sign-in", "fetch", "provider/zstack")) {
            PluginHelper.getRoutesLoader(camel)
                    .loadRoutes(ResourceHelper.resolveResource(camel, "file:routes/" + file + ".camel.yaml"));
        }
        stage.addRoutes();
        camel.start();
    }

    private void startCloud() throws IOException {
        cloud = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        cloud.setExecutor(Executors.newCachedThreadPool());
        cloud.createContext("/zstack/v1/accounts/login", exchange -> {
            open.incrementAndGet();
            answer(
                    exchange,
                    200,
                    "{\"inventory\":{\"uuid\":\"64bdb6ac8c3044d589ab6a0e96745fc" + sessions.incrementAndGet() % 10
                            + "\"}}");
        });
        cloud.createContext("/zstack/v1/accounts/sessions/", exchange -> {
            open.decrementAndGet();
            answer(exchange, 200, "{}");
        });
        cloud.createContext("/zstack/v1/vm-instances/", exchange -> {
            asks.incrementAndGet();
            if (dripping) {
                drip(exchange);
            }
            answer(exchange, 200, "{}");
        });
        cloud.start();
    }

    /** One byte every now and then, until the other side is gone. */
    private static void drip(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(200, 0);
        while (true) {
            exchange.getResponseBody().write(' ');
            exchange.getResponseBody().flush();
            LockSupport.parkNanos(50_000_000);
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Settings.Account account() throws IOException {
        Path password = Files.createFile(
                directory.resolve("password"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(password, "canary");
        ObjectNode settings = new ObjectMapper()
                .valueToTree(Map.of(
                        "endpoint",
                        "http://127.0.0.1:" + cloud.getAddress().getPort() + "/zstack",
                        "auth",
                        Map.of("type", "session", "account", "admin", "password", "{{file:" + password + "}}")));
        return new Settings.Account(
                "zstack", null, 20.0, 2, false, true, Settings.AfterDelivery.KEEP, null, false, settings);
    }

    @AfterEach
    void stop() throws Exception {
        camel.close();
        pool.stop();
        broker.close();
        cloud.stop(0);
    }

    @Test
    void leavesNoSessionBehind() throws Exception {
        put(200);
        await().untilAsserted(() -> assertThat(asks).hasValueGreaterThan(2));
        assertThat(open).hasPositiveValue();

        stage.stop();
        camel.close();

        assertThat(open).hasValue(0);
        assertThat(asks).hasValueLessThan(200);
    }

    @Test
    void aCallThatTheStopCutsGoesBackToItsQueueAsIfItHadNotBeenMade() throws Exception {
        dripping = true;
        put(1);
        await().untilAsserted(() -> assertThat(asks).hasValue(1));
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(stage::stop);
        assertThat(stopped).isNotDone();

        calls.cut();

        assertThat(stopped).succeedsWithin(Duration.ofSeconds(10));
        JmsTemplate template = new JmsTemplate(pool);
        template.setReceiveTimeout(10_000);
        FetchWork back = WorkCodec.fromBytes(template.receive("fetch.lab").getBody(byte[].class));
        assertThat(back.request().id()).isEqualTo("r-0");
        assertThat(back.failures()).isZero();
    }

    private void put(int requests) {
        Instant now = Instant.now();
        List<OutboundMessage> work = IntStream.range(0, requests)
                .mapToObj(n -> new PasswordRequest(
                        "r-" + n, "lab", INSTANCE, Map.of(), null, List.of("ops"), null, null, null))
                .map(request -> new FetchWork(
                        request, new Origin(Origin.Source.JMS, "ID:1", null, null, 0), now, now.plusSeconds(60), 1, 0))
                .map(item -> new OutboundMessage("fetch.lab", WorkCodec.toBytes(item), Map.of(), null, null))
                .toList();
        camel.createProducerTemplate().sendBody("direct:hand-on", work);
    }
}
