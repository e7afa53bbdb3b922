package dev.passcourier.delivery;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.FailedMessages;
import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.remote.FailureLog;
import dev.passcourier.remote.RemoteText;
import dev.passcourier.request.Verdict;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down what happens to deliveries. */
final class DeliveryRecord {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryRecord.class);

    private final AuditTrail audit;
    private final Clock clock;
    private final FailureLog failures = new FailureLog(LOG);

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

    /** Notes that it will be tried again: at this time, or as soon as the service is back if that is null. */
    void postponed(OutboxItem item, String code, @Nullable Instant next) {
        Map<Fact, String> facts = with(attempt(item), Fact.CODE, code);
        append(AuditEvent.Type.DELIVERY_POSTPONED, next == null ? facts : with(facts, Fact.NEXT, next.toString()));
    }

    void failed(OutboxItem item, String code, Verdict verdict) {
        append(
                AuditEvent.Type.DELIVERY_FAILED,
                with(with(delivery(item), Fact.CODE, code), Fact.VERDICT, verdict.name()));
    }

    /**
     * Says in the log that an attempt failed.
     *
     * @param inClear whether results go there in clear: who gets them could say one again, and is quoted in known words only
     * @param next when it is tried again, or null if it is not
     * @param end  how it ended, or empty
     */
    void logged(OutboxItem item, boolean inClear, DeliveryOutcome outcome, @Nullable Instant next, String end) {
        String said = inClear ? RemoteText.known(outcome.said()) : outcome.said();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("request", item.requestId());
        facts.put("instance", item.instance() == null ? "" : item.instance());
        facts.put("destination", item.alias());
        facts.put("delivery", item.deliveryId());
        facts.put("attempt", Integer.toString(item.attempt()));
        failures.attempt("NOT_DELIVERED", item.alias(), facts, new FailureLog.Outcome(outcome.code(), next, end, said));
    }

    /** The message that takes it to quarantine. */
    OutboundMessage quarantined(InboundMessage arrival, String code) {
        append(
                AuditEvent.Type.QUARANTINED,
                Map.of(Fact.REFERENCE, arrival.messageId(), Fact.QUEUE, arrival.queue(), Fact.CODE, code));
        LOG.warn("{} {} from {} goes to quarantine", code, arrival.messageId(), arrival.queue());
        return FailedMessages.quarantined(arrival, code);
    }

    private static Map<Fact, String> attempt(OutboxItem item) {
        return with(delivery(item), Fact.ATTEMPT, Integer.toString(item.attempt()));
    }

    private static Map<Fact, String> delivery(OutboxItem item) {
        Map<Fact, String> facts = Map.of(
                Fact.REQUEST,
                item.requestId(),
                Fact.ALIAS,
                item.alias(),
                Fact.DELIVERY,
                item.deliveryId(),
                Fact.KIND,
                item.kind().name());
        return item.restore() == null ? facts : with(facts, Fact.RESTORE, item.restore());
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
