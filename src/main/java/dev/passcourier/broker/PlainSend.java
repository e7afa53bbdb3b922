package dev.passcourier.broker;

import jakarta.jms.BytesMessage;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Sends outbound messages by plain JMS, in whatever transaction the session has. */
public final class PlainSend {

    private PlainSend() {}

    /**
     * Sends one.
     *
     * @param now what its time to live counts from
     */
    public static void send(Session session, OutboundMessage outboundMessage, Instant now) throws JMSException {
        Instant end = outboundMessage.expiresAt();
        // Zero would mean that it lives for ever.
        long millis = end == null ? 0 : Math.max(1, Duration.between(now, end).toMillis());
        try (MessageProducer producer = session.createProducer(session.createQueue(outboundMessage.queue()))) {
            producer.send(
                    message(session, outboundMessage), DeliveryMode.PERSISTENT, outboundMessage.priority(), millis);
        }
    }

    /** The message, without its time to live, which is the send's. */
    static BytesMessage message(Session session, OutboundMessage outboundMessage) throws JMSException {
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(outboundMessage.body());
        message.setIntProperty(MessageProperties.FORMAT, MessageProperties.NEWEST);
        for (Map.Entry<String, Object> property : outboundMessage.properties().entrySet()) {
            message.setObjectProperty(property.getKey(), property.getValue());
        }
        if (outboundMessage.notBefore() != null) {
            message.setLongProperty(
                    OutboundMessageStep.NOT_BEFORE, outboundMessage.notBefore().toEpochMilli());
        }
        return message;
    }
}
