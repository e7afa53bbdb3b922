package dev.passcourier.broker;

import java.time.Instant;
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
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record OutboundMessage(
        String queue,
        byte[] body,
        Map<String, Object> properties,
        @Nullable Instant notBefore,
        @Nullable Instant expiresAt) {

    /** Copies the properties. */
    public OutboundMessage {
        properties = Map.copyOf(properties);
    }
}
