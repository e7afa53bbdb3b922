package dev.passcourier.delivery;

import dev.passcourier.broker.Gate;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.jspecify.annotations.Nullable;

/**
 * Why our broker refused what was to go to one JMS destination, by the outbox message, until that comes again. A broker may
 * say no as late as at the commit; then everything that the transaction would have recorded and sent is gone, and only the
 * next transaction can put the delivery off.
 */
final class RolledBackSends implements Gate {

    /** What another node took over never comes back here. */
    private static final int MOST = 1_000;

    private final Map<String, String> codes = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > MOST;
        }
    };

    @Override
    public boolean enter(Duration atMost) {
        return true;
    }

    @Override
    public void failed(String messageId, Throwable why) {
        String code = code(why);
        if (code != null) {
            synchronized (codes) {
                codes.put(messageId, code);
            }
        }
    }

    /**
     * Why the message's send was rolled back; null if it was not, or for no reason of the destination's. Told as often as
     * the message comes: the transaction that puts it off may fail too, and the next attempt is another message.
     */
    @Nullable
    String code(String messageId) {
        synchronized (codes) {
            return codes.get(messageId);
        }
    }

    /** What the broker has against the message; null if it is the broker that fails, or one of our own steps. */
    private static @Nullable String code(Throwable failure) {
        ActiveMQException artemis = FailureCodes.find(failure, ActiveMQException.class);
        if (artemis != null) {
            return switch (artemis.getType()) {
                case SECURITY_EXCEPTION -> "JMS_REFUSED";
                case QUEUE_DOES_NOT_EXIST, ADDRESS_DOES_NOT_EXIST -> "JMS_NO_QUEUE";
                case ADDRESS_FULL -> "JMS_QUEUE_FULL";
                case INTERCEPTOR_REJECTED_PACKET, LARGE_MESSAGE_ERROR_BODY, ROUTING_EXCEPTION -> "JMS_REJECTED";
                default -> null;
            };
        }
        JMSException jms = FailureCodes.find(failure, JMSException.class);
        // Artemis' client says so of a queue that is not there before it sends, as a plain JMSException.
        boolean missing = jms instanceof InvalidDestinationException
                || jms != null && String.valueOf(jms.getMessage()).startsWith("There is no queue");
        return missing ? "JMS_NO_QUEUE" : null;
    }
}
