package dev.passcourier.broker;

import jakarta.jms.Message;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way to one of our queues: what the hand-on step of a hop sends.
 *
 * @param queue      name of the queue, made of configured names only
 * @param body       the message's bytes: a request's fields, a sealed result, a notice or a report; never cleartext
 * @param properties see {@link MessageProperties}
 * @param notBefore  when the broker may hand it out, or null for at once
 * @param expiresAt  when the broker moves it to the expiry queue, or null for never
 * @param yields     whether all others of the queue go before it
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record OutboundMessage(
        String queue,
        byte[] body,
        Map<String, Object> properties,
        @Nullable Instant notBefore,
        @Nullable Instant expiresAt,
        boolean yields) {

    /** JMS priority of what yields; all else has JMS's own, 4. */
    private static final int LOW = 1;

    /** One that yields to none. */
    public OutboundMessage(
            String queue,
            byte[] body,
            Map<String, Object> properties,
            @Nullable Instant notBefore,
            @Nullable Instant expiresAt) {
        this(queue, body, properties, notBefore, expiresAt, false);
    }

    /** The same message, which yields to others of its queue if that is so. */
    public OutboundMessage yielding(boolean whether) {
        return new OutboundMessage(queue, body, properties, notBefore, expiresAt, whether);
    }

    /** The same message with further properties. */
    public OutboundMessage with(Map<String, String> more) {
        Map<String, Object> all = new HashMap<>(properties);
        all.putAll(more);
        return new OutboundMessage(queue, body, all, notBefore, expiresAt, yields);
    }

    int priority() {
        return yields ? LOW : Message.DEFAULT_PRIORITY;
    }

    /** Copies the properties. */
    public OutboundMessage {
        properties = Map.copyOf(properties);
    }
}
