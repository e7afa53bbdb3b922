package dev.passcourier.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings;
import dev.passcourier.secrecy.CapturedOutput;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Session;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.springframework.jms.core.JmsTemplate;

class EmbeddedBrokerTest {

    private static final String INTAKE = "password.requests";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final int MORE_THAN_THE_BROKER_ALLOWS_ELSEWHERE = 11;

    @TempDir
    static Path directory;

    private static final List<AuditEvent> AUDITED = new CopyOnWriteArrayList<>();
    private static final List<InboundMessage> ARRIVALS = new CopyOnWriteArrayList<>();
    private static final AtomicInteger REFUSED = new AtomicInteger();
    private static volatile boolean auditBroken;
    private static EmbeddedBroker broker;
    private static JmsPoolConnectionFactory pool;
    private static DefaultCamelContext camel;
    private static QueueDepths depths;

    @BeforeAll
    static void start() throws Exception {
        Path password = directory.resolve("ticketing.password");
        Files.createFile(password, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(password, "canary-broker-user");
        Settings.Broker settings = new Settings.Broker(
                null,
                null,
                null,
                new Settings.Acceptor("127.0.0.1", 0, null, null),
                Map.of(
                        "ticketing",
                        new Settings.BrokerUser(
                                new SecretRef("{{file:" + password + "}}"),
                                List.of(Settings.BrokerUser.Role.REQUESTER))));
        broker = EmbeddedBroker.start(directory.resolve("broker"), 1, settings, INTAKE, Set.of("tickets"));
        List<String> queues =
                List.of(INTAKE, "work", "tickets", Queues.DEAD, Queues.EXPIRED, Queues.QUARANTINE, Queues.FAILED);
        QueueDeclarer.declare(broker.access(), queues);
        depths = new QueueDepths(broker.access(), queues);
        broker.listen();
        pool = broker.access().pool();
        startRoutes();
    }

    private static void startRoutes() throws Exception {
        camel = new DefaultCamelContext();
        camel.getRegistry().bind("broker", BrokerComponent.on(pool));
        camel.getRegistry()
                .bind(
                        "arrival",
                        new ArrivalStep(
                                new JmsTemplate(pool),
                                broker.access().user(),
                                INTAKE,
                                event -> {
                                    if (auditBroken) {
                                        REFUSED.incrementAndGet();
                                        throw new IllegalStateException("the disk is full");
                                    }
                                    AUDITED.add(event);
                                    return AUDITED.size();
                                },
                                Clock.systemUTC()));
        camel.getRegistry().bind("outbound", new OutboundMessageStep());
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:hand-on")
                        .split(body())
                        .stopOnException()
                        .process("outbound")
                        .to("broker:queue:passcourier.dead");
                from("broker:queue:" + INTAKE).process("arrival").process(exchange -> {
                    InboundMessage arrival = exchange.getMessage().getBody(InboundMessage.class);
                    if (new String(arrival.body(), StandardCharsets.UTF_8).equals("poison")) {
                        throw new IllegalStateException("cannot handle this");
                    }
                    ARRIVALS.add(arrival);
                });
                from("broker:queue:" + Queues.DEAD).process("arrival").to("direct:hand-on");
                from("broker:queue:work")
                        .process("arrival")
                        .process(exchange -> ARRIVALS.add(exchange.getMessage().getBody(InboundMessage.class)));
            }
        });
        camel.start();
    }

    @AfterAll
    static void stop() throws Exception {
        depths.close();
        camel.close();
        pool.stop();
        broker.close();
    }

    /** The broker is the same for all: nothing of one test is left for the next. */
    @AfterEach
    void clear() throws Exception {
        auditBroken = false;
        await().atMost(PATIENCE).until(() -> {
            Map<String, Long> left = depths.call();
            for (String queue : List.of("tickets", Queues.EXPIRED, Queues.QUARANTINE)) {
                if (left.getOrDefault(queue, 0L) > 0) {
                    receive(queue);
                }
            }
            return left.values().stream().allMatch(count -> count == 0);
        });
        ARRIVALS.clear();
        AUDITED.clear();
        REFUSED.set(0);
    }

    /** Each from an address of its own, as one peer is named once in a while. */
    @ParameterizedTest
    @CsvSource({
        "2, AMQP, 414d5150 03 01 00 00",
        "3, STOMP, 434f4e4e4543540a 0a 00",
        "4, STOMP, 53544f4d500a 6163 0a0a00",
        "5, MQTT, 10 10 0004 4d515454 04 02 003c 0004 74657374",
        "6, OpenWire, 000000f0 01 4163746976654d51 0000000c",
        "7, TLS, 160301 0100 010000fc 0303"
    })
    void aClientOfAnotherProtocolIsNamedOnceAndLetGo(int address, String protocol, String bytes) throws Exception {
        InetAddress from = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) address});
        try (CapturedOutput said = new CapturedOutput()) {
            for (int attempt = 0; attempt < 3; attempt++) {
                try (Socket client = new Socket(InetAddress.getByName("127.0.0.1"), broker.port(), from, 0)) {
                    client.setSoTimeout(20_000);
                    client.getOutputStream().write(HexFormat.of().parseHex(bytes.replace(" ", "")));
                    assertThat(client.getInputStream().read()).isEqualTo(-1);
                }
            }
            assertThat(said.log())
                    .containsOnlyOnce("OTHER_PROTOCOL " + protocol + " at broker.acceptor from 127.0.0." + address
                            + ", which speaks Artemis' core protocol only")
                    .doesNotContain("AMQ2");
        }
    }

    @Test
    void anotherProgramsTextArrivesWithoutHeadersAndIsNotTakenForOurs() throws Exception {
        asTicketing(session -> {
            TextMessage message = session.createTextMessage("{}");
            message.setStringProperty("To", "attacker@example.org");
            message.setStringProperty("pcOrigin", "forged");
            message.setStringProperty("JMSXUserID", "passcourier");
            send(session, message);
        });
        await().atMost(PATIENCE).until(() -> ARRIVALS.size() == 1);
        InboundMessage arrival = ARRIVALS.get(0);
        assertThat(arrival.internal()).isFalse();
        assertThat(arrival.user()).isEqualTo("ticketing");
        assertThat(arrival.properties()).containsEntry("To", "attacker@example.org");
    }

    @Test
    void aMessageWithoutAnIdGetsOneFromTheBroker() throws Exception {
        asTicketing(session -> {
            try (MessageProducer producer = session.createProducer(session.createQueue(INTAKE))) {
                producer.setDisableMessageID(true);
                producer.send(session.createTextMessage("first"));
                producer.send(session.createTextMessage("second"));
                producer.send(session.createTextMessage("x".repeat(ArrivalStep.MAX_REQUEST + 1)));
            }
        });
        await().atMost(PATIENCE).until(() -> ARRIVALS.size() == 2);
        assertThat(ARRIVALS)
                .extracting(InboundMessage::messageId)
                .allMatch(id -> id.matches("core:[0-9]+[.][0-9]+"))
                .doesNotHaveDuplicates();
        receive(Queues.QUARANTINE);
        assertThat(AUDITED.get(0).facts().get(AuditEvent.Fact.REFERENCE)).startsWith("core:");
    }

    @Test
    void whatWeSendOurselvesIsKnownAsOurs() {
        handOn(new OutboundMessage(
                "work", "hello".getBytes(StandardCharsets.UTF_8), Map.of("pcAttempt", 2), null, null));
        await().atMost(PATIENCE).until(() -> ARRIVALS.size() == 1);
        assertThat(ARRIVALS.get(0).internal()).isTrue();
        assertThat(ARRIVALS.get(0).properties()).isEqualTo(Map.of("pcAttempt", 2, "pcFormat", 1));
        assertThat(ARRIVALS.get(0).body()).asString(StandardCharsets.UTF_8).isEqualTo("hello");
    }

    /** On an external broker that nodes of two releases share. */
    @Test
    void whatALaterReleaseOfOursHasSentGoesToQuarantineByName() throws Exception {
        handOn(new OutboundMessage("work", new byte[] {1}, Map.of("pcFormat", 2, "pcRequest", "r-1"), null, null));
        Message quarantined = receive(Queues.QUARANTINE);
        assertThat(quarantined.getStringProperty("pcReason")).isEqualTo("DATA_NEWER");
        assertThat(quarantined.getIntProperty("pcFormat"))
                .as("for that release")
                .isEqualTo(2);
        assertThat(AUDITED).singleElement().satisfies(event -> assertThat(event.facts())
                .containsEntry(AuditEvent.Fact.CODE, "DATA_NEWER")
                .containsEntry(AuditEvent.Fact.REQUEST, "r-1"));
        assertThat(ARRIVALS).isEmpty();
    }

    @Test
    void anOutboundMessageWithATimeIsHandedOutNotBeforeIt() {
        Instant notBefore = Instant.now().plusMillis(700);
        handOn(new OutboundMessage("work", new byte[] {1}, Map.of(), notBefore, null));
        await().atMost(PATIENCE).until(() -> ARRIVALS.size() == 1);
        assertThat(Instant.now()).isAfterOrEqualTo(notBefore);
    }

    @Test
    void anOutboundMessageThatOutlivesItsTimeGoesToTheExpiryQueue() throws Exception {
        Instant soon = Instant.now().plusMillis(200);
        handOn(new OutboundMessage("tickets", new byte[] {1}, Map.of("pcDelivery", "dlv_1"), null, soon));
        await().atMost(PATIENCE).until(() -> Instant.now().isAfter(soon));
        // The broker looks by itself every half minute, and at once where somebody asks.
        assertThat(receiveNow("tickets")).isNull();
        Message expired = receive(Queues.EXPIRED);
        assertThat(expired.getStringProperty("pcDelivery")).isEqualTo("dlv_1");
    }

    @Test
    void aMessageThatFailsTooOftenIsQuarantinedWithItsReasonAndTheNextOnesGoOn() throws Exception {
        AddressSettings shipped = broker.settings(INTAKE);
        assertThat(shipped.getRedeliveryDelay())
                .as("milliseconds, doubled each time")
                .isEqualTo(500);
        shipped.setRedeliveryDelay(20);
        asTicketing(session -> send(session, session.createTextMessage("poison")));
        asTicketing(session -> send(session, session.createTextMessage("fine")));
        await().atMost(PATIENCE).until(() -> ARRIVALS.size() == 1);
        Message quarantined = receive(Queues.QUARANTINE);
        assertThat(quarantined.getStringProperty("pcReason")).isEqualTo("TOO_MANY_ATTEMPTS");
        assertThat(quarantined.getStringProperty("pcFrom")).isEqualTo(INTAKE);
        assertThat(((TextMessage) quarantined).getText()).isEqualTo("poison");
        assertThat(AUDITED).extracting(AuditEvent::type).containsExactly(AuditEvent.Type.QUARANTINED);
        shipped.setRedeliveryDelay(500);
    }

    @Test
    void whatTheBrokerGaveUpOnKeepsItsQueueAndItsSender() throws Exception {
        int before = broker.settings(INTAKE).getMaxDeliveryAttempts();
        giveUpAfter(1);
        handOn(new OutboundMessage("tickets", new byte[] {7}, Map.of(MessageProperties.REQUEST, "r-1"), null, null));
        rollBack("tickets");
        Message ours = receive(Queues.QUARANTINE);
        assertThat(ours.getStringProperty("pcFrom")).isEqualTo("tickets");
        assertThat(ours.getStringProperty("pcReason")).isEqualTo("DEAD_LETTERED");
        assertThat(ours.getBooleanProperty("pcOwn")).isTrue();
        asTicketing(session -> {
            TextMessage message = session.createTextMessage("poison");
            message.setStringProperty("_AMQ_ORIG_QUEUE", "tickets");
            message.setBooleanProperty("pcOwn", true);
            send(session, message);
        });
        Message theirs = receive(Queues.QUARANTINE);
        assertThat(theirs.getStringProperty("pcFrom")).isEqualTo(INTAKE);
        assertThat(theirs.getStringProperty("pcUser")).isEqualTo("ticketing");
        assertThat(theirs.getStringProperty("pcReference")).startsWith("ID:");
        assertThat(theirs.propertyExists("pcOwn")).isFalse();
        assertThat(AUDITED)
                .extracting(event -> event.facts().get(AuditEvent.Fact.QUEUE))
                .containsExactly("tickets", INTAKE);
        assertThat(AUDITED.get(0).facts())
                .containsEntry(AuditEvent.Fact.REQUEST, "r-1")
                .containsEntry(AuditEvent.Fact.CODE, "DEAD_LETTERED");
        giveUpAfter(before);
    }

    @Test
    void aDeadLetterThatCannotBeMovedStaysUntilItCan() throws Exception {
        auditBroken = true;
        handOn(new OutboundMessage(Queues.DEAD, new byte[] {7}, Map.of(), null, null));
        await().atMost(PATIENCE).until(() -> REFUSED.get() > MORE_THAN_THE_BROKER_ALLOWS_ELSEWHERE);
        assertThat(AUDITED).isEmpty();
        auditBroken = false;
        assertThat(receive(Queues.QUARANTINE).getStringProperty("pcReason")).isEqualTo("DEAD_LETTERED");
    }

    private static void giveUpAfter(int attempts) {
        for (String queue : List.of(INTAKE, "tickets")) {
            broker.settings(queue).setMaxDeliveryAttempts(attempts);
        }
    }

    private static void rollBack(String queue) throws JMSException {
        try (Connection connection = pool.createConnection();
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
                MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
            connection.start();
            assertThat(consumer.receive(30_000)).isNotNull();
            session.rollback();
        }
    }

    @Test
    void everyQueueHasWhereItsDeadAndItsExpiredGo() {
        for (String queue : List.of(INTAKE, "fetch.any", "outbox.any", "tickets")) {
            assertThat(broker.settings(queue).getDeadLetterAddress().toString()).isEqualTo(Queues.DEAD);
            assertThat(broker.settings(queue).getExpiryAddress().toString()).isEqualTo(Queues.EXPIRED);
            assertThat(broker.settings(queue).getMaxDeliveryAttempts()).isPositive();
        }
        for (String queue : List.of(Queues.DEAD, Queues.EXPIRED, Queues.QUARANTINE, Queues.FAILED)) {
            assertThat(broker.settings(queue).getDeadLetterAddress().toString()).isEqualTo(Queues.DEAD);
            assertThat(broker.settings(queue).getExpiryAddress().toString()).isEqualTo(Queues.EXPIRED);
            assertThat(broker.settings(queue).getMaxDeliveryAttempts())
                    .as("%s: past a limit, the broker drops what is its own dead letter", queue)
                    .isEqualTo(-1);
        }
    }

    /** What a serialised object could do to its reader: the broker's client would run this. */
    private static final class Gadget implements Serializable {

        private static final long serialVersionUID = 1L;
        private static final AtomicInteger READ = new AtomicInteger();

        private void readObject(ObjectInputStream in) {
            READ.incrementAndGet();
        }
    }

    /** Makes a message of some type. */
    private interface Maker {
        Message in(Session session) throws JMSException;
    }

    static Stream<Arguments> messagesOfOtherTypes() {
        return Stream.of(
                arguments("object", (Maker) session -> session.createObjectMessage(new Gadget())),
                arguments("map", (Maker) session -> {
                    MapMessage map = session.createMapMessage();
                    map.setString("id", "r-1");
                    return map;
                }),
                arguments("stream", (Maker) session -> {
                    StreamMessage stream = session.createStreamMessage();
                    stream.writeString("{}");
                    return stream;
                }),
                arguments("bare", (Maker) Session::createMessage));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("messagesOfOtherTypes")
    void aMessageThatIsNeitherTextNorBytesIsQuarantinedUnread(String type, Maker maker) throws Exception {
        asTicketing(session -> send(session, maker.in(session)));
        Message quarantined = receive(Queues.QUARANTINE);
        assertThat(quarantined.getStringProperty("pcReason")).as(type).isEqualTo("MESSAGE_TYPE");
        assertThat(ARRIVALS).isEmpty();
        assertThat(Gadget.READ).hasValue(0);
    }

    @Test
    void aRequestThatIsTooLargeIsQuarantined() throws Exception {
        asTicketing(session -> send(session, session.createTextMessage("x".repeat(ArrivalStep.MAX_REQUEST + 1))));
        assertThat(receive(Queues.QUARANTINE).getStringProperty("pcReason")).isEqualTo("MESSAGE_TOO_LARGE");
        asTicketing(session -> send(session, session.createTextMessage("x".repeat(ArrivalStep.MAX_REQUEST))));
        await().atMost(PATIENCE).until(() -> ARRIVALS.size() == 1);
    }

    @Test
    void aRequestThatIsFarTooLargeIsQuarantinedWhole() throws Exception {
        String huge = "x".repeat(1_000_000);
        asTicketing(session -> send(session, session.createTextMessage(huge)));
        assertThat(((TextMessage) receive(Queues.QUARANTINE)).getText()).isEqualTo(huge);
        asTicketing(session -> {
            BytesMessage message = session.createBytesMessage();
            message.writeBytes(huge.getBytes(StandardCharsets.UTF_8));
            send(session, message);
        });
        assertThat(((BytesMessage) receive(Queues.QUARANTINE)).getBodyLength()).isEqualTo(huge.length());
    }

    /** What is inside would be nobody's, and no JMS client could take the message off its queue. */
    @ParameterizedTest
    @EnumSource(names = {"AMQP_IN_CORE", "AMQP_VALUE_IN_CORE"})
    void amqpInsideACoreMessageIsRefusedByTheBroker(WireProtocol protocol) {
        assertThatThrownBy(() -> sendBy(protocol)).hasMessageContaining("MESSAGE_TYPE");
    }

    @ParameterizedTest
    @EnumSource(names = {"AMQP", "OPENWIRE", "STOMP", "MQTT"})
    void speaksNoOtherProtocolThanItsOwn(WireProtocol protocol) {
        assertThatThrownBy(() -> sendBy(protocol)).isInstanceOf(WireProtocol.NotOfferedException.class);
    }

    private static void sendBy(WireProtocol protocol) throws Exception {
        protocol.send(
                ClientLogin.as(
                        new BrokerAccess(url(), "ticketing", "canary-broker-user"),
                        ManyProtocols.connector(broker.port())),
                INTAKE,
                "{}".getBytes(StandardCharsets.UTF_8),
                List.of(Map.of()));
    }

    /** A client reads a text whole, and unpacks what is compressed, before anybody can look at its size. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMessageThatWouldFillOurMemoryIsRefusedByTheBroker(boolean compressed) throws Exception {
        String bomb = "x".repeat(compressed ? 16 << 20 : MessageLimits.LARGEST);
        try (ActiveMQConnectionFactory factory =
                new ActiveMQConnectionFactory(url(), "ticketing", "canary-broker-user")) {
            factory.setCompressLargeMessage(compressed);
            factory.setMinLargeMessageSize(1000);
            try (Connection connection = factory.createConnection();
                    Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
                assertThatThrownBy(() -> send(session, session.createTextMessage(bomb)))
                        .isInstanceOf(JMSException.class)
                        .hasMessageContaining("MESSAGE_TOO_LARGE");
            }
        }
        asTicketing(session -> send(session, session.createTextMessage("fine")));
        await().atMost(PATIENCE).until(() -> ARRIVALS.size() == 1);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(directory.resolve("broker/large"))
                .isEmptyDirectory());
    }

    @Test
    void aStrangersClaimsDoNotReachQuarantineUnderOurName() throws Exception {
        asTicketing(session -> {
            ObjectMessage message = session.createObjectMessage(new ArrayList<>(List.of("gadget")));
            message.setStringProperty("pcOrigin", "forged");
            message.setStringProperty(MessageProperties.REQUEST, "r-1");
            send(session, message);
        });
        Message quarantined = receive(Queues.QUARANTINE);
        assertThat(quarantined.propertyExists("pcOrigin")).isFalse();
        assertThat(quarantined.getStringProperty("pcReason")).isEqualTo("MESSAGE_TYPE");
        assertThat(AUDITED).singleElement().satisfies(event -> assertThat(event.facts())
                .doesNotContainKey(AuditEvent.Fact.REQUEST));
    }

    @Test
    void ourOwnPoisonIsRecordedWithTheRequestThatEndsByIt() throws Exception {
        byte[] tooLarge = new byte[ArrivalStep.MAX_REQUEST + 1];
        handOn(new OutboundMessage(INTAKE, tooLarge, Map.of(MessageProperties.REQUEST, "r-1"), null, null));
        receive(Queues.QUARANTINE);
        assertThat(AUDITED).singleElement().satisfies(event -> assertThat(event.facts())
                .containsEntry(AuditEvent.Fact.REQUEST, "r-1")
                .containsEntry(AuditEvent.Fact.CODE, "MESSAGE_TOO_LARGE"));
    }

    @Test
    void aRequesterMaySendRequestsAndNothingElse() {
        assertThatThrownBy(() -> asTicketing(session ->
                        session.createProducer(session.createQueue("work")).send(session.createTextMessage("{}"))))
                .isInstanceOf(JMSSecurityException.class);
        assertThatThrownBy(() -> asTicketing(session -> session.createConsumer(session.createQueue("tickets"))))
                .isInstanceOf(JMSSecurityException.class);
    }

    @Test
    void aWrongPasswordOpensNothing() {
        assertThatThrownBy(() -> new ActiveMQConnectionFactory(url(), "ticketing", "wrong").createConnection())
                .isInstanceOf(JMSSecurityException.class);
    }

    @Test
    void whatWasSentUnderOneIdIsNotSentAgain() throws Exception {
        JmsIntakeSender sender = new JmsIntakeSender(pool);
        List<OutboundMessage> lines = List.of(
                new OutboundMessage("tickets", new byte[] {1}, Map.of(), null, null),
                new OutboundMessage("tickets", new byte[] {2}, Map.of(), null, null));
        assertThat(sender.send(lines, "sha256-of-the-file")).isTrue();
        assertThat(sender.send(lines, "sha256-of-the-file")).isFalse();
        receive("tickets");
        receive("tickets");
        assertThat(receiveNow("tickets")).isNull();
    }

    /** Or who may ask could have the next run of a schedule dropped as a repetition. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nobodyElseUsesUpAnIdOfOurs(boolean asText) throws Exception {
        String ours = "nightly@2026-03-02T02:00:00Z" + asText;
        asTicketing(session -> {
            for (String id : List.of(ours, "passcourier:" + ours)) {
                TextMessage claim = session.createTextMessage("{}");
                if (asText) {
                    claim.setStringProperty("_AMQ_DUPL_ID", id);
                } else {
                    ((ActiveMQMessage) claim)
                            .getCoreMessage()
                            .putBytesProperty(
                                    "_AMQ_DUPL_ID", SimpleString.of(id).getData());
                }
                if (id.equals(ours)) {
                    send(session, claim);
                } else {
                    assertThatThrownBy(() -> send(session, claim))
                            .isInstanceOf(JMSException.class)
                            .hasMessageContaining("DUPLICATE_ID_RESERVED");
                }
            }
        });

        assertThat(new JmsIntakeSender(pool)
                        .send(List.of(new OutboundMessage(INTAKE, new byte[] {1}, Map.of(), null, null)), ours))
                .isTrue();
    }

    private static void handOn(OutboundMessage outboundMessage) {
        camel.createProducerTemplate().sendBody("direct:hand-on", List.of(outboundMessage));
    }

    private static Message receive(String queue) throws JMSException {
        try (Connection connection = pool.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
            connection.start();
            Message message = consumer.receive(30_000);
            assertThat(message).as("a message on %s", queue).isNotNull();
            return message;
        }
    }

    private static @Nullable Message receiveNow(String queue) throws JMSException {
        try (Connection connection = pool.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
            connection.start();
            return consumer.receiveNoWait();
        }
    }

    private static String url() {
        return "tcp://127.0.0.1:" + broker.port();
    }

    private interface Act {
        void with(Session session) throws JMSException;
    }

    private static void asTicketing(Act act) throws JMSException {
        try (ActiveMQConnectionFactory factory =
                        new ActiveMQConnectionFactory(url(), "ticketing", "canary-broker-user");
                Connection connection = factory.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            act.with(session);
        }
    }

    private static void send(Session session, Message message) throws JMSException {
        try (MessageProducer producer = session.createProducer(session.createQueue(INTAKE))) {
            producer.send(message);
        }
    }
}
