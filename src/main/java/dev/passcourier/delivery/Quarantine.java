package dev.passcourier.delivery;

import dev.passcourier.broker.Arrival;
import dev.passcourier.broker.BrokerProbe;
import dev.passcourier.broker.Envelope;
import dev.passcourier.broker.KeptWork;
import dev.passcourier.broker.Queues;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where messages go that no sink will touch. */
final class Quarantine {

    private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

    private Quarantine() {}

    /**
     * Records it, and keeps the body only: a foreign message's properties could steer the send. A probe keeps its mark, by
     * which whoever sent it takes it away.
     */
    static Envelope move(Arrival arrival, String code, DeliveryRecord record) {
        record.quarantined(arrival, code);
        LOG.warn("{} {} from {} goes to quarantine", code, arrival.messageId(), arrival.queue());
        Map<String, Object> properties = new HashMap<>(BrokerProbe.mark(arrival));
        properties.put(KeptWork.REASON, code);
        properties.put(KeptWork.FROM, arrival.queue());
        return new Envelope(Queues.QUARANTINE, arrival.body(), properties, null, null);
    }
}
