package dev.passcourier.broker;

import jakarta.jms.BytesMessage;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Sends envelopes by plain JMS, in whatever transaction the session has. */
public final class PlainSend {

    private PlainSend() {}

    /**
     * Sends one.
     *
     * @param now what its time to live counts from
     */
    public static void send(Session session, Envelope envelope, Instant now) throws JMSException {
        Instant end = envelope.expiresAt();
        // Zero would mean that it lives for ever.
        long millis = end == null ? 0 : Math.max(1, Duration.between(now, end).toMillis());
        try (MessageProducer producer = session.createProducer(session.createQueue(envelope.queue()))) {
            producer.send(message(session, envelope), DeliveryMode.PERSISTENT, Message.DEFAULT_PRIORITY, millis);
        }
    }

    /** The message, without its time to live, which is the send's. */
    static BytesMessage message(Session session, Envelope envelope) throws JMSException {
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(envelope.body());
        for (Map.Entry<String, Object> property : envelope.properties().entrySet()) {
            message.setObjectProperty(property.getKey(), property.getValue());
        }
        if (envelope.notBefore() != null) {
            message.setLongProperty(
                    EnvelopeStep.NOT_BEFORE, envelope.notBefore().toEpochMilli());
        }
        return message;
    }
}
