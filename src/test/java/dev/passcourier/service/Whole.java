package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditReader;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.ledger.DeliveryState;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.redrive.RedriveAnswer;
import dev.passcourier.redrive.RedriveOrder;
import dev.passcourier.redrive.RedriveOrder.Action;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/** The whole service in the demo's world, to be asked through its doors and looked at from outside. */
public final class Whole implements AutoCloseable {

    public static final String REQUESTS = "password.requests";
    public static final String RESULTS = "password.results";

    private final DemoWorld world;
    private PasscourierService service;

    private Whole(DemoWorld world) {
        this.world = world;
    }

    /** The world, and no service yet. */
    public static Whole prepare(Path directory) throws Exception {
        return new Whole(DemoWorld.start(directory.resolve("demo"), Clock.systemUTC()));
    }

    /** Waits long, for slow machines, and ends as soon as the condition holds. */
    public static ConditionFactory patiently() {
        return await().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofMillis(100));
    }

    public static String request(String id, String account, String instance, String... deliverTo) {
        return "{\"id\":\"" + id + "\",\"account\":\"" + account + "\",\"instance\":\"" + instance
                + "\",\"deliverTo\":[\"" + String.join("\",\"", deliverTo) + "\"]}";
    }

    /** Changes the settings for the next start. */
    public Whole settings(UnaryOperator<String> change) throws IOException {
        String before = Files.readString(world.settings());
        String after = change.apply(before);
        assertThat(after).isNotEqualTo(before);
        Files.writeString(world.settings(), after);
        return this;
    }

    /** A change that leaves out what has no end while a test looks. */
    public static String withoutSchedules(String settings) {
        return settings.replaceFirst("(?s)\nschedules:.*?(?=\npolicy:)", "");
    }

    public Whole start() throws Exception {
        return start(Clock.systemUTC());
    }

    public Whole start(Clock clock) throws Exception {
        try {
            Settings settings = loaded();
            StartCheck.Result checked = new StartCheck.Result(
                    List.of(), settings, KeyAndLedgerFactory.keyRings(settings), world.settings(), "");
            service = PasscourierService.start(Path.of("").toAbsolutePath(), checked, clock);
            return this;
        } catch (InvalidConfigurationException e) {
            throw new AssertionError(e.findings().toString(), e);
        }
    }

    private Settings loaded() throws InvalidConfigurationException {
        return SettingsLoader.load(world.settings(), ProviderCatalog.find(), Clock.systemUTC());
    }

    /** As {@code passcourier redrive} does it, whether the service runs or not. */
    public RedriveAnswer order(Action action, @Nullable String id, @Nullable String destination) throws Exception {
        RedriveOrder order = new RedriveOrder(action, id, null, destination, null, null, null, false);
        return RedriveClient.order(home().resolve("data"), this::loaded, order, Clock.systemUTC());
    }

    public void stop() {
        if (service != null) {
            service.close();
            service = null;
        }
    }

    public DemoWorld world() {
        return world;
    }

    public PasscourierService service() {
        return service;
    }

    public Path home() {
        return world.home();
    }

    /** Moves a file into the drop directory. */
    public void drop(String name, String content) throws IOException {
        Path written = Files.writeString(home().resolve(name), content);
        Files.move(written, home().resolve("drop").resolve(name));
    }

    public List<RequestRow> rows() {
        return service.ledger().newest(1000);
    }

    public Optional<RequestRow> row(String id) {
        return service.ledger().requests(List.of(id)).stream().findFirst();
    }

    /** Waits until the request has ended and all its deliveries are settled. */
    public RequestRow ended(String id) {
        patiently().until(() -> row(id).filter(this::isSettled).isPresent());
        return row(id).orElseThrow();
    }

    public boolean isSettled(RequestRow row) {
        return row.state() == RequestState.ENDED
                && service.ledger().deliveries(row.id()).stream()
                        .allMatch(delivery -> delivery.state() == DeliveryState.DELIVERED
                                || delivery.state() == DeliveryState.FAILED);
    }

    public List<Path> archived() throws IOException {
        try (Stream<Path> files = Files.list(home().resolve("archive"))) {
            return files.sorted().toList();
        }
    }

    /** The request's results in the archive. */
    public List<Path> archived(String request) throws IOException {
        List<String> deliveries = service.ledger().deliveries(request).stream()
                .filter(delivery -> delivery.alias().equals("archive"))
                .map(delivery -> delivery.deliveryId() + ".jwe")
                .toList();
        return archived().stream()
                .filter(file -> deliveries.stream().anyMatch(file.getFileName().toString()::endsWith))
                .toList();
    }

    /** The audit trail's records with this type. */
    public List<AuditRecord> audited(AuditEvent.Type type) throws Exception {
        return records(home()).stream()
                .filter(record -> record.event().type() == type)
                .toList();
    }

    /** All records of the audit trail in that home. */
    public static List<AuditRecord> records(Path home) throws Exception {
        List<AuditRecord> records = new ArrayList<>();
        try (AuditReader reader = AuditReader.whole(home.resolve("data/audit"))) {
            for (AuditRecord next = reader.next(); next != null; next = reader.next()) {
                records.add(next);
            }
        }
        return records;
    }

    /** Something done on a broker. */
    public interface Act {
        void with(Session session) throws JMSException;
    }

    /** As the ticket system, on the service's own broker. */
    public void asTicketing(Act act) throws JMSException, IOException {
        asTicketing("tcp://127.0.0.1:" + service.brokerPort(), act);
    }

    public void asTicketing(String url, Act act) throws JMSException, IOException {
        String password = Files.readString(home().resolve("secrets/broker-ticketing"));
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url, "ticketing", password);
                Connection connection = factory.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            act.with(session);
        }
    }

    public static void send(Session session, String queue, Message message) throws JMSException {
        try (MessageProducer producer = session.createProducer(session.createQueue(queue))) {
            producer.send(message);
        }
    }

    public void send(String request) throws JMSException, IOException {
        asTicketing(session -> send(session, REQUESTS, session.createTextMessage(request)));
    }

    /** Collects messages of the ticket system until one belongs to the request. */
    public TextMessage ticket(String request) throws JMSException, IOException {
        return ticket("tcp://127.0.0.1:" + service.brokerPort(), request);
    }

    public TextMessage ticket(String url, String request) throws JMSException, IOException {
        List<TextMessage> found = new ArrayList<>();
        asTicketing(url, session -> {
            String selector = "requestId = '" + request + "'";
            try (MessageConsumer consumer = session.createConsumer(session.createQueue(RESULTS), selector)) {
                Message message = consumer.receive(120_000);
                assertThat(message).as("a message for %s", request).isNotNull();
                found.add((TextMessage) message);
            }
        });
        return found.get(0);
    }

    @Override
    public void close() throws Exception {
        stop();
        world.close();
    }
}
