package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.broker.Queues;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.WebhookReceiver.Webhook;
import dev.passcourier.service.RecordingProxy.Call;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.mail.BodyPart;
import jakarta.mail.Header;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.apache.camel.component.jms.JmsComponent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jms.core.JmsTemplate;

/**
 * Everything a sender can say beside a request, from every source, through every destination: what goes out carries the
 * allowed names and no other, and nothing goes anywhere else.
 */
class HostileHeadersTest {

    private static final String EVIL = "evil@attacker.example";

    /** Names of Camel, mail, HTTP, JMS, Artemis, and our own, in spellings that filters have missed. */
    private static final List<String> NAMES = List.of(
            "To",
            "to",
            "TO",
            "Cc",
            "Bcc",
            "bcc",
            "From",
            "Sender",
            "Subject",
            "Reply-To",
            "Return-Path",
            "Disposition-Notification-To",
            "Return-Receipt-To",
            "Content-Type",
            "contentType",
            "Content-Transfer-Encoding",
            "Message-ID",
            "mail.smtp.host",
            "mail.smtp.from",
            "CamelMailTo",
            "CamelHttpUri",
            "camelhttpuri",
            "CAMELHTTPURI",
            "CamelHttpMethod",
            "CamelHttpPath",
            "CamelHttpQuery",
            "CamelHttpRawQuery",
            "CamelHttpUrl",
            "CamelHttpHost",
            "CamelRestHttpUri",
            "Authorization",
            "Proxy-Authorization",
            "Cookie",
            "Host",
            "X-Forwarded-For",
            "X-Auth-Token",
            "X-Subject-Token",
            "webhook-id",
            "webhook-signature",
            "Transfer-Encoding",
            "CamelFileName",
            "CAMELfilename",
            "CamelOverruleFileName",
            "CamelFilePath",
            "CamelJmsDestinationName",
            "CamelJmsDestination",
            "CamelJmsMessageType",
            "camelBeanMethodName",
            "CamelBeanMethodName",
            "CamelRoutingSlip",
            "CamelQuartzSchedulerName",
            "breadcrumbId",
            "org.apache.camel.Exchange",
            "JMSReplyTo",
            "JMSDestination",
            "JMSType",
            "JMSXUserID",
            "_AMQ_VALIDATED_USER",
            "_AMQ_ORIG_ADDRESS",
            "_AMQ_LVQ_NAME",
            "deliveryId",
            "requestId",
            "kind",
            "attempt",
            "pcOrigin",
            "pcRequest",
            "pcAlias",
            "pcAttempt",
            "pcDelivery",
            "pcKind",
            "PCREQUEST");

    private static final Set<String> MAIL = Set.of(
            "Received",
            "Date",
            "From",
            "To",
            "Message-ID",
            "Subject",
            "MIME-Version",
            "Content-Type",
            "Auto-Submitted",
            "X-Passcourier-Attempt");

