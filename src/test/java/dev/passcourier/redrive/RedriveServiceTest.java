package dev.passcourier.redrive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.EmbeddedBroker;
import dev.passcourier.broker.FailedMessages;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.PlainSend;
import dev.passcourier.broker.QueueDeclarer;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.Settings;
import dev.passcourier.control.ControlJson;
import dev.passcourier.control.OrderException;
import dev.passcourier.outbox.GoneDestinations;
import dev.passcourier.outbox.OutboxCodec;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.redrive.RedriveOrder.Action;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.WorkCodec;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/** The service on a real broker. */
class RedriveServiceTest {

    private static final String INTAKE = "requests";
    private static final Instant NOW = Instant.now();
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final Duration DEADLINE = Duration.ofMinutes(30);

    @TempDir
    Path directory;

    private final List<AuditEvent> audited = new ArrayList<>();
    private EmbeddedBroker broker;
    private JmsPoolConnectionFactory pool;
    private GoneDestinations gone;
    private RedriveService service;

    @BeforeEach
    void open() throws Exception {
        broker = EmbeddedBroker.start(
                directory.resolve("broker"),
                1,
                new Settings.Broker(null, null, null, null, Map.of()),
                INTAKE,
                Set.of());
        QueueDeclarer.declare(
                broker.access(),
                List.of(
                        INTAKE,
                        "fetch.kakao",
                        "outbox.hook",
                        Queues.DEAD,
                        Queues.EXPIRED,
                        Queues.QUARANTINE,
                        Queues.FAILED));
        pool = broker.access().pool();
        gone = GoneDestinations.open(directory.resolve("disabled"));
        service = service(this::audit);
    }

    private RedriveService service(AuditTrail audit) {
        return new RedriveService(pool, "passcourier", settings(), audit, gone, CLOCK);
    }

    private long audit(AuditEvent event) {
        audited.add(event);
        return audited.size();
    }

    @AfterEach
    void close() throws Exception {
        pool.stop();
        broker.close();
    }

