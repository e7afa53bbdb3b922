package dev.passcourier.delivery;

import dev.passcourier.broker.FailedMessages;
import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.outbox.OutboxCodec;
import dev.passcourier.outbox.OutboxException;
import dev.passcourier.request.Verdict;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles what the broker moved to the expiry queue. A result whose lifetime ended in its outbox is recorded as expired
 * and let go; failed work that nobody returned ended when it failed, and just goes; everything else, such as a result that nobody collected from a JMS destination, goes to quarantine.
 */
final class ExpiredStep implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(ExpiredStep.class);

    private final DeliveryRecord record;

    ExpiredStep(DeliveryRecord record) {
        this.record = record;
    }

    @Override
    public void process(Exchange exchange) {
        InboundMessage arrival = exchange.getMessage().getBody(InboundMessage.class);
        exchange.getMessage().setBody(settle(arrival));
    }

    private List<OutboundMessage> settle(InboundMessage arrival) {
        if (FailedMessages.isFailed(arrival)) {
            LOG.info("{} has been kept long enough", arrival.messageId());
            return List.of();
        }
        try {
            record.failed(OutboxCodec.item(arrival), FailureCodes.EXPIRED, Verdict.EXPIRED);
            return List.of();
        } catch (OutboxException e) {
            return List.of(record.quarantined(arrival, FailureCodes.EXPIRED));
        }
    }
}