    private static final Set<String> MAIL_PARTS =
            Set.of("Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "MIME-Version");

    private static final Set<String> WEBHOOK = Set.of(
            "host",
            "connection",
            "user-agent",
            "content-type",
            "content-length",
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature");

    private static final Set<String> CLOUD = Set.of("host", "connection", "user-agent", "accept", "x-auth-token");

    private static final Set<String> RESULT =
            Set.of("deliveryId", "requestId", "instance", "kind", "contentType", "attempt");

    @TempDir
    static Path directory;

    private static Whole whole;
    private static ArtemisProcess foreign;
    private static RecordingProxy cloud;

    @BeforeAll
    static void start() throws Exception {
        whole = Whole.prepare(directory);
        foreign = ArtemisProcess.start(
                directory.resolve("artemis"),
                secret("courier"),
                Files.readString(whole.home().resolve("secrets/broker-ticketing")));
        String settings = Files.readString(whole.world().settings());
        Matcher kakao = Pattern.compile("(?s)provider: kakaocloud.*?\\n {6}endpoint: (\\S+)")
                .matcher(settings);
        assertThat(kakao.find()).isTrue();
        cloud = new RecordingProxy(kakao.group(1));
        whole.settings(text -> text.replaceFirst(
                        "endpoint: " + Pattern.quote(kakao.group(1)), "endpoint: " + cloud.url())
                .replace("destinations: [tickets, hook, ops-mail]", "destinations: [\"*\"]")
                .replace(
                        "\nsources:\n",
                        "\nsources:\n  jms:\n    queue: " + ArtemisProcess.ANOTHER_PROGRAMS_QUEUE + "\n    url: "
                                + foreign.url() + "\n    user: courier\n    password: \"{{file:secrets/courier}}\"\n"));
        Files.writeString(
                whole.home().resolve("lists/machines.csv"),
                "account,instance,deliverTo,parameters.CamelHttpUri,parameters.To\nkakao," + DemoWorld.KAKAO
                        + ",tickets ops-mail hook archive,hostile,hostile\n");
        whole.start();
    }

    /** A file with a secret that the service reads. */
    private static String secret(String name) throws Exception {
        String secret = UUID.randomUUID().toString();
        Path file = Files.createFile(
                whole.home().resolve("secrets/" + name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, secret);
        return secret;
    }

    @AfterAll
    static void stop() throws Exception {
        if (whole != null) {
            whole.close();
        }
        if (foreign != null) {
            foreign.close();
        }
        if (cloud != null) {
            cloud.close();
        }
    }

    @Test
    void nothingASenderSaysBesideTheRequestGoesOutOrElsewhere() throws Exception {
        assertThat(NAMES).hasSizeGreaterThanOrEqualTo(50).doesNotHaveDuplicates();
        whole.asTicketing(session -> hostile(session, "by-queue"));
        whole.asTicketing(foreign.url(), session -> hostile(session, "by-foreign"));
        whole.drop(
                "Bcc@CamelFileName (To).json",
                "[" + request("by-file").replaceFirst("}$", ",\"parameters\":" + parameters() + "}") + "]");

        List<String> requests = new ArrayList<>(List.of("by-queue", "by-foreign", "by-file"));
        Whole.patiently().until(() -> scheduled().isPresent());
        requests.add(scheduled().orElseThrow());

        for (String request : requests) {
            assertThat(whole.ended(request).verdict()).as(request).isEqualTo(Verdict.DELIVERED);
            List<DeliveryRow> deliveries = whole.service().ledger().deliveries(request);
            assertThat(deliveries).as(request).hasSize(4);
            theMailIsClean(request, delivery(deliveries, "ops-mail"));
            theWebhookIsClean(delivery(deliveries, "hook"));
            theResultIsClean(request, delivery(deliveries, "tickets"));
            theFileIsClean(delivery(deliveries, "archive"));
        }
        theCloudWasAskedForNothingElse();
        nothingIsElsewhere();
    }

    private static String request(String id) {
        return Whole.request(id, "kakao", DemoWorld.KAKAO, "tickets", "ops-mail", "hook", "archive");
    }

    /** What a line of a file can carry that is a name of the sender's choice. */
    private static String parameters() {
        return "{\"To\":\"x\",\"Bcc\":\"x\",\"CamelHttpUri\":\"x\",\"CamelHttpMethod\":\"DELETE\",\"CamelFileName\":\"x\","
                + "\"CAMELfilename\":\"x\",\"mail.smtp.host\":\"x\",\"JMSReplyTo\":\"" + Whole.RESULTS
                + "\",\"Content-Type\":\"x\",\"Authorization\":\"x\",\"Host\":\"x\",\"pcOrigin\":\"x\"}";
    }

    /**
     * Past the JMS client, which would refuse names that are no words of SQL: as another program's library may. Whoever
     * answered would put the answer where results are collected.
     */
    private static void hostile(Session session, String id) throws JMSException {
        TextMessage message = session.createTextMessage(request(id));
        message.setJMSType("hostile");
        message.setJMSCorrelationID("hostile");
        ClientMessage core = ((ActiveMQMessage) message).getCoreMessage();
        for (String name : NAMES) {
            core.putStringProperty(name, EVIL);
        }
        core.putStringProperty("_AMQ_DUPL_ID", "hostile-" + id);
        core.putLongProperty("_AMQ_SCHED_DELIVERY", 1);
        core.putIntProperty("JMSXDeliveryCount", 0);
        core.putStringProperty("JMSReplyTo", "queue://" + Whole.RESULTS);
        Whole.send(session, ArtemisProcess.ANOTHER_PROGRAMS_QUEUE, message);
    }

    private static java.util.Optional<String> scheduled() {
        return whole.rows().stream()
                .filter(row -> row.source().equals("SCHEDULE"))
                .map(RequestRow::id)
                .findFirst();
    }

    private static String delivery(List<DeliveryRow> deliveries, String alias) {
        return deliveries.stream()
                .filter(delivery -> delivery.alias().equals(alias))
                .findFirst()
                .orElseThrow()
                .deliveryId();
    }

    private static void theMailIsClean(String request, String delivery) throws Exception {
        List<MimeMessage> mails = new ArrayList<>();
        for (MimeMessage mail : whole.world().mailbox().received()) {
            if (("<" + delivery + "@example.org>").equals(mail.getMessageID())) {
                mails.add(mail);
            }
        }
        assertThat(mails).as("mails of %s", request).hasSize(1);
        MimeMessage mail = mails.get(0);
        assertThat(names(mail.getAllHeaders())).isEqualTo(MAIL);
        assertThat(mail.getAllRecipients()).extracting(Object::toString).containsExactly("ops@example.org");
        assertThat(mail.getFrom()).extracting(Object::toString).containsExactly("passcourier@example.org");
        assertThat(mail.getSubject()).isEqualTo("Passcourier delivery " + request + " " + DemoWorld.KAKAO);
        MimeMultipart parts = (MimeMultipart) mail.getContent();
        for (int i = 0; i < parts.getCount(); i++) {
            BodyPart part = parts.getBodyPart(i);
            assertThat(MAIL_PARTS).containsAll(names(part.getAllHeaders()));
        }
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        mail.writeTo(raw);
        assertThat(raw.toString(StandardCharsets.UTF_8).toLowerCase(Locale.ROOT))
                .doesNotContain("attacker", "hostile");
    }

    private static Set<String> names(Enumeration<Header> headers) {
        Set<String> names = new TreeSet<>();
        Collections.list(headers).forEach(header -> names.add(header.getName()));
        return names;
    }

    private static void theWebhookIsClean(String delivery) {
        List<Webhook> posted = whole.world().hook().requests().stream()
                .filter(webhook -> webhook.id().equals(delivery))
                .toList();
        assertThat(posted).hasSize(1).allSatisfy(webhook -> {
            assertThat(webhook.headers()).containsOnlyKeys(WEBHOOK);
            assertThat(webhook.headers().toString()).doesNotContain("attacker", "hostile");
            assertThat(webhook.headers().get("content-type")).isEqualTo("application/json");
        });
    }

    private static void theResultIsClean(String request, String delivery) throws Exception {
        TextMessage result = whole.ticket(request);
        Set<String> names = new TreeSet<>();
        for (Object name : Collections.list(result.getPropertyNames())) {
            if (!name.toString().startsWith("JMSX")) {
                names.add(name.toString());
            }
        }
        assertThat(names).isEqualTo(RESULT);
        assertThat(result.getStringProperty("deliveryId")).isEqualTo(delivery);
        assertThat(result.getStringProperty("kind")).isEqualTo("RESULT");
        assertThat(result.getStringProperty("attempt")).isEqualTo("1");
        assertThat(result.getStringProperty("JMSXUserID")).isEqualTo("passcourier");
        assertThat(result.getStringProperty("JMSXGroupID")).isNull();
        assertThat(result.getJMSReplyTo()).isNull();
        assertThat(result.getJMSType()).isNull();
        assertThat(result.getJMSCorrelationID()).isEqualTo(request);
        assertThat(result.getText()).startsWith("ey");
    }

    private static void theFileIsClean(String delivery) throws Exception {
        assertThat(whole.archived())
                .filteredOn(file -> file.toString().endsWith("_" + DemoWorld.KAKAO + "_" + delivery + ".jwe"))
                .singleElement()
                .satisfies(file -> assertThat(Files.readString(file)).startsWith("ey"));
    }

    private static void theCloudWasAskedForNothingElse() {
        assertThat(cloud.calls()).isNotEmpty().allSatisfy(call -> {
            assertThat(call.line()).isEqualTo(cloud.calls().iterator().next().line());
            assertThat(call.line()).contains(DemoWorld.KAKAO).doesNotContain("?");
            assertThat(CLOUD).containsAll(call.headers().keySet());
            assertThat(call.headers().toString()).doesNotContain("attacker", "hostile");
        });
        assertThat(cloud.calls()).extracting(Call::line).allMatch(line -> line.startsWith("GET "));
    }

    private static void nothingIsElsewhere() throws Exception {
        ConnectionFactory own = whole.service()
                .camel()
                .getComponent("broker", JmsComponent.class)
                .getConnectionFactory();
        JmsTemplate broker = new JmsTemplate(own);
        broker.setReceiveTimeout(JmsTemplate.RECEIVE_TIMEOUT_NO_WAIT);
        for (String queue : List.of(Queues.QUARANTINE, Queues.DEAD, Queues.EXPIRED, Whole.RESULTS)) {
            assertThat(broker.receive(queue)).as(queue).isNull();
        }
        assertThat(whole.world().mailbox().senders()).containsOnly("passcourier@example.org");
        assertThat(whole.archived())
                .allMatch(file -> file.getFileName().toString().endsWith(".jwe"));
        try (Stream<Path> files = Files.walk(directory)) {
            assertThat(files.map(file -> file.getFileName().toString().toLowerCase(Locale.ROOT)))
                    .noneMatch(name -> name.contains("attacker") || name.contains("hostile"));
        }
    }
}
