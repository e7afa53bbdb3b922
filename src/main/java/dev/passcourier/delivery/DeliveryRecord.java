package dev.passcourier.delivery;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.KeptWork;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.request.Verdict;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down what happens to deliveries. */
final class DeliveryRecord {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryRecord.class);

    private final AuditTrail audit;
    private final Clock clock;

    DeliveryRecord(AuditTrail audit, Clock clock) {
        this.audit = audit;
        this.clock = clock;
    }

    void delivering(OutboxItem item) {
        append(AuditEvent.Type.DELIVERING, attempt(item));
    }

    void delivered(OutboxItem item, String code) {
        append(AuditEvent.Type.DELIVERED, with(attempt(item), Fact.CODE, code));
    }

    void postponed(OutboxItem item, String code) {
        append(AuditEvent.Type.DELIVERY_POSTPONED, with(attempt(item), Fact.CODE, code));
    }

    void failed(OutboxItem item, String code, Verdict verdict) {
        append(
                AuditEvent.Type.DELIVERY_FAILED,
                with(with(delivery(item), Fact.CODE, code), Fact.VERDICT, verdict.name()));
    }

    /** The message that takes it to quarantine. */
    OutboundMessage quarantined(InboundMessage arrival, String code) {
        append(
                AuditEvent.Type.QUARANTINED,
                Map.of(Fact.REFERENCE, arrival.messageId(), Fact.QUEUE, arrival.queue(), Fact.CODE, code));
        LOG.warn("{} {} from {} goes to quarantine", code, arrival.messageId(), arrival.queue());
        return KeptWork.quarantined(arrival, code);
    }

    private static Map<Fact, String> attempt(OutboxItem item) {
        return with(delivery(item), Fact.ATTEMPT, Integer.toString(item.attempt()));
    }

    private static Map<Fact, String> delivery(OutboxItem item) {
        return Map.of(
                Fact.REQUEST,
                item.requestId(),
                Fact.ALIAS,
                item.alias(),
                Fact.DELIVERY,
                item.deliveryId(),
                Fact.KIND,
                item.kind().name());
    }

    private static Map<Fact, String> with(Map<Fact, String> facts, Fact fact, String value) {
        Map<Fact, String> more = new EnumMap<>(facts);
        more.put(fact, value);
        return more;
    }

    private void append(AuditEvent.Type type, Map<Fact, String> facts) {
        audit.append(new AuditEvent(type, clock.instant(), facts));
    }
}
