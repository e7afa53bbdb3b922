package dev.passcourier.intake;

import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.IntakeSender;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.request.Origin;
import dev.passcourier.trace.TraceContext;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves requests from a queue on another broker to our intake. The two brokers share no transaction: a message that
 * comes again after a crash is sent under the same duplicate id, and our broker drops it. Only body, message id,
 * validated user and trace cross over.
 */
public final class ForeignRequests implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(ForeignRequests.class);

    private final String intakeQueue;
    private final IntakeSender sender;

    /**
     * For one intake queue.
     *
     * @param intakeQueue its name on our broker
     */
    public ForeignRequests(String intakeQueue, IntakeSender sender) {
        this.intakeQueue = intakeQueue;
        this.sender = sender;
    }

    @Override
    public void process(Exchange exchange) {
        InboundMessage arrival = exchange.getMessage().getBody(InboundMessage.class);
        Origin origin = new Origin(Origin.Source.JMS, arrival.messageId(), arrival.user(), null, 0);
        // Ids of messages may come again after another broker was made anew: the same id with another body is another.
        String once = "jms:" + arrival.messageId() + ":" + Hashes.sha256(arrival.body());
        OutboundMessage request =
                Origins.outboundMessage(intakeQueue, arrival.body(), origin).with(TraceContext.of(exchange));
        if (!sender.send(List.of(request), once)) {
            LOG.warn("REQUEST_REPEATED {}: had been taken from the other broker before", arrival.messageId());
        }
        exchange.getMessage().setBody(null);
    }
}
