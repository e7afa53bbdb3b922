package dev.passcourier.delivery;

import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.Arrival;
import dev.passcourier.broker.Envelope;
import dev.passcourier.broker.Queues;
import dev.passcourier.request.Verdict;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Records the end of results whose lifetime was over in their outbox: the broker moved them to the expiry queue. */
public final class ExpiryStep implements Processor {

    private final DeliveryRecord record;

    /** Records to {@code audit}. */
    public ExpiryStep(AuditTrail audit, Clock clock) {
        this.record = new DeliveryRecord(audit, clock);
    }

    @Override
    public void process(Exchange exchange) {
        exchange.getMessage().setBody(end(exchange.getMessage().getBody(Arrival.class)));
    }

    private List<Envelope> end(Arrival arrival) {
        try {
            record.failed(OutboxCodec.item(arrival), FailureCodes.EXPIRED, Verdict.EXPIRED);
            return List.of();
        } catch (OutboxException e) {
            record.quarantined(arrival, e.code().name());
            return List.of(new Envelope(
                    Queues.QUARANTINE, arrival.body(), Map.of("pcReason", e.code().name()), null, null));
        }
    }
}