    @Test
    void aFailedRequestGoesBackWithAFreshDeadlineAndItsFirstAttempt() throws Exception {
        put(FailedMessages.failed(work("r-1", "files"), "WRONG_KEY", "WRONG_KEY", NOW.plusSeconds(3600)));

        assertThat(list()).singleElement().satisfies(kept -> {
            assertThat(kept.request()).isEqualTo("r-1");
            assertThat(kept.account()).isEqualTo("kakao");
            assertThat(kept.from()).isEqualTo("fetch.kakao");
            assertThat(kept.verdict()).isEqualTo("WRONG_KEY");
            assertThat(kept.place()).isEqualTo(FailedMessage.Place.FAILED);
            assertThat(kept.refusal()).isNull();
        });
        assertThat(order(Action.RETURN, true).returned()).isZero();
        assertThat(audited).isEmpty();
        assertThat(order(Action.RETURN, false).returned()).isOne();

        FetchWork returned = WorkCodec.fromBytes(body(take("fetch.kakao")));
        assertThat(returned.deadline()).isEqualTo(NOW.plus(DEADLINE));
        assertThat(returned.attempt()).isOne();
        assertThat(returned.failures()).isZero();
        assertThat(list()).isEmpty();
        assertThat(audited).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo(AuditEvent.Type.REDRIVEN);
            assertThat(event.facts())
                    .containsEntry(Fact.REQUEST, "r-1")
                    .containsEntry(Fact.QUEUE, "fetch.kakao")
                    .containsEntry(Fact.CODE, "WRONG_KEY");
        });
    }

    @Test
    void aFailedDeliveryGoesBackUnderItsOwnIdAndKeepsItsLifetime() throws Exception {
        put(FailedMessages.failed(delivery(NOW.plusSeconds(3600)), "FAILED", "SMTP_550", NOW.plusSeconds(3600)));

        assertThat(order(Action.RETURN, false).returned()).isOne();

        Message returned = take("outbox.hook");
        assertThat(returned.getStringProperty("pcDelivery")).isEqualTo("dlv_1");
        assertThat(returned.getIntProperty("pcAttempt")).isOne();
        assertThat(returned.getLongProperty("pcFirstTryAt")).isEqualTo(NOW.toEpochMilli());
        assertThat(returned.propertyExists(MessageProperties.VERDICT)).isFalse();
        assertThat(returned.getJMSExpiration()).isPositive();
        assertThat(audited.get(0).facts())
                .containsEntry(Fact.DELIVERY, "dlv_1")
                .containsEntry(Fact.ALIAS, "hook")
                .containsEntry(Fact.KIND, "RESULT");
    }

    /** What was sent is not sent once more: neither its lifetime nor a destination that is gone stands in the way. */
    @Test
    void aQuarantinedConfirmationGoesBackAsTheConfirmationThatItWas() throws Exception {
        OutboxItem item = new OutboxItem(
                OutboxItem.Kind.RESULT,
                "hook",
                "dlv_1",
                "r-9",
                "i-9",
                5,
                NOW.minusSeconds(60),
                NOW.minusSeconds(1),
                "application/jose",
                new byte[] {1});
        OutboundMessage confirmation = OutboxCodec.confirmation(item, "JMS_SENT");
        Map<String, Object> marks = new HashMap<>(confirmation.properties());
        marks.put(MessageProperties.OWN, true);
        put(quarantined(confirmation.queue(), confirmation.body(), marks));
        gone.destination("hook", "https://localhost/").disable();

        assertThat(order(Action.RETURN, false).returned()).isOne();

        Message returned = take("outbox.hook");
        assertThat(returned.getStringProperty(MessageProperties.SENT)).isEqualTo("JMS_SENT");
        assertThat(returned.getStringProperty(MessageProperties.DELIVERY)).isEqualTo("dlv_1");
        assertThat(returned.getIntProperty(MessageProperties.ATTEMPT)).isEqualTo(5);
        assertThat(returned.getJMSExpiration()).isZero();
        assertThat(body(returned)).isEqualTo(confirmation.body());
        assertThat(list()).isEmpty();
        assertThat(audited).singleElement().satisfies(event -> assertThat(event.facts())
                .containsEntry(Fact.DELIVERY, "dlv_1")
                .containsEntry(Fact.QUEUE, "outbox.hook"));
    }

    @Test
    void withoutARecordNothingMoves() throws Exception {
        put(FailedMessages.failed(work("r-1", "files"), "DENIED", "HTTP_403", null));
        RedriveService withoutTrail = service(event -> {
            throw new IllegalStateException("the disk is full");
        });

        assertThatThrownBy(() -> withoutTrail.answer(any(Action.RETURN, false)))
                .isInstanceOf(IllegalStateException.class);

        Awaitility.await("the broker's pause after a rollback").until(() -> list().size() == 1);
        assertThat(order(Action.RETURN, false).returned()).isOne();
        assertThat(list()).isEmpty();
        assertThat(take("fetch.kakao")).isNotNull();
    }

    @Test
    void whatALaterReleaseSentStaysForThatRelease() throws Exception {
        put(quarantined(INTAKE, "{}".getBytes(StandardCharsets.UTF_8), Map.of("pcOwn", true, "pcFormat", 2)));

        assertThat(order(Action.RETURN, false).returned()).isZero();

        assertThat(list()).singleElement().satisfies(kept -> assertThat(kept.refusal())
                .isEqualTo(FailedMessage.Refusal.NOT_READABLE));
    }

    @Test
    void aStrangersMessageGoesBackToTheIntakeInItsSendersName() throws Exception {
        put(quarantined(
                INTAKE,
                "{}".getBytes(StandardCharsets.UTF_8),
                Map.of(MessageProperties.REFERENCE, "ID:theirs", MessageProperties.USER, "ticketing")));

        assertThat(order(Action.RETURN, false).returned()).isOne();

        Message returned = take(INTAKE);
        assertThat(WorkCodec.originFromText(returned.getStringProperty("pcOrigin")))
                .isEqualTo(new Origin(Origin.Source.JMS, "ID:theirs", "ticketing", null, 0));
        assertThat(returned.propertyExists(MessageProperties.OWN)).isFalse();
        assertThat(audited.get(0).facts()).containsEntry(Fact.REFERENCE, "ID:theirs");
    }

    @Test
    void nobodyGainsRightsByAReturn() throws Exception {
        OutboundMessage forged = work("forged", "files");
        put(quarantined(
                "fetch.kakao",
                forged.body(),
                Map.of(MessageProperties.REFERENCE, "ID:x", MessageProperties.USER, "ticketing")));
        put(quarantined(INTAKE, forged.body(), Map.of()));
        put(quarantined(INTAKE, new byte[65 * 1024], Map.of(MessageProperties.REFERENCE, "ID:x")));
        put(quarantined("fetch.other", forged.body(), Map.of(MessageProperties.OWN, true)));
        put(quarantined(Queues.EXPIRED, forged.body(), Map.of(MessageProperties.OWN, true)));
        put(quarantined("fetch.kakao", new byte[] {'?'}, Map.of(MessageProperties.OWN, true)));
        put(FailedMessages.failed(work("r-2", "elsewhere"), "DENIED", "HTTP_403", null));
        put(FailedMessages.failed(work("r-3", "hook"), "DENIED", "HTTP_403", null));
        put(FailedMessages.failed(delivery(NOW.minusSeconds(1)), "FAILED", "SMTP_550", null));

        RedriveAnswer answer = order(Action.RETURN, false);

        assertThat(answer.returned()).isZero();
        assertThat(answer.found())
                .extracting(FailedMessage::refusal)
                .containsExactlyInAnyOrder(
                        FailedMessage.Refusal.SENDER_UNKNOWN,
                        FailedMessage.Refusal.SENDER_UNKNOWN,
                        FailedMessage.Refusal.MESSAGE_TYPE,
                        FailedMessage.Refusal.QUEUE_UNKNOWN,
                        FailedMessage.Refusal.QUEUE_UNKNOWN,
                        FailedMessage.Refusal.NOT_READABLE,
                        FailedMessage.Refusal.DESTINATION_UNKNOWN,
                        FailedMessage.Refusal.NOT_ALLOWED,
                        FailedMessage.Refusal.EXPIRED);
        assertThat(audited).isEmpty();
    }

    @Test
    void returnsOnlyWhatTheOrderIsAbout() throws Exception {
        put(FailedMessages.failed(work("r-1", "files"), "DENIED", "HTTP_403", null));
        put(FailedMessages.failed(work("r-2", "files"), "WRONG_KEY", "KEY_MISSING", null));
        put(FailedMessages.failed(delivery(NOW.plusSeconds(3600)), "FAILED", "SMTP_550", null));

        assertThat(found(null, "kakao", null, null, null, null)).hasSize(2);
        assertThat(found(null, null, "hook", null, null, null)).hasSize(1);
        assertThat(found(null, null, null, "WRONG_KEY", null, null)).containsExactly("r-2");
        assertThat(found(null, null, null, null, "HTTP_403", null)).containsExactly("r-1");
        assertThat(found("r-2", null, null, null, null, null)).containsExactly("r-2");
        assertThat(found(list().get(0).message(), null, null, null, null, null)).hasSize(1);
        assertThat(found(null, null, null, null, null, FailedMessage.Place.QUARANTINE))
                .isEmpty();

        RedriveOrder one = new RedriveOrder(Action.RETURN, "r-2", null, null, null, null, null, false);
        assertThat(service.answer(one).returned()).isOne();
        assertThat(list())
                .extracting(FailedMessage::request)
                .doesNotContain("r-2")
                .hasSize(2);
    }

    @Test
    void aDestinationThatIsGoneGetsNothingBackUntilItIsEnabled() throws Exception {
        Path marker = directory.resolve("disabled/hook");
        Files.writeString(marker, "0");
        gone = GoneDestinations.open(directory.resolve("disabled"));
        service = service(this::audit);
        put(FailedMessages.failed(delivery(NOW.plusSeconds(3600)), "FAILED", "HTTP_410", null));

        assertThat(order(Action.RETURN, false).found())
                .extracting(FailedMessage::refusal)
                .containsExactly(FailedMessage.Refusal.DESTINATION_GONE);

        RedriveOrder enable = new RedriveOrder(Action.ENABLE, null, null, "hook", null, null, null, false);
        assertThat(service.answer(enable).enabled()).isTrue();
        assertThat(marker).doesNotExist();
        assertThat(service.answer(enable).enabled()).isFalse();
        assertThat(order(Action.RETURN, false).returned()).isOne();
    }

    @Test
    void saysWhichNameWasMeantInsteadOfFindingNothing() throws Exception {
        put(FailedMessages.failed(work("r-1", "files"), "DENIED", "HTTP_403", null));

        assertThat(refused(null, null, "WRONGKEY"))
                .isEqualTo("there is no verdict WRONGKEY; did you mean 'WRONG_KEY'?");
        assertThat(refused("kako", null, null)).isEqualTo("there is no account kako; did you mean 'kakao'?");
        assertThat(refused(null, "hok", null)).isEqualTo("there is no destination hok; did you mean 'hook'?");
        assertThat(refused(Action.ENABLE, null, "hok", null)).contains("did you mean 'hook'?");
        assertThat(catchThrowableOfType(OrderException.class, () -> service.carryOut(ofCode("HTTP403"))))
                .hasMessage("nothing is kept for a code HTTP403; did you mean 'HTTP_403'?");
        assertThat(service.carryOut(ofCode("HTTP_404")).found())
                .as("another code is not a misspelt one")
                .isEmpty();
        assertThat(service.carryOut(any(Action.LIST, false)).found()).hasSize(1);
        assertThat(service.carryOut(new RedriveOrder(Action.LIST, null, null, null, "WRONG_KEY", null, null, false))
                        .found())
                .isEmpty();
    }

    private static RedriveOrder ofCode(String code) {
        return new RedriveOrder(Action.LIST, null, null, null, null, code, null, false);
    }

    private String refused(String account, String destination, String verdict) {
        return refused(Action.LIST, account, destination, verdict);
    }

    private String refused(Action action, String account, String destination, String verdict) {
        RedriveOrder order = new RedriveOrder(action, null, account, destination, verdict, null, null, false);
        return catchThrowableOfType(OrderException.class, () -> service.carryOut(order))
                .getMessage();
    }

    @Test
    void ordersAndAnswersAreStrictJson() throws Exception {
        RedriveOrder order = any(Action.RETURN, true);
        assertThat(ControlJson.read(ControlJson.bytes(order), RedriveOrder.class))
                .contains(order);
        put(FailedMessages.failed(work("r-1", "files"), "DENIED", "HTTP_403", null));
        RedriveAnswer answer = order(Action.LIST, false);
        assertThat(ControlJson.read(ControlJson.bytes(answer), RedriveAnswer.class))
                .contains(answer);
        for (String garbage : List.of(
                "",
                "null",
                "[]",
                "{}",
                "{\"action\":\"DROP\"}",
                "{\"action\":\"LIST\",\"dryRun\":false,\"shell\":\"x\"}",
                "{\"action\":\"LIST\",\"dryRun\":false}{}",
                "{\"action\":\"LIST\",\"action\":\"RETURN\",\"dryRun\":false}",
                "[".repeat(1000))) {
            assertThat(ControlJson.read(garbage.getBytes(StandardCharsets.UTF_8), RedriveOrder.class))
                    .as(garbage)
                    .isEmpty();
        }
    }

    private List<String> found(
            String id, String account, String destination, String verdict, String code, FailedMessage.Place queue) {
        return service
                .answer(new RedriveOrder(Action.LIST, id, account, destination, verdict, code, queue, false))
                .found()
                .stream()
                .map(FailedMessage::request)
                .toList();
    }

    private List<FailedMessage> list() {
        return order(Action.LIST, false).found();
    }

    private RedriveAnswer order(Action action, boolean dryRun) {
        return service.answer(any(action, dryRun));
    }

    private static RedriveOrder any(Action action, boolean dryRun) {
        return new RedriveOrder(action, null, null, null, null, null, null, dryRun);
    }

    private static OutboundMessage work(String id, String destination) {
        PasswordRequest request =
                new PasswordRequest(id, "kakao", "vm-1", Map.of(), null, List.of(destination), null, null, null);
        Origin origin = new Origin(Origin.Source.FILE, "sha:1", null, "b-1", 1);
        FetchWork work = new FetchWork(request, origin, NOW.minusSeconds(60), NOW.minusSeconds(1), 7, 3);
        return new OutboundMessage(
                "fetch.kakao", WorkCodec.toBytes(work), Map.of(MessageProperties.REQUEST, id), null, null);
    }

    private static OutboundMessage delivery(Instant notAfter) {
        return OutboxCodec.outboundMessage(
                new OutboxItem(
                        OutboxItem.Kind.RESULT,
                        "hook",
                        "dlv_1",
                        "r-9",
                        "i-9",
                        5,
                        NOW.minusSeconds(60),
                        notAfter,
                        "application/jose",
                        new byte[] {1}),
                null);
    }

    private static OutboundMessage quarantined(String from, byte[] body, Map<String, Object> marks) {
        Map<String, Object> properties = new HashMap<>(marks);
        properties.put(MessageProperties.FROM, from);
        properties.put(MessageProperties.REASON, "TOO_MANY_ATTEMPTS");
        return new OutboundMessage(Queues.QUARANTINE, body, properties, null, null);
    }

    private void put(OutboundMessage outboundMessage) throws JMSException {
        try (Connection connection = pool.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            PlainSend.send(session, outboundMessage, NOW);
        }
    }

    private Message take(String queue) throws JMSException {
        try (Connection connection = pool.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                var consumer = session.createConsumer(session.createQueue(queue))) {
            connection.start();
            return consumer.receive(10_000);
        }
    }

    private static byte[] body(Message message) throws JMSException {
        BytesMessage bytes = (BytesMessage) message;
        byte[] body = new byte[(int) bytes.getBodyLength()];
        bytes.readBytes(body);
        return body;
    }

    private Settings settings() {
        Settings.Account account = new Settings.Account(
                "any",
                null,
                null,
                1,
                false,
                true,
                Settings.AfterDelivery.KEEP,
                null,
                false,
                JsonNodeFactory.instance.objectNode());
        Settings.Destination destination = new Settings.Destination(
                null, 4, new Settings.WebhookChannel(URI.create("https://localhost/"), List.of(), null, false));
        Settings.Rule rule = new Settings.Rule(
                "files", List.of("file"), List.of(), List.of(), List.of("*"), List.of("*"), List.of("files"));
        return new Settings(
                new Settings.Service(
                        directory,
                        DEADLINE,
                        Duration.ofDays(1),
                        Duration.ofDays(30),
                        1,
                        directory.resolve("sign"),
                        directory.resolve("rest"),
                        null,
                        1,
                        null,
                        null,
                        null,
                        List.of()),
                new Settings.Broker(null, null, null, null, Map.of()),
                new Settings.Sources(new Settings.JmsSource(INTAKE, 8, null, null, null), null),
                Map.of(),
                Map.of("kakao", account),
                Map.of(),
                Map.of("hook", destination, "files", destination),
                Map.of(),
                Map.of(),
                new Settings.Policy(List.of(rule), Map.of(), List.of()),
                new Settings.LedgerStore(null, null, null),
                Settings.Retention.FOREVER,
                null);
    }
}
