package dev.passcourier.broker;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message as it came from one of our queues, after the first step of a route: the exchange's body from there on. The
 * exchange has no headers any more.
 *
 * @param queue      where it came from
 * @param messageId  the JMS message id, or one made of the broker's own where the sender gave none
 * @param user       the broker-validated user who sent it, or null
 * @param internal   true if the service itself sent it: only then may the properties be believed
 * @param properties the message's own properties
 * @param body       the bytes; a text message's as UTF-8
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record InboundMessage(
        String queue,
        String messageId,
        @Nullable String user,
        boolean internal,
        Map<String, Object> properties,
        byte[] body) {

    /** Names the message only. */
    @Override
    public String toString() {
        return "InboundMessage[" + queue + " " + messageId + "]";
    }
}
