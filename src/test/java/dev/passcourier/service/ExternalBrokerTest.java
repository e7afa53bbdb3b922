package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.broker.BrokerAccess;
import dev.passcourier.broker.BrokerProbe;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.Queues;
import dev.passcourier.cli.Passcourier;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.faults.FaultProxy;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.request.Verdict;
import dev.passcourier.secrecy.CapturedOutput;
import jakarta.jms.Connection;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service with a broker in another process: as its backbone, and as a place that requests come from. */
class ExternalBrokerTest {

    private static final String PASSWORD = UUID.randomUUID().toString();

    @TempDir
    static Path directory;

    private static Whole whole;
    private static ArtemisProcess broker;

    @BeforeAll
    static void prepare() throws Exception {
        whole = Whole.prepare(directory).settings(Whole::withoutSchedules);
        String ticketing = Files.readString(whole.home().resolve("secrets/broker-ticketing"));
        broker = ArtemisProcess.start(directory.resolve("artemis"), PASSWORD, ticketing);
        Path secret = Files.createFile(
                whole.home().resolve("secrets/courier"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, PASSWORD);
    }

    @AfterAll
    static void stop() throws Exception {
        if (whole != null) {
            whole.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void isTheBackboneOrBringsRequests() throws Exception {
        String settings = Files.readString(whole.world().settings());
        asBackbone();
        Files.writeString(whole.world().settings(), settings);
        asSource();
    }

    private static void asBackbone() throws Exception {
        whole.settings(text -> text.replaceFirst("(?s)\nbroker:.*?(?=\nsources:)", "\nbroker:\n" + access("  ")))
                .start();
        assertThat(whole.service().brokerPort()).isEqualTo(-1);
        whole.drop(
                "outside.csv",
                "id,account,instance,deliverTo\noutside-1,kakao," + DemoWorld.KAKAO + ",archive\noutside-2,zstack,"
                        + DemoWorld.ZSTACK + ",ops-mail hook\n");
        whole.asTicketing(
                broker.url(),
                session -> Whole.send(
                        session,
                        Whole.REQUESTS,
                        session.createTextMessage(
                                Whole.request("outside-3", "huawei-aksk", DemoWorld.HUAWEI, "tickets"))));
        for (String request : new String[] {"outside-1", "outside-2", "outside-3"}) {
            assertThat(whole.ended(request).verdict()).as(request).isEqualTo(Verdict.DELIVERED);
        }
        assertThat(whole.row("outside-3").orElseThrow().user()).isEqualTo("ticketing");
        assertThat(whole.ticket(broker.url(), "outside-3").getStringProperty("kind"))
                .isEqualTo("RESULT");
        Whole.patiently().until(() -> Files.exists(whole.home().resolve("drop/done/outside.csv.results.csv")));
        probeBesideTheService();
        losesAMessage();
        whole.stop();
    }

    /** As its journal may in a crash. What is delayed, or lies in a queue, is not lost. */
    private static void losesAMessage() throws Exception {
        whole.world().late().holdBack();
        for (String request : new String[] {"gone", "kept"}) {
            whole.asTicketing(
                    broker.url(),
                    session -> Whole.send(
                            session,
                            Whole.REQUESTS,
                            session.createTextMessage(Whole.request(request, "kakao", DemoWorld.LATE, "hook"))));
        }
        for (String request : new String[] {"gone", "kept"}) {
            Whole.patiently().until(() -> whole.row(request)
                    .filter(row -> row.state() == RequestState.POSTPONED)
                    .isPresent());
        }
        whole.stop();
        assertThat(check(0)).contains("every open request is in a queue");
        take("gone");
        assertThat(check(1))
                .containsPattern("queues +gone +LOST")
                .contains("1 open requests are in no queue: the next start")
                .doesNotContain("kept");

        whole.world().late().publish();
        whole.start();
        for (String request : new String[] {"gone", "kept"}) {
            assertThat(whole.ended(request).verdict()).as(request).isEqualTo(Verdict.DELIVERED);
        }
        assertThat(requests(AuditEvent.Type.REDRIVEN)).containsExactly("gone");
        assertThat(requests(AuditEvent.Type.DELIVERED)).containsOnlyOnce("gone", "kept");
    }

    private static List<String> requests(AuditEvent.Type type) throws Exception {
        return whole.audited(type).stream()
                .map(record -> record.event().facts().get(Fact.REQUEST))
                .toList();
    }

    private static void take(String request) throws Exception {
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(broker.url(), "courier", PASSWORD);
                Connection connection = factory.createConnection();
                Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
                MessageConsumer consumer = session.createConsumer(
                        session.createQueue(Queues.fetch("kakao")),
                        MessageProperties.REQUEST + " = '" + request + "'")) {
            connection.start();
            assertThat(consumer.receive(120_000)).as("its delay has ended").isNotNull();
        }
    }

    private static String check(int expected) {
        StringWriter out = new StringWriter();
        PrintWriter printer = new PrintWriter(out, true);
        int code = Passcourier.commandLine()
                .setOut(printer)
                .setErr(printer)
                .execute(
                        "ledger",
                        "check",
                        "--config",
                        whole.home().resolve("config").toString());
        assertThat(code).as(out.toString()).isEqualTo(expected);
        return out.toString();
    }

    /** Its routes move the probe on, to where it is found and taken away. */
    private static void probeBesideTheService() throws Exception {
        BrokerAccess access = new BrokerAccess(broker.url(), "courier", PASSWORD);
        assertThat(new BrokerProbe(access).expiry(Duration.ofSeconds(60))).isEqualTo(BrokerProbe.Fate.KEPT);
        assertThat(BrokerProbe.waiting(access, Queues.QUARANTINE)).isZero();
        assertThat(BrokerProbe.waiting(access, Queues.EXPIRED)).isZero();
    }

    private static void asSource() throws Exception {
        try (FaultProxy proxy = FaultProxy.before(broker.port())) {
            asSource(proxy);
        }
    }

    private static void asSource(FaultProxy proxy) throws Exception {
        whole.settings(text -> text.replace(
                        "\nsources:\n",
                        "\nsources:\n  jms:\n    queue: " + ArtemisProcess.ANOTHER_PROGRAMS_QUEUE + "\n"
                                + access("    ")
                                        .replace(
                                                broker.url(), "tcp://127.0.0.1:" + proxy.port() + "?callTimeout=3000")))
                .start();
        whole.asTicketing(broker.url(), session -> {
            Whole.send(
                    session,
                    ArtemisProcess.ANOTHER_PROGRAMS_QUEUE,
                    session.createTextMessage(Whole.request("moved-1", "kakao", DemoWorld.KAKAO, "tickets")));
            try (var producer = session.createProducer(session.createQueue(ArtemisProcess.ANOTHER_PROGRAMS_QUEUE))) {
                producer.setDisableMessageID(true);
                producer.send(session.createTextMessage(Whole.request("moved-2", "kakao", DemoWorld.KAKAO, "tickets")));
                producer.send(session.createTextMessage(Whole.request("moved-3", "kakao", DemoWorld.KAKAO, "tickets")));
            }
        });
        for (String request : new String[] {"moved-1", "moved-2", "moved-3"}) {
            RequestRow row = whole.ended(request);
            assertThat(row.verdict()).as(request).isEqualTo(Verdict.DELIVERED);
            assertThat(row.user()).isEqualTo("ticketing");
            assertThat(whole.ticket(request).getStringProperty("kind")).isEqualTo("RESULT");
        }
        goesAndComesBack(proxy);
    }

    /** It is no part of our health, so a line says of each what there is to know. */
    private static void goesAndComesBack(FaultProxy proxy) throws Exception {
        try (CapturedOutput said = new CapturedOutput()) {
            proxy.always(FaultProxy.Wire.RESET).cut();
            Whole.patiently().until(() -> said.log().contains("BROKER_AWAY sources.jms"));
            proxy.always(FaultProxy.Wire.PASS);
            Whole.patiently().until(() -> said.log().contains("BROKER_BACK sources.jms"));
            whole.asTicketing(
                    broker.url(),
                    session -> Whole.send(
                            session,
                            ArtemisProcess.ANOTHER_PROGRAMS_QUEUE,
                            session.createTextMessage(Whole.request("moved-4", "kakao", DemoWorld.KAKAO, "tickets"))));
            assertThat(whole.ended("moved-4").verdict()).isEqualTo(Verdict.DELIVERED);
            assertThat(said.log())
                    .containsOnlyOnce("BROKER_AWAY sources.jms")
                    .containsOnlyOnce("BROKER_BACK sources.jms")
                    .doesNotContain("HEALTH_DOWN");
        }
    }

    private static String access(String indent) {
        return indent + "url: " + broker.url() + "\n" + indent + "user: courier\n" + indent
                + "password: \"{{file:secrets/courier}}\"\n";
    }
}
