package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.WebhookReceiver;
import jakarta.jms.MessageConsumer;
import jakarta.jms.TextMessage;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other programs may do at the doors, and what comes of it at the destinations. */
class WholeServiceTest {

    /** What a message could tell Camel, mail and HTTP to do, if its properties were believed. */
    private static final Map<String, String> HOSTILE = Map.ofEntries(
            Map.entry("To", "hostile@example.net"),
            Map.entry("Cc", "hostile@example.net"),
            Map.entry("Bcc", "hostile@example.net"),
            Map.entry("From", "hostile@example.net"),
            Map.entry("Subject", "hostile"),
            Map.entry("Reply_HYPHEN_To", "hostile@example.net"),
            Map.entry("CamelHttpUri", "http://127.0.0.1:9/hostile"),
            Map.entry("CamelHttpPath", "/hostile"),
            Map.entry("CamelHttpQuery", "hostile=1"),
            Map.entry("CamelHttpMethod", "DELETE"),
            Map.entry("CamelFileName", "../hostile"),
            Map.entry("CamelOverruleFileName", "../hostile"),
            Map.entry("CamelJmsDestinationName", Whole.RESULTS),
            Map.entry("CamelJmsMessageType", "Object"),
            Map.entry("webhook_HYPHEN_id", "hostile"),
            Map.entry("pcOrigin", "hostile"),
            Map.entry("pcRequest", "hostile"));

    @TempDir
    static Path directory;

    private static Whole whole;

    @BeforeAll
    static void start() throws Exception {
        whole = Whole.prepare(directory)
                .settings(Whole::withoutSchedules)
                .settings(text -> text.replace("destinations: [tickets, hook, ops-mail]", "destinations: [\"*\"]"))
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        if (whole != null) {
            whole.close();
        }
    }

    @Test
    void aRequestWhoseIdIsTakenByAnotherSourceIsRefusedAndLeavesTheFirstAlone() throws Exception {
        whole.drop("taken.csv", "id,account,instance,deliverTo\ntaken-1,kakao," + DemoWorld.KAKAO + ",archive\n");
        RequestRow first = whole.ended("taken-1");
        assertThat(first.verdict()).isEqualTo(Verdict.DELIVERED);
        whole.send(Whole.request("taken-1", "kakao", DemoWorld.KAKAO, "tickets"));
        TextMessage notice = whole.ticket("taken-1");
        assertThat(notice.getStringProperty("kind")).isEqualTo("NOTICE");
        assertThat(notice.getText()).contains("REFUSED", "DUPLICATE_REQUEST");
        assertThat(whole.row("taken-1")).contains(first);
        assertThat(whole.archived("taken-1")).hasSize(1);
    }

    @Test
    void aFileThatIsDroppedTwiceHasEachLineDeliveredOnce() throws Exception {
        String batch = "id,account,instance,deliverTo\n"
                + "twice-1,kakao," + DemoWorld.KAKAO + ",archive\n"
                + "twice-2,zstack," + DemoWorld.ZSTACK + ",archive\n";
        whole.drop("twice.csv", batch);
        whole.ended("twice-1");
        whole.ended("twice-2");
        int once = whole.archived().size();
        whole.drop("twice.csv", batch);
        Whole.patiently().until(() -> Files.exists(whole.home().resolve("drop/done/twice.2.csv")));
        whole.drop("after.csv", "id,account,instance,deliverTo\ntwice-after,kakao," + DemoWorld.KAKAO + ",archive\n");
        whole.ended("twice-after");
        assertThat(whole.archived()).hasSize(once + 1);
        for (String request : List.of("twice-1", "twice-2")) {
            assertThat(whole.archived(request)).hasSize(1);
            assertThat(whole.audited(AuditEvent.Type.OPENED))
                    .filteredOn(record -> request.equals(record.event().facts().get(Fact.REQUEST)))
                    .hasSize(1);
        }
    }

    @Test
    void aMessageThatIsTooLargeIsQuarantinedAndTheNextOneIsServed() throws Exception {
        whole.send("x".repeat(65 * 1024));
        whole.send(Whole.request("after-large", "kakao", DemoWorld.KAKAO, "tickets"));
        assertThat(whole.ended("after-large").verdict()).isEqualTo(Verdict.DELIVERED);
        Whole.patiently().untilAsserted(() -> assertThat(whole.audited(AuditEvent.Type.QUARANTINED))
                .extracting(AuditRecord::event)
                .extracting(AuditEvent::facts)
                .anyMatch(facts -> "MESSAGE_TOO_LARGE".equals(facts.get(Fact.CODE))
                        && Whole.REQUESTS.equals(facts.get(Fact.QUEUE))));
        whole.ticket("after-large");
    }

