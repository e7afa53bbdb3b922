package dev.passcourier.broker;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.jms.JmsConstants;

/** Turns an {@link Envelope} into the message that the hand-on route sends: a clean one, with the envelope's properties. */
public final class EnvelopeStep implements Processor {

    /** Property by which the broker holds a message back. */
    static final String NOT_BEFORE = "_AMQ_SCHED_DELIVERY";

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        Envelope envelope = message.getBody(Envelope.class);
        message.removeHeaders("*");
        message.setBody(envelope.body());
        envelope.properties().forEach(message::setHeader);
        message.setHeader(JmsConstants.JMS_DESTINATION_NAME, envelope.queue());
        if (envelope.notBefore() != null) {
            message.setHeader(NOT_BEFORE, envelope.notBefore().toEpochMilli());
        }
        if (envelope.expiresAt() != null) {
            message.setHeader(
                    JmsConstants.JMS_HEADER_EXPIRATION, envelope.expiresAt().toEpochMilli());
        }
    }
}
