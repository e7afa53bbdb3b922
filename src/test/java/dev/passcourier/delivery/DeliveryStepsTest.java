package dev.passcourier.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditException;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.FailedMessages;
import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.outbox.GoneDestinations;
import dev.passcourier.outbox.OutboxCodec;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.RestoredWork;
import dev.passcourier.retry.RetryRule;
import dev.passcourier.retry.RetryTable;
import dev.passcourier.vault.Sealed;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeliveryStepsTest {

    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final Duration KEEP = Duration.ofDays(30);
    private static final OutboxItem ITEM = OutboxItem.result(
            new Sealed("ops", "d-1", "application/jose", new byte[] {1}), "r-1", null, NOW.plusSeconds(3600), NOW);

    @TempDir
    Path directory;

    private final List<AuditEvent> audited = new ArrayList<>();
    private final AtomicInteger composed = new AtomicInteger();

    @Test
    void anExpiredResultIsNotSent() throws Exception {
        List<OutboundMessage> next = run(arrival("outbox.ops", true, ITEM), NOW.plusSeconds(3600), delivered());

        assertThat(composed).hasValue(0);
        assertThat(next).isEmpty();
        assertThat(audited).extracting(AuditEvent::type).containsExactly(AuditEvent.Type.DELIVERY_FAILED);
        assertThat(audited.get(0).facts()).containsEntry(Fact.VERDICT, "EXPIRED");
    }

    @Test
    void recordsBeforeItSends() throws Exception {
        run(arrival("outbox.ops", true, ITEM), NOW, delivered());

        assertThat(audited)
                .extracting(AuditEvent::type)
                .containsExactly(AuditEvent.Type.DELIVERING, AuditEvent.Type.DELIVERED);
        assertThat(audited.get(1).facts())
                .containsEntry(Fact.REQUEST, "r-1")
                .containsEntry(Fact.ALIAS, "ops")
                .containsEntry(Fact.DELIVERY, "d-1")
                .containsEntry(Fact.KIND, "RESULT")
                .containsEntry(Fact.ATTEMPT, "1");
    }

    @Test
    void withoutARecordNothingIsComposed() {
        AuditTrail broken = event -> {
            throw new AuditException("AUDIT_DISK");
        };

        assertThatThrownBy(() -> run(arrival("outbox.ops", true, ITEM), NOW, delivered(), broken))
                .isInstanceOf(AuditException.class);
        assertThat(composed).hasValue(0);
    }

    @ParameterizedTest
    @CsvSource({"outbox.ops,false,OUTBOX_NOT_OURS", "outbox.other,true,OUTBOX_WRONG_QUEUE"})
    void aForeignMessageGoesToQuarantineUnread(String queue, boolean internal, String code) throws Exception {
        List<OutboundMessage> next = run(arrival(queue, internal, ITEM), NOW, delivered());

        assertThat(composed).hasValue(0);
        assertThat(next).singleElement().satisfies(outboundMessage -> {
            assertThat(outboundMessage.queue()).isEqualTo("passcourier.quarantine");
            assertThat(outboundMessage.properties()).isEqualTo(Map.of("pcReason", code, "pcFrom", queue));
        });
        assertThat(audited).extracting(AuditEvent::type).containsExactly(AuditEvent.Type.QUARANTINED);
    }

    @Test
    void aFailedTryIsHandedOnWithADelayAndTheNextNumber() throws Exception {
        List<OutboundMessage> next = run(arrival("outbox.ops", true, ITEM), NOW, later(null));

        OutboundMessage outboundMessage = next.get(0);
        assertThat(outboundMessage.notBefore()).isEqualTo(NOW.plusMillis(2500));
        OutboxItem again = OutboxCodec.item(new InboundMessage(
                outboundMessage.queue(), "ID:2", null, true, outboundMessage.properties(), outboundMessage.body()));
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(again.deliveryId()).isEqualTo("d-1");
        assertThat(again.firstTryAt()).isEqualTo(NOW);
        assertThat(audited)
                .extracting(AuditEvent::type)
                .containsExactly(AuditEvent.Type.DELIVERING, AuditEvent.Type.DELIVERY_POSTPONED);
    }

    @Test
    void waitsAsLongAsTheFarSideAsksForUpToAQuarterOfAnHour() throws Exception {
        assertThat(run(arrival("outbox.ops", true, ITEM), NOW, later(Duration.ofSeconds(90)))
                        .get(0)
                        .notBefore())
                .isEqualTo(NOW.plusSeconds(90));
        assertThat(run(arrival("outbox.ops", true, ITEM), NOW, later(Duration.ofDays(9)))
                        .get(0)
                        .notBefore())
                .isEqualTo(NOW.plusSeconds(900));
    }

    @Test
    void doesNotWaitBeyondTheLifetimeOfAResult() throws Exception {
        assertThat(run(arrival("outbox.ops", true, ITEM), NOW.plusSeconds(3599), later(null)))
                .isEmpty();
        assertThat(audited.get(1).facts())
                .containsEntry(Fact.VERDICT, "EXPIRED")
                .containsEntry(Fact.CODE, "HTTP_503");
    }

    @Test
    void givesUpAfterTheLastTry() throws Exception {
        OutboxItem last = new OutboxItem(
                OutboxItem.Kind.NOTICE,
                "ops",
                "d-2",
                "r-1",
                null,
                RetryRule.DELIVERY.retries() + 1,
                NOW,
                null,
                "application/json",
                new byte[0]);

        assertThat(run(arrival("outbox.ops", true, last), NOW, later(null)))
                .singleElement()
                .satisfies(kept -> {
                    assertThat(kept.queue()).isEqualTo("passcourier.failed");
                    assertThat(kept.expiresAt()).isEqualTo(NOW.plus(KEEP));
                    assertThat(kept.properties())
                            .containsEntry("pcDelivery", "d-2")
                            .containsEntry("pcFrom", "outbox.ops")
                            .containsEntry("pcVerdict", "FAILED")
                            .containsEntry("pcReason", "HTTP_503");
                });
        assertThat(audited)
                .extracting(AuditEvent::type)
                .containsExactly(AuditEvent.Type.DELIVERING, AuditEvent.Type.DELIVERY_FAILED);
        assertThat(audited.get(1).facts()).containsEntry(Fact.VERDICT, "FAILED");
    }

    @Test
    void aResultThatFailsForGoodIsKeptSealedUntilItExpires() throws Exception {
        OutcomeReader refused = (answer, failure, now) -> new DeliveryOutcome.Failed("SMTP_550");
        assertThat(run(arrival("outbox.ops", true, ITEM), NOW, refused))
                .singleElement()
                .satisfies(kept -> {
                    assertThat(kept.queue()).isEqualTo("passcourier.failed");
                    assertThat(kept.body()).isEqualTo(ITEM.body());
                    assertThat(kept.expiresAt()).isEqualTo(ITEM.notAfter());
                });
    }

    @Test
    void whatSaysThatItIsGoneIsNotSentToAgain() throws Exception {
        OutcomeReader goes = (answer, failure, now) -> new DeliveryOutcome.Gone("HTTP_410", "");
        assertThat(run(arrival("outbox.ops", true, ITEM), NOW, goes)).hasSize(1);
        assertThat(composed).hasValue(1);

        assertThat(run(arrival("outbox.ops", true, ITEM), NOW, goes))
                .singleElement()
                .satisfies(kept -> assertThat(kept.properties()).containsEntry("pcReason", "DESTINATION_GONE"));
        assertThat(composed).hasValue(1);
        assertThat(audited)
                .extracting(AuditEvent::type)
                .containsExactly(
                        AuditEvent.Type.DELIVERING, AuditEvent.Type.DELIVERY_FAILED, AuditEvent.Type.DELIVERY_FAILED);
    }

    @Test
    void failedWorkThatNobodyReturnedJustGoes() throws Exception {
        OutboundMessage kept =
                FailedMessages.failed(OutboxCodec.outboundMessage(ITEM, null), "FAILED", "SMTP_550", null);
        assertThat(expire(
                        new InboundMessage("passcourier.expired", "ID:1", null, true, kept.properties(), kept.body())))
                .isEmpty();
        assertThat(audited).isEmpty();
    }

    @Test
    void whatExpiredInAnOutboxIsRecordedAndLetGo() throws Exception {
        assertThat(expire(arrival("passcourier.expired", true, ITEM))).isEmpty();

        assertThat(audited).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo(AuditEvent.Type.DELIVERY_FAILED);
            assertThat(event.facts())
                    .containsEntry(Fact.DELIVERY, "d-1")
                    .containsEntry(Fact.ALIAS, "ops")
                    .containsEntry(Fact.VERDICT, "EXPIRED");
        });
    }

    @Test
    void whateverElseExpiredGoesToQuarantine() throws Exception {
        assertThat(expire(arrival("passcourier.expired", false, ITEM)))
                .singleElement()
                .satisfies(
                        outboundMessage -> assertThat(outboundMessage.queue()).isEqualTo("passcourier.quarantine"));
        assertThat(audited).extracting(AuditEvent::type).containsExactly(AuditEvent.Type.QUARANTINED);
    }

    @SuppressWarnings("unchecked")
    private List<OutboundMessage> expire(InboundMessage arrival) throws Exception {
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        AuditTrail audit = event -> {
            audited.add(event);
            return audited.size();
        };
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(camel);
            exchange.getMessage().setBody(arrival);
            new ExpiredStep(new DeliveryRecord(audit, clock)).process(exchange);
            return exchange.getMessage().getBody(List.class);
        }
    }

    private static OutcomeReader delivered() {
        return (answer, failure, now) -> new DeliveryOutcome.Delivered("OK");
    }

    private static OutcomeReader later(Duration after) {
        return (answer, failure, now) -> new DeliveryOutcome.TryLater("HTTP_503", after);
    }

    private List<OutboundMessage> run(InboundMessage arrival, Instant now, OutcomeReader reader) throws Exception {
        return run(arrival, now, reader, event -> {
            audited.add(event);
            return audited.size();
        });
    }

    @SuppressWarnings("unchecked")
    private List<OutboundMessage> run(InboundMessage arrival, Instant now, OutcomeReader reader, AuditTrail audit)
            throws Exception {
        Clock clock = Clock.fixed(now, ZoneOffset.UTC);
        DeliveryRecord record = new DeliveryRecord(audit, clock);
        GoneDestinations.Destination destination =
                GoneDestinations.open(directory).destination("ops", "https://ops.example.org/");
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(camel);
            exchange.getMessage().setBody(arrival);
            Composer composer = (item, at, out) -> {
                composed.incrementAndGet();
                out.setBody("composed");
                out.setHeader("X-Left", "over");
            };
            new ComposeStep("ops", composer, record, destination, new RolledBackSends(), RestoredWork.none(), clock)
                    .process(exchange);
            new OutcomeStep(
                            reader,
                            record,
                            destination,
                            false,
                            KEEP,
                            new CallsInHand(),
                            clock,
                            new RetryTable(new NoJitter(), 1))
                    .process(exchange);
            assertThat(exchange.getMessage().getHeaders()).isEmpty();
            return exchange.getMessage().getBody(List.class);
        }
    }

    private static InboundMessage arrival(String queue, boolean internal, OutboxItem item) {
        OutboundMessage outboundMessage = OutboxCodec.outboundMessage(item, null);
        return new InboundMessage(queue, "ID:1", null, internal, outboundMessage.properties(), outboundMessage.body());
    }
}
