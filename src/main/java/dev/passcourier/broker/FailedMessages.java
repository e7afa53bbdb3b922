package dev.passcourier.broker;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Work that is kept, in {@link Queues#FAILED} and {@link Queues#QUARANTINE}, and how its properties say where it came
 * from. Only messages that we sent ourselves are marked {@link MessageProperties#OWN}; a stranger's keeps its sender and
 * its id instead, so that it can be asked again in its sender's name and in no other.
 */
public final class FailedMessages {

    private FailedMessages() {}

    /**
     * Failed work on its way to where it is kept.
     *
     * @param work      the message as it would go back to its queue
     * @param verdict   how it ended
     * @param code      why
     * @param expiresAt when it is not worth keeping any more
     */
    public static OutboundMessage failed(
            OutboundMessage work, String verdict, String code, @Nullable Instant expiresAt) {
        Map<String, Object> properties = new HashMap<>(work.properties());
        properties.put(MessageProperties.FROM, work.queue());
        properties.put(MessageProperties.REASON, code);
        properties.put(MessageProperties.VERDICT, verdict);
        properties.put(MessageProperties.OWN, true);
        return new OutboundMessage(Queues.FAILED, work.body(), properties, null, expiresAt);
    }

    /**
     * A message on its way to quarantine, of which the body and nothing else is kept: a stranger's properties could steer
     * the send. A probe keeps its mark, by which whoever sent it takes it away.
     *
     * @param code why
     */
    public static OutboundMessage quarantined(InboundMessage arrival, String code) {
        Map<String, Object> properties = new HashMap<>(BrokerProbe.mark(arrival));
        properties.put(MessageProperties.REASON, code);
        properties.put(MessageProperties.FROM, arrival.queue());
        return new OutboundMessage(Queues.QUARANTINE, arrival.body(), properties, null, null);
    }

    /** Whether a message of the expiry queue is failed work that has been kept long enough. */
    public static boolean isFailed(InboundMessage arrival) {
        return arrival.internal() && arrival.properties().get(MessageProperties.VERDICT) instanceof String;
    }
}
