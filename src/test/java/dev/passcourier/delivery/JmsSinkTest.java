package dev.passcourier.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.Settings.JmsChannel;
import dev.passcourier.outbox.Notice;
import dev.passcourier.outbox.OutboxCodec;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.OutboxJson;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.Sealed;
import jakarta.jms.DeliveryMode;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class JmsSinkTest {

    @TempDir
    static Path directory;

    private static SinkHarness harness;
    private static String alias;

    @BeforeAll
    static void open() throws Exception {
        harness = new SinkHarness(directory);
        harness.declare("tickets");
        alias = harness.open(new JmsChannel("tickets"));
    }

    @AfterAll
    static void close() throws Exception {
        harness.close();
    }

    @Test
    void sendsOtherFormatsInBase64() throws Exception {
        byte[] bytes = {(byte) 0x80, 0, '\n', (byte) 0xFF};
        OutboxItem item = SinkHarness.sealed(alias, new Sealed("x", "x", Sealed.CMS, bytes));

        harness.put(item);

        TextMessage message = taken();
        assertThat(message.getText()).isEqualTo("gAAK/w==");
        assertThat(message.getStringProperty("contentType")).isEqualTo(Sealed.CMS);
        assertThat(message.getStringProperty("encoding")).isEqualTo("base64");
    }

    @Test
    void sendsASealedResultAsText() throws Exception {
        OutboxItem item = SinkHarness.sealed(alias);

        harness.put(item);

        TextMessage message = taken();
        assertThat(message.getText()).isEqualTo(new String(item.body(), StandardCharsets.US_ASCII));
        assertThat(message.getJMSCorrelationID()).isEqualTo(item.requestId());
        assertThat(message.getJMSDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
        assertThat(message.getJMSExpiration())
                .isBetween(
                        Objects.requireNonNull(item.notAfter()).minusSeconds(5).toEpochMilli(),
                        Objects.requireNonNull(item.notAfter()).plusSeconds(5).toEpochMilli());
        assertThat(message.getStringProperty("deliveryId")).isEqualTo(item.deliveryId());
        assertThat(message.getStringProperty("kind")).isEqualTo("RESULT");
        assertThat(message.getStringProperty("contentType")).isEqualTo("application/jose");
        assertThat(message.getIntProperty("attempt")).isEqualTo(1);
        assertThat(harness.await(item, AuditEvent.Type.DELIVERED).facts()).containsEntry(Fact.CODE, "JMS_SENT");
    }

    @Test
    void carriesNoPropertyThatASenderOfAMessageChose() throws Exception {
        OutboundMessage outboundMessage = OutboxCodec.outboundMessage(SinkHarness.sealed(alias), null);
        Map<String, Object> properties = new HashMap<>(outboundMessage.properties());
        properties.put("CamelJmsDestinationName", Queues.DEAD);
        properties.put("evil", "evil");

        harness.put(new OutboundMessage(outboundMessage.queue(), outboundMessage.body(), properties, null, null));

        assertThat(Collections.list(taken().getPropertyNames()))
                .filteredOn(name -> !((String) name).startsWith("JMSX"))
                .asList()
                .containsExactlyInAnyOrder("deliveryId", "requestId", "instance", "kind", "contentType", "attempt");
    }

    @Test
    void sendsNoticesAsJson() throws Exception {
        Instant now = SinkHarness.CLOCK.instant();
        Notice notice = new Notice("r-5", "a", "i", Verdict.NOT_FOUND, "GONE", "Check the id.", 1, now);

        harness.put(OutboxItem.notice(notice, alias, "jn-1", now));

        TextMessage message = taken();
        assertThat(OutboxJson.notice(message.getText().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(notice);
        assertThat(message.getJMSExpiration()).isZero();
    }

    @Test
    void neverPutsAResultInClearOnABroker() throws Exception {
        OutboxItem item = SinkHarness.atRest(alias);
        int opened = harness.vault.opened.get();

        harness.put(item);

        assertThat(Objects.requireNonNull(harness.take(Queues.QUARANTINE)).getStringProperty("pcReason"))
                .isEqualTo("OUTBOX_BODY");
        assertThat(harness.vault.opened).hasValue(opened);
    }

    @Test
    void aResultThatExpiresInItsOutboxIsRecorded() throws Exception {
        harness.declare(Queues.outbox("nobody"));
        Instant past = SinkHarness.CLOCK.instant().minusSeconds(1);
        OutboxItem item = OutboxItem.result(
                new Sealed("nobody", "jx-1", "application/jose", new byte[] {1}), "r-6", null, past, past);

        harness.put(item);

        assertThat(harness.take(Queues.outbox("nobody"), Duration.ofMillis(500)))
                .isNull();
        assertThat(harness.await(item, AuditEvent.Type.DELIVERY_FAILED).facts()).containsEntry(Fact.VERDICT, "EXPIRED");
    }

    private static TextMessage taken() {
        return (TextMessage) Objects.requireNonNull(harness.take("tickets"));
    }
}
