package dev.passcourier.broker;

import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.List;
import org.apache.activemq.artemis.api.core.ActiveMQDuplicateIdException;
import org.apache.activemq.artemis.api.core.Message;
import org.jspecify.annotations.Nullable;

/** Sends by plain JMS in a transaction of its own, which does nothing but send. */
public final class JmsIntakeSender implements IntakeSender {

    /**
     * What our duplicate ids begin with. Senders share the queue's memory of them with us, and could use up ids that they
     * can guess, such as a schedule's next time: {@link MessageLimits} refuses theirs that begin so.
     */
    static final String OURS = "passcourier:";

    private final ConnectionFactory pool;

    /** Over the pool of our broker. */
    public JmsIntakeSender(ConnectionFactory pool) {
        this.pool = pool;
    }

    @Override
    public boolean send(List<OutboundMessage> messages, String duplicateId) {
        try (Connection connection = pool.createConnection();
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED)) {
            sendAll(session, messages, duplicateId);
            session.commit();
            return true;
        } catch (JMSException e) {
            if (isDuplicate(e)) {
                return false;
            }
            throw new IllegalStateException("INTAKE_NOT_SENT " + e.getClass().getSimpleName());
        }
    }

    private static void sendAll(Session session, List<OutboundMessage> messages, String duplicateId)
            throws JMSException {
        try (MessageProducer producer = session.createProducer(null)) {
            @Nullable String once = duplicateId;
            for (OutboundMessage outboundMessage : messages) {
                producer.setPriority(outboundMessage.priority());
                producer.send(session.createQueue(outboundMessage.queue()), message(session, outboundMessage, once));
                once = null;
            }
        }
    }

    private static BytesMessage message(Session session, OutboundMessage outboundMessage, @Nullable String duplicateId)
            throws JMSException {
        BytesMessage message = PlainSend.message(session, outboundMessage);
        if (duplicateId != null) {
            message.setStringProperty(Message.HDR_DUPLICATE_DETECTION_ID.toString(), OURS + duplicateId);
        }
        return message;
    }

    private static boolean isDuplicate(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ActiveMQDuplicateIdException) {
                return true;
            }
        }
        return false;
    }
}
