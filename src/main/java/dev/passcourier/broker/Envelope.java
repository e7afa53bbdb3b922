package dev.passcourier.broker;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way to one of our queues: what the hand-on step of a hop sends.
 *
 * @param queue      name of the queue, made of configured names only
 * @param body       the message's bytes: a request's fields, a sealed result, a notice or a report; never cleartext
 * @param properties JMS properties: ids and counts only
 * @param notBefore  when the broker may hand it out, or null for at once
 * @param expiresAt  when the broker moves it to the expiry queue, or null for never
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record Envelope(
        String queue,
        byte[] body,
        Map<String, Object> properties,
        @Nullable Instant notBefore,
        @Nullable Instant expiresAt) {

    /** Property with the id of the request whose work a message carries. */
    public static final String REQUEST = "pcRequest";

    /** Property of requests on the intake that says where they came from. */
    public static final String ORIGIN = "pcOrigin";

    /** Property with the batch that a request on its way to the intake belongs to. */
    public static final String BATCH = "pcBatch";

    /** Property with the request's line there. */
    public static final String LINE = "pcLine";

    /** Copies the properties. */
    public Envelope {
        properties = Map.copyOf(properties);
    }
}
