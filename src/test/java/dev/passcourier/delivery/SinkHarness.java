package dev.passcourier.delivery;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.broker.ArrivalStep;
import dev.passcourier.broker.BrokerAccess;
import dev.passcourier.broker.BrokerComponent;
import dev.passcourier.broker.EmbeddedBroker;
import dev.passcourier.broker.Gate;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.OutboundMessageStep;
import dev.passcourier.broker.QueueDeclarer;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.outbox.GoneDestinations;
import dev.passcourier.outbox.OutboxCodec;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.RestoredWork;
import dev.passcourier.retry.RetryTable;
import dev.passcourier.vault.Sealed;
import jakarta.jms.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.springframework.jms.core.JmsTemplate;

/** The shipped sink routes on an embedded broker, with a record of what was audited. */
final class SinkHarness implements AutoCloseable {

    static final Clock CLOCK = Clock.systemUTC();
    static final byte[] AT_REST = "under our own seal".getBytes(StandardCharsets.UTF_8);
    private static final String INTAKE = "intake";
    private static final AtomicInteger NEXT = new AtomicInteger();

    final List<AuditEvent> audited = new CopyOnWriteArrayList<>();
    final PretendVault vault = new PretendVault();
    final GoneDestinations gone;
    final CallsInHand calls = new CallsInHand();
    final OwnRoute own = new OwnRoute();
    final RestoredWork restored;
    private final SinkFactory factory;
    private final BrokerAccess access;
    private final AutoCloseable broker;
    private final JmsPoolConnectionFactory pool;
    private final DefaultCamelContext camel = new DefaultCamelContext();

    SinkHarness(Path directory) throws Exception {
        this(directory, embedded(directory));
    }

    private SinkHarness(Path directory, EmbeddedBroker embedded) throws Exception {
        this(directory, embedded.access(), embedded, 1);
    }

    /** On any broker. */
    SinkHarness(Path directory, BrokerAccess access, AutoCloseable broker, double retryPace) throws Exception {
        this.access = access;
        this.broker = broker;
        gone = GoneDestinations.open(directory.resolve("disabled"));
        restored = RestoredWork.open(directory.resolve("restored"));
        factory = new SinkFactory(
                this::audit,
                CLOCK,
                new RetryTable(new NoJitter(), retryPace),
                vault,
                gone,
                restored,
                Gate.OPEN,
                Duration.ofDays(30),
                calls,
                own);
        QueueDeclarer.declare(access, List.of(Queues.DEAD, Queues.EXPIRED, Queues.QUARANTINE, Queues.FAILED));
        pool = access.pool();
        JmsTemplate template = new JmsTemplate(pool);
        template.setSessionTransacted(true);
        camel.getRegistry().bind("broker", BrokerComponent.on(pool));
        camel.getRegistry().bind("arrival", new ArrivalStep(template, access.user(), INTAKE, this::audit, CLOCK));
        camel.getRegistry().bind("outbound", new OutboundMessageStep());
        factory.bind(camel.getRegistry());
        for (String route : List.of(
                "hand-on",
                "outbox",
                "delivery/email-sink",
                "delivery/webhook-sink",
                "delivery/file-sink",
                "delivery/jms-sink",
                "delivery/route-sink",
                "delivery/expired")) {
            PluginHelper.getRoutesLoader(camel)
                    .loadRoutes(ResourceHelper.resolveResource(camel, "file:routes/" + route + ".camel.yaml"));
        }
        camel.start();
    }

    /** Stands for the operator's own routes: keeps what it is given, or fails as it is told to. */
    static final class OwnRoute implements SinkFactory.LocalSend {

        final List<org.apache.camel.Message> got = new CopyOnWriteArrayList<>();
        volatile @Nullable Exception failure;

        @Override
        public void send(String uri, org.apache.camel.Message message) throws Exception {
            Exception now = failure;
            if (now != null) {
                throw now;
            }
            got.add(message.copy());
        }
    }

    private static EmbeddedBroker embedded(Path directory) throws Exception {
        return EmbeddedBroker.start(
                directory.resolve("broker"),
                1,
                new Settings.Broker(null, null, null, null, Map.of()),
                INTAKE,
                Set.of());
    }

    private long audit(AuditEvent event) {
        audited.add(event);
        return audited.size();
    }

    /** Starts the sink of a new destination and returns its alias. */
    String open(Settings.Channel channel) throws Exception {
        String alias = "to-" + NEXT.incrementAndGet();
        declare(Queues.outbox(alias));
        Settings.Destination destination = new Settings.Destination(null, 1, channel);
        factory.makeReady(alias, destination);
        for (SinkFactory.NewRoute route : factory.routes(camel, alias, destination)) {
            route.make().add();
        }
        return alias;
    }

    void declare(String queue) throws Exception {
        QueueDeclarer.declare(access, List.of(queue));
    }

    static OutboxItem sealed(String alias) {
        return result(
                alias,
                "application/jose",
                "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyJ9.k.i.c.t".getBytes(StandardCharsets.US_ASCII));
    }

    /** A result that the vault sealed in that form. */
    static OutboxItem sealed(String alias, Sealed sealed) {
        return result(alias, sealed.mediaType(), sealed.bytes());
    }

    static OutboxItem atRest(String alias) {
        return result(alias, "application/vnd.passcourier.at-rest", AT_REST);
    }

    private static OutboxItem result(String alias, String mediaType, byte[] body) {
        int number = NEXT.incrementAndGet();
        Instant now = CLOCK.instant();
        return OutboxItem.result(
                new Sealed(alias, "d-" + number, mediaType, body),
                "r-" + number,
                "i-" + number,
                now.plus(Duration.ofHours(1)),
                now);
    }

    void put(OutboxItem item) {
        put(OutboxCodec.outboundMessage(item, null));
    }

    void put(OutboundMessage outboundMessage) {
        try (ProducerTemplate template = camel.createProducerTemplate()) {
            template.sendBody("direct:hand-on", List.of(outboundMessage));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes one message off a queue. */
    @Nullable
    Message take(String queue) {
        return take(queue, Duration.ofSeconds(10));
    }

    @Nullable
    Message take(String queue, Duration atMost) {
        JmsTemplate template = new JmsTemplate(pool);
        template.setReceiveTimeout(atMost.toMillis());
        return template.receive(queue);
    }

    /**
     * Waits for the event of a delivery and returns it: longer than the 30 seconds that the broker's client may wait for
     * the answer to a commit on a lost connection.
     */
    AuditEvent await(OutboxItem item, AuditEvent.Type type) {
        return Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(
                        () -> audited.stream()
                                .filter(event -> event.type() == type
                                        && item.deliveryId()
                                                .equals(event.facts().get(Fact.DELIVERY)))
                                .findFirst()
                                .orElse(null),
                        event -> event != null);
    }

    static SecretRef secret(Path directory, String text) throws IOException {
        Path file = Files.createTempFile(
                directory,
                "secret",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
        return new SecretRef("{{file:" + file + "}}");
    }

    @Override
    public void close() throws Exception {
        camel.close();
        pool.stop();
        broker.close();
    }
}
