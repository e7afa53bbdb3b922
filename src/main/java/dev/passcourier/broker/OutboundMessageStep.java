package dev.passcourier.broker;

import dev.passcourier.trace.TraceContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.jms.JmsConstants;

/** Turns an {@link OutboundMessage} into the message that the hand-on route sends: a clean one, with the outbound message's properties. */
public final class OutboundMessageStep implements Processor {

    /** Property by which the broker holds a message back. */
    static final String NOT_BEFORE = "_AMQ_SCHED_DELIVERY";

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        OutboundMessage outboundMessage = message.getBody(OutboundMessage.class);
        message.removeHeaders("*");
        message.setBody(outboundMessage.body());
        message.setHeader(MessageProperties.FORMAT, MessageProperties.NEWEST);
        outboundMessage.properties().forEach(message::setHeader);
        TraceContext.of(exchange).forEach(message::setHeader);
        message.setHeader(JmsConstants.JMS_DESTINATION_NAME, outboundMessage.queue());
        message.setHeader(JmsConstants.JMS_HEADER_PRIORITY, outboundMessage.priority());
        if (outboundMessage.notBefore() != null) {
            message.setHeader(NOT_BEFORE, outboundMessage.notBefore().toEpochMilli());
        }
        if (outboundMessage.expiresAt() != null) {
            message.setHeader(
                    JmsConstants.JMS_HEADER_EXPIRATION,
                    outboundMessage.expiresAt().toEpochMilli());
        }
    }
}
