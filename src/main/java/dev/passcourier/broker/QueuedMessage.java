package dev.passcourier.broker;

import java.util.Map;

/**
 * A message that lies in a queue of the embedded broker, with a delay or without, looked at and not taken.
 *
 * @param queue      where it lies
 * @param messageId  as {@link InboundMessage} has it
 * @param internal   true if the service itself sent it: only then may the properties be believed
 * @param properties the message's own properties
 */
public record QueuedMessage(String queue, String messageId, boolean internal, Map<String, Object> properties) {

    /** Copies the properties. */
    public QueuedMessage {
        properties = Map.copyOf(properties);
    }
}
