package dev.passcourier.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.sandbox.WebhookReceiver;
import dev.passcourier.secrecy.CanaryScan;
import dev.passcourier.secrecy.CapturedOutput;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.logging.log4j.LogManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the demo once, as a user does, and looks at everything it left behind. */
class DemoTest {

    @TempDir
    static Path directory;

    private static final String WITNESS = "what is said here is seen";
    private static final StringWriter SHOWN = new StringWriter();

    /** What left the service or was said, by where. */
    private static final Map<String, byte[]> LEFT = new LinkedHashMap<>();

    private static final List<String> CANARIES = new ArrayList<>();
    private static final List<String> TICKETS = new ArrayList<>();
    private static Path home;
    private static boolean fine;

    @BeforeAll
    static void runOnce() throws Exception {
        CapturedOutput captured = new CapturedOutput();
        try (captured) {
            PrintWriter out = new PrintWriter(SHOWN);
            try (Demo demo = Demo.start(
                    Path.of("").toAbsolutePath(), directory.resolve("demo"), out, false, Clock.systemUTC())) {
                fine = demo.run();
                home = demo.world().home();
                CANARIES.addAll(demo.world().passwords());
                collect(demo);
            }
            LogManager.getLogger(DemoTest.class).warn(WITNESS);
            System.err.println(WITNESS);
        }
        LEFT.put("demo's output", SHOWN.toString().getBytes(StandardCharsets.UTF_8));
        LEFT.put("log", captured.log().getBytes(StandardCharsets.UTF_8));
        LEFT.put("standard streams", captured.streams().getBytes(StandardCharsets.UTF_8));
    }

    /** The collected passwords must not outlive the test in this process. */
    @AfterAll
    static void forget() {
        LEFT.clear();
        CANARIES.clear();
        TICKETS.clear();
    }

    private static void collect(Demo demo) throws Exception {
        for (MimeMessage mail : demo.world().mailbox().received()) {
            ByteArrayOutputStream raw = new ByteArrayOutputStream();
            mail.writeTo(raw);
            LEFT.put("mail " + LEFT.size(), raw.toByteArray());
        }
        for (WebhookReceiver.Webhook webhook : demo.world().hook().requests()) {
            LEFT.put("webhook " + LEFT.size(), webhook.body());
            LEFT.put(
                    "webhook's headers " + LEFT.size(),
                    webhook.headers().toString().getBytes(StandardCharsets.UTF_8));
        }
        collectTickets(demo);
    }

    private static void collectTickets(Demo demo) throws Exception {
        String password = Files.readString(demo.world().home().resolve("secrets/broker-ticketing"));
        try (ActiveMQConnectionFactory factory =
                        new ActiveMQConnectionFactory("tcp://127.0.0.1:" + demo.brokerPort(), "ticketing", password);
                Connection connection = factory.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer consumer = session.createConsumer(session.createQueue("password.results"))) {
            connection.start();
            for (Message message = consumer.receive(10_000); message != null; message = consumer.receive(500)) {
                TICKETS.add(((TextMessage) message).getText());
                LEFT.put(
                        "ticket " + LEFT.size(),
                        (message + TICKETS.get(TICKETS.size() - 1)).getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void everythingArrivesAsExpected() {
        assertThat(fine).describedAs("%s", SHOWN).isTrue();
        assertThat(SHOWN.toString()).contains("Everything arrived as expected.").doesNotContain("NOT AS EXPECTED");
    }

    @Test
    void tellsOfWhatWentWrongAsWellAsOfWhatWentRight() {
        assertThat(SHOWN.toString())
                .containsPattern("queue-2 +DELIVERED +not ready, then ready")
                .containsPattern("queue-3 +WRONG_KEY +created with a key pair that is not on the ring")
                .containsPattern("queue-4 +DELIVERED +the cloud answers 503 twice, then fine")
                .containsPattern("queue-5 +REFUSED +the policy does not grant this destination")
                .containsPattern("batch-5 +NEVER ")
                .contains("3 of 4 read; the credential report went to ops-mail")
                .contains("not shown");
    }

    @Test
    void writesTheBatchsResultsAndRejectsBesideIt() throws Exception {
        assertThat(home.resolve("drop/done/machines.csv.results.csv"))
                .content()
                .contains("batch-1", "DELIVERED", "batch-5", "NEVER", "REFUSED");
        assertThat(home.resolve("drop/done/machines.csv.rejects.ndjson"))
                .content()
                .contains("FIELD_INVALID", "instance");
    }

    @Test
    void leavesNoPasswordInFilesMailsWebhooksMessagesAndLogs() throws Exception {
        assertThat(LEFT.keySet())
                .anyMatch(name -> name.startsWith("mail"))
                .anyMatch(name -> name.startsWith("webhook"))
                .anyMatch(name -> name.startsWith("ticket"));
        assertThat(text("log")).contains(WITNESS);
        assertThat(text("standard streams")).contains(WITNESS);
        assertThat(TICKETS).hasSizeGreaterThanOrEqualTo(4);
        assertThat(CANARIES).hasSizeGreaterThanOrEqualTo(6);
        CanaryScan scan = CanaryScan.forSecrets(withTheirCommonStart());
        Set<String> hits = new LinkedHashSet<>(scan.hitsBelow(home));
        LEFT.forEach((where, content) -> hits.addAll(scan.hits(where, content)));
        assertThat(hits).isEmpty();
    }

    private static String text(String where) {
        return new String(LEFT.get(where), StandardCharsets.UTF_8);
    }

    /** Part of a password would be too much too. */
    private static List<String> withTheirCommonStart() {
        List<String> secrets = new ArrayList<>(CANARIES);
        secrets.add("Canary-");
        assertThat(CANARIES).allMatch(canary -> canary.startsWith("Canary-"));
        return secrets;
    }
}
