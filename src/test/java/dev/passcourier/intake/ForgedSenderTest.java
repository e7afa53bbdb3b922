package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.broker.ArrivalStep;
import dev.passcourier.broker.BrokerComponent;
import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.ManyProtocols;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.Queues;
import dev.passcourier.broker.SenderIdentity;
import dev.passcourier.broker.WireProtocol;
import dev.passcourier.config.Settings;
import dev.passcourier.doctor.Diagnosis;
import dev.passcourier.doctor.Doctor;
import dev.passcourier.outbox.GoneDestinations;
import dev.passcourier.outbox.Notices;
import dev.passcourier.redrive.FailedMessage;
import dev.passcourier.redrive.RedriveOrder;
import dev.passcourier.redrive.RedriveService;
import dev.passcourier.request.Origin;
import dev.passcourier.request.TestSigner;
import dev.passcourier.request.WorkCodec;
import dev.passcourier.service.RequestSignatures;
import jakarta.jms.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.springframework.jms.core.JmsTemplate;

/**
 * Another program, logged in as itself, pretends in every protocol of an operator's broker to be somebody else: a user
 * who may ask for more, or the service itself.
 */
class ForgedSenderTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String ALICE = "alice";
    private static final String STAMP = "_AMQ_VALIDATED_USER";
    private static final Map<String, String> AS_US = Map.of(STAMP, ManyProtocols.US);
    private static final String NOBODY = "-";

    @TempDir
    static Path directory;

    private static FollowedTrail audit;
    private static final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
    private static ManyProtocols broker;
    private static JmsPoolConnectionFactory pool;
    private static DefaultCamelContext camel;
    private static TestSigner ci;
    private static CheckRequestStep check;
    private static int asked;

    /** A message after its arrival step, and what the intake's check then put on record. */
    private record Seen(InboundMessage arrival, String user, String end) {}

    @BeforeAll
    static void listen() throws Exception {
        audit = new FollowedTrail(directory);
        ci = TestSigner.es256();
        Settings.Policy policy = new Settings.Policy(
                List.of(
                        Fakes.rule("jms", ALICE, "ops"),
                        Fakes.rule("jms", ManyProtocols.US, "ops"),
                        Fakes.rule("file", "", "ops"),
                        Fakes.rule("jms", ManyProtocols.ORCH, "files"),
                        new Settings.Rule(
                                "signed",
                                List.of("jms"),
                                List.of(),
                                List.of("ci"),
                                List.of("*"),
                                List.of("*"),
                                List.of("ops"))),
                Map.of("ci", new Settings.Signer(ci.publicKey(directory.resolve("ci.jwk")), null)),
                List.of());
        Fakes.HandClock clock = new Fakes.HandClock(NOW.toString());
        check = new CheckRequestStep(
                Fakes.withPolicy(Fakes.settings(directory), policy),
                audit,
                audit.ledger(),
                new Notices((request, alias) -> request + "|" + alias, account -> true),
                RequestSignatures.load(policy, clock),
                clock);
        broker = ManyProtocols.start(directory.resolve("broker"));
        pool = broker.access().pool();
        ArrivalStep arrival =
                new ArrivalStep(new JmsTemplate(pool), ManyProtocols.US, ManyProtocols.INTAKE, audit, clock);
        camel = new DefaultCamelContext();
        camel.getRegistry().bind("broker", BrokerComponent.on(pool));
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                for (String queue : List.of(ManyProtocols.INTAKE, "fetch.cloud", Queues.DEAD)) {
                    from("broker:queue:" + queue).process(arrival).process(ForgedSenderTest::see);
                }
            }
        });
        camel.start();
    }

    private static void see(Exchange exchange) {
        InboundMessage arrival = exchange.getMessage().getBody(InboundMessage.class);
        if (!arrival.queue().equals(ManyProtocols.INTAKE)) {
            seen.add(new Seen(arrival, "", ""));
            return;
        }
        check.check(arrival);
        Map<Fact, String> last = audit.last().facts();
        AuditEvent asked = audit.events.get(Math.max(0, audit.events.size() - 2));
        String user = last.getOrDefault(Fact.USER, asked.facts().getOrDefault(Fact.USER, NOBODY));
        String source = last.getOrDefault(Fact.SOURCE, asked.facts().getOrDefault(Fact.SOURCE, ""));
        seen.add(new Seen(arrival, source + " " + user, last.getOrDefault(Fact.CODE, "ALLOWED")));
    }

    @AfterAll
    static void stop() throws Exception {
        if (camel != null) {
            camel.close();
        }
        if (pool != null) {
            pool.stop();
        }
        if (broker != null) {
            broker.close();
        }
        if (audit != null) {
            audit.close();
        }
    }

    private static byte[] request(String destination) {
        asked++;
        return ("{\"id\":\"r-" + asked + "\",\"account\":\"huawei\",\"instance\":\"i-1\",\"deliverTo\":[\""
                        + destination + "\"]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Seen send(WireProtocol wire, String queue, byte[] body, Map<String, String> claims)
            throws Exception {
        broker.send(wire, ManyProtocols.ORCH, queue, body, claims);
        return next();
    }

    private static Seen next() throws InterruptedException {
        Seen next = seen.poll(20, TimeUnit.SECONDS);
        assertThat(next).as("a message arrives").isNotNull();
        return next;
    }

    @Test
    void nobodyIsSomebodyElseInAnyProtocolWhateverItSays() throws Exception {
        String fileOrigin = WorkCodec.originToText(new Origin(Origin.Source.FILE, "a.csv", null, "a.csv", 1));
        List<Map<String, String>> claims = List.of(
                Map.of("JMSXUserID", ALICE),
                Map.of(STAMP, ALICE),
                Map.of("user_id", ALICE),
                Map.of(STAMP, ManyProtocols.US, "pcOrigin", fileOrigin),
                Map.of(STAMP, ManyProtocols.US, "user_id", ManyProtocols.US, "JMSXUserID", ManyProtocols.US));
        List<String> table = new ArrayList<>();
        for (WireProtocol wire : WireProtocol.values()) {
            List<String> rows = new ArrayList<>();
            for (Map<String, String> claim : claims) {
                Seen seen = send(wire, ManyProtocols.INTAKE, request("ops"), claim);
                rows.add(seen.user() + " " + seen.end());
                assertThat(seen.arrival().internal()).as(wire + " " + claim).isFalse();
            }
            assertThat(rows.stream().distinct()).as(wire + " " + rows).hasSize(1);
            table.add(wire + ": " + rows.get(0));
        }
        assertThat(table)
                .containsExactly(
                        "CORE: JMS orch NOT_ALLOWED",
                        "AMQP: JMS - SENDER_NOT_VALIDATED",
                        "AMQP_IN_CORE: JMS - SENDER_NOT_VALIDATED",
                        "AMQP_VALUE_IN_CORE: JMS - REQUEST_NOT_JSON",
                        "OPENWIRE: JMS orch NOT_ALLOWED",
                        "STOMP: JMS orch NOT_ALLOWED",
                        "MQTT: JMS orch NOT_ALLOWED");
    }

    @Test
    void doctorForgesByEveryProtocolAndLeavesNothingBehind() throws Exception {
        List<String> before = ourQueues();

        assertThat(doctor())
                .containsExactlyInAnyOrder(
                        "OK broker.users.core by core the broker names each message's sender, whatever the sender says",
                        "OK broker.users.amqp by AMQP nobody is believed, whatever the sender says, so those requests"
                                + " must be signed",
                        "OK broker.users.amqp-in-core by AMQP in core messages nobody is believed, whatever the sender"
                                + " says, so those requests must be signed",
                        "OK broker.users.amqp-value-in-core by AMQP values in core messages nobody is believed,"
                                + " whatever the sender says, so those requests must be signed",
                        "OK broker.users.openwire by OpenWire the broker names each message's sender, whatever the"
                                + " sender says",
                        "OK broker.users.stomp by STOMP the broker names each message's sender, whatever the sender"
                                + " says",
                        "OK broker.users.mqtt by MQTT the broker names each message's sender, whatever the sender"
                                + " says");
        await("temporary queues go")
                .untilAsserted(() -> assertThat(ourQueues()).containsExactlyInAnyOrderElementsOf(before));
    }

    @Test
    void doctorFindsABrokerThatDoesNotSayWhoSent() throws Exception {
        broker.stampUsers(false);
        try {
            assertThat(doctor())
                    .filteredOn(line -> !line.contains("amqp"))
                    .containsExactlyInAnyOrder(
                            "FAIL broker.users.core by core a sender is believed to be whoever it says: set"
                                    + " populate-validated-user to true there",
                            "FAIL broker.users.openwire by OpenWire a sender is believed to be whoever it says: set"
                                    + " populate-validated-user to true there",
                            "FAIL broker.users.stomp by STOMP a sender is believed to be whoever it says: set"
                                    + " populate-validated-user to true there",
                            "OK broker.users.mqtt by MQTT nobody is believed, whatever the sender says, so those"
                                    + " requests must be signed");
        } finally {
            broker.stampUsers(true);
        }
    }

    /** All but the one that Artemis makes when the first MQTT client comes. */
    private static List<String> ourQueues() throws IOException {
        return broker.queues().stream()
                .filter(queue -> !queue.startsWith("$sys.mqtt."))
                .toList();
    }

    private static List<String> doctor() throws Exception {
        Settings settings = Fakes.withBroker(Fakes.settings(directory), broker.settings(directory));
        List<String> found = new ArrayList<>();
        try (Doctor doctor = new Doctor(directory, Fakes.withoutAccounts(settings), Clock.systemUTC())) {
            doctor.examine(subject -> subject.startsWith("broker.users"), new Doctor.Progress() {
                @Override
                public void found(Diagnosis diagnosis, Duration took) {
                    found.add(diagnosis.level() + " " + diagnosis.subject() + " " + diagnosis.says());
                }

                @Override
                public void waiting(List<String> subjects) {}
            });
        }
        return found;
    }

    @Test
    void everybodyIsWhoTheyAreWhereTheBrokerSaysSo() throws Exception {
        for (WireProtocol wire :
                List.of(WireProtocol.CORE, WireProtocol.OPENWIRE, WireProtocol.STOMP, WireProtocol.MQTT)) {
            Seen seen = send(wire, ManyProtocols.INTAKE, request("files"), Map.of());
            assertThat(seen.user() + " " + seen.end()).as(wire.name()).isEqualTo("JMS orch ALLOWED");
        }
    }

    @Test
    void aSignedRequestPassesOverAmqp() throws Exception {
        String request = "{\"id\":\"s-1\",\"account\":\"huawei\",\"instance\":\"i-1\",\"deliverTo\":[\"ops\"]}";
        String signed = ci.request("ci", "s-1", NOW.plusSeconds(60), request);

        Seen seen = send(WireProtocol.AMQP, ManyProtocols.INTAKE, signed.getBytes(StandardCharsets.UTF_8), Map.of());

        assertThat(seen.end()).isEqualTo("ALLOWED");
        assertThat(seen.arrival().user()).isNull();
    }

    @Test
    void aDivertedMessageIsStillNobodys() throws Exception {
        assertThat(send(WireProtocol.AMQP, ManyProtocols.DIVERTED, request("ops"), Map.of(STAMP, ALICE))
                        .end())
                .isEqualTo("SENDER_NOT_VALIDATED");
        assertThat(send(WireProtocol.CORE, ManyProtocols.DIVERTED, request("ops"), Map.of(STAMP, ALICE))
                        .user())
                .isEqualTo("JMS orch");
    }

    @Test
    void aMessageThatAnOperatorMovesIsStillItsSenders() throws Exception {
        broker.send(WireProtocol.AMQP, ManyProtocols.ORCH, "aside", request("ops"), AS_US);
        broker.move("aside", ManyProtocols.INTAKE);
        assertThat(next().end()).isEqualTo("SENDER_NOT_VALIDATED");

        broker.send(WireProtocol.CORE, ManyProtocols.ORCH, "aside", request("ops"), AS_US);
        broker.move("aside", ManyProtocols.INTAKE);
        assertThat(next().user()).isEqualTo("JMS orch");
    }

    @Test
    void nobodyPutsWorkOfOursOnAQueueOfOurs() throws Exception {
        for (WireProtocol wire : WireProtocol.values()) {
            Seen seen = send(wire, "fetch.cloud", request("ops"), Map.of(STAMP, ManyProtocols.US, "pcRequest", "r"));
            assertThat(seen.arrival().internal()).as(wire.name()).isFalse();
        }
    }

    @Test
    void aForgedOriginalQueueIsNotBelieved() throws Exception {
        for (WireProtocol wire : List.of(
                WireProtocol.CORE,
                WireProtocol.AMQP,
                WireProtocol.AMQP_IN_CORE,
                WireProtocol.AMQP_VALUE_IN_CORE,
                WireProtocol.STOMP)) {
            broker.send(
                    wire,
                    ManyProtocols.ORCH,
                    Queues.DEAD,
                    request("ops"),
                    Map.of(STAMP, ManyProtocols.US, "_AMQ_ORIG_QUEUE", "fetch.cloud", "pcRequest", "r-of-another"));

            Message kept = quarantined();
            assertThat(kept.getStringProperty(MessageProperties.FROM))
                    .as(wire.name())
                    .isEqualTo(ManyProtocols.INTAKE);
            assertThat(kept.propertyExists(MessageProperties.OWN)).isFalse();
            assertThat(kept.propertyExists("pcRequest")).isFalse();
            assertThat(audit.last().facts()).doesNotContainKey(Fact.REQUEST);
        }
    }

    @Test
    void aLargeMessageIsNotOursEither() throws Exception {
        byte[] large = new byte[ArrivalStep.MAX_REQUEST * 5];
        for (WireProtocol wire : List.of(WireProtocol.CORE, WireProtocol.AMQP)) {
            broker.send(wire, ManyProtocols.ORCH, ManyProtocols.INTAKE, large, AS_US);

            Message kept = quarantined();
            assertThat(kept.getStringProperty(MessageProperties.REASON)).isEqualTo("MESSAGE_TOO_LARGE");
            assertThat(kept.propertyExists(MessageProperties.OWN)).isFalse();
            assertThat(kept.getStringProperty(MessageProperties.USER))
                    .isEqualTo(wire == WireProtocol.CORE ? ManyProtocols.ORCH : null);
        }
    }

    @Test
    void forgedQuarantineIsNotReturned() throws Exception {
        RedriveService service = new RedriveService(
                pool,
                ManyProtocols.US,
                Fakes.settings(directory),
                audit,
                GoneDestinations.open(directory.resolve("gone")),
                new Fakes.HandClock(NOW.toString()));
        List<WireProtocol> wires = List.of(
                WireProtocol.CORE,
                WireProtocol.AMQP,
                WireProtocol.AMQP_IN_CORE,
                WireProtocol.AMQP_VALUE_IN_CORE,
                WireProtocol.STOMP);
        for (WireProtocol wire : wires) {
            broker.send(
                    wire,
                    ManyProtocols.ORCH,
                    Queues.QUARANTINE,
                    request("ops"),
                    Map.of(
                            STAMP,
                            ManyProtocols.US,
                            MessageProperties.FROM,
                            "requests",
                            MessageProperties.REFERENCE,
                            "x",
                            "pcUser",
                            ALICE));
        }

        List<FailedMessage> found = service.carryOut(new RedriveOrder(
                        RedriveOrder.Action.LIST, null, null, null, null, null, FailedMessage.Place.QUARANTINE, false))
                .found();

        assertThat(found)
                .hasSize(wires.size())
                .extracting(FailedMessage::refusal)
                .containsOnly(FailedMessage.Refusal.NOT_OURS);
        assertThat(found).extracting(FailedMessage::from).containsOnly("");
        for (WireProtocol wire : wires) {
            assertThat(quarantined()).as(wire.name()).isNotNull();
        }
    }

    @Test
    void amqpThatComesAgainHasTheSameReference() throws Exception {
        broker.send(WireProtocol.AMQP, ManyProtocols.ORCH, "outbox.ops", request("ops"), Map.of());
        String first = reference(true);

        assertThat(reference(false)).isEqualTo(first);
    }

    private static String reference(boolean rollBack) throws Exception {
        try (var connection = pool.createConnection();
                var session = connection.createSession(true, 0)) {
            connection.start();
            Message message =
                    session.createConsumer(session.createQueue("outbox.ops")).receive(10_000);
            String id = SenderIdentity.id(message);
            if (rollBack) {
                session.rollback();
            } else {
                session.commit();
            }
            return id;
        }
    }

    private static Message quarantined() {
        JmsTemplate template = new JmsTemplate(pool);
        template.setReceiveTimeout(10_000);
        Message message = template.receive(Queues.QUARANTINE);
        assertThat(message).as("in quarantine").isNotNull();
        return message;
    }
}