    @Test
    void aMessageWithoutAnIdIsServed() throws Exception {
        whole.asTicketing(session -> {
            try (var producer = session.createProducer(session.createQueue(Whole.REQUESTS))) {
                producer.setDisableMessageID(true);
                producer.setDisableMessageTimestamp(true);
                producer.send(
                        session.createTextMessage(Whole.request("without-id", "kakao", DemoWorld.KAKAO, "tickets")));
            }
        });
        assertThat(whole.ended("without-id").verdict()).isEqualTo(Verdict.DELIVERED);
        assertThat(whole.ticket("without-id").getStringProperty("kind")).isEqualTo("RESULT");
    }

    @Test
    void whatAMessageSaysBesideItsBodyChangesNothingAnywhere() throws Exception {
        whole.asTicketing(session -> {
            TextMessage message = session.createTextMessage(
                    Whole.request("hostile-1", "kakao", DemoWorld.KAKAO, "hook", "ops-mail", "archive"));
            for (Map.Entry<String, String> property : HOSTILE.entrySet()) {
                message.setStringProperty(property.getKey(), property.getValue());
            }
            message.setJMSReplyTo(session.createQueue(Whole.RESULTS));
            message.setJMSCorrelationID("hostile");
            message.setJMSType("hostile");
            Whole.send(session, Whole.REQUESTS, message);
        });
        RequestRow row = whole.ended("hostile-1");
        assertThat(row.verdict()).isEqualTo(Verdict.DELIVERED);
        assertThat(row.source()).isEqualTo("JMS");
        assertThat(row.user()).isEqualTo("ticketing");
        assertThat(mail().getAllRecipients()).extracting(Object::toString).containsExactly("ops@example.org");
        assertThat(Collections.list(mail().getAllHeaderLines()))
                .noneMatch(line ->
                        line.toLowerCase(Locale.ROOT).replace("hostile-1", "").contains("hostile"));
        assertThat(whole.world().mailbox().senders()).containsOnly("passcourier@example.org");
        assertThat(webhook().headers().entrySet())
                .noneMatch(header -> (header.getKey() + header.getValue())
                        .toLowerCase(Locale.ROOT)
                        .contains("hostile"))
                .noneMatch(header -> header.getKey().startsWith("camel"));
        assertThat(whole.archived("hostile-1")).hasSize(1);
        assertThat(filesCalled("hostile")).isEmpty();
        theReplyQueueIsEmpty();
    }

    @Test
    void anAccountWhoseSignInWasRefusedShowsSoUntilItsSecretIsMended() throws Exception {
        StatusClient status = new StatusClient(whole.service().statusPort());
        Path secret = whole.home().resolve("secrets/huawei-password");
        String right = Files.readString(secret);
        assertThat(status.code("account.huawei")).isEmpty();
        Files.writeString(secret, "wr0ng-secret");

        whole.send(Whole.request("refused-1", "huawei", DemoWorld.HUAWEI, "tickets"));
        assertThat(whole.ended("refused-1").verdict()).isEqualTo(Verdict.DENIED);
        whole.ticket("refused-1");
        Whole.patiently()
                .untilAsserted(() -> assertThat(status.code("account.huawei")).startsWith("SIGN_IN_REFUSED_"));
        assertThat(status.code("account.kakao")).isEmpty();
        assertThat(status.isUp()).as("one account stops nothing").isTrue();

        Files.writeString(secret, right);
        whole.send(Whole.request("refused-2", "huawei", DemoWorld.HUAWEI, "tickets"));
        assertThat(whole.ended("refused-2").verdict()).isEqualTo(Verdict.DELIVERED);
        whole.ticket("refused-2");
        Whole.patiently()
                .untilAsserted(() -> assertThat(status.code("account.huawei")).isEmpty());
    }

    private static MimeMessage mail() {
        return whole.world().mailbox().received().stream()
                .filter(each -> raw(each).contains("hostile-1"))
                .findFirst()
                .orElseThrow();
    }

    private static String raw(MimeMessage mail) {
        try {
            var out = new ByteArrayOutputStream();
            mail.writeTo(out);
            return out.toString(StandardCharsets.UTF_8);
        } catch (IOException | MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static WebhookReceiver.Webhook webhook() {
        List<WebhookReceiver.Webhook> received = whole.world().hook().received();
        assertThat(received).hasSize(1);
        return received.get(0);
    }

    private static List<Path> filesCalled(String name) throws Exception {
        try (Stream<Path> all = Files.walk(directory)) {
            // Results are named after their requests.
            return all.filter(file -> file.getFileName()
                            .toString()
                            .replace("hostile-1_", "")
                            .contains(name))
                    .toList();
        }
    }

    /** Every test collects what it asked for, so nothing else may lie there. */
    private static void theReplyQueueIsEmpty() throws Exception {
        whole.asTicketing(session -> {
            try (MessageConsumer consumer = session.createConsumer(session.createQueue(Whole.RESULTS))) {
                assertThat(consumer.receive(1_000)).isNull();
            }
        });
    }
}
