package dev.passcourier.redrive;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditText;
import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.Queues;
import dev.passcourier.broker.SenderIdentity;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message of a queue that keeps, read as far as its properties. */
final class FailedMessageReader {

    private final Message message;
    private final FailedMessage.Place place;
    private final String ownUser;
    private final boolean ours;
    private final Map<String, Object> properties;
    private final @Nullable String originalQueue;

    /** Of a broker that knows us as {@code ownUser}. */
    FailedMessageReader(Message message, FailedMessage.Place place, String ownUser) throws JMSException {
        this.message = message;
        this.place = place;
        this.ownUser = ownUser;
        this.ours = new SenderIdentity(ownUser).isOurs(message);
        this.properties = ours ? MessageProperties.of(message) : Map.of();
        this.originalQueue = ours ? message.getStringProperty(MessageProperties.ORIGINAL_QUEUE) : null;
    }

    FailedMessage.Place place() {
        return place;
    }

    /** Whether a later release put it where it lies, or into the queue it came from: only that can return it. */
    boolean isOfNewerRelease() {
        return MessageProperties.isOfNewerRelease(properties);
    }

    /** Whether the service put it where it lies: then its properties are true. */
    boolean isOurs() {
        return ours;
    }

    /** Whether the service had sent it before it was kept. */
    boolean wasOurs() {
        return Boolean.TRUE.equals(properties.get(MessageProperties.OWN));
    }

    String id() throws JMSException {
        String id = message.getJMSMessageID();
        return id == null ? "" : id;
    }

    String from() {
        String from = text(MessageProperties.FROM);
        return from != null ? from : place == FailedMessage.Place.DEAD ? orEmpty(originalQueue) : "";
    }

    /** The account whose queue it came from. */
    @Nullable
    String account() {
        String cleared = Queues.cleared(from());
        return cleared == null ? Queues.account(from()) : cleared;
    }

    /** Whether a cloud was to forget a password. */
    boolean wasToClear() {
        return Queues.cleared(from()) != null;
    }

    /** The destination whose queue it came from. */
    @Nullable
    String destination() {
        return Queues.destination(from());
    }

    String reason() {
        return orEmpty(text(MessageProperties.REASON));
    }

    @Nullable
    String text(String property) {
        return properties.get(property) instanceof String text ? text : null;
    }

    /** Whose work it is, as the audit trail has it. */
    Map<Fact, String> workFacts() {
        return MessageProperties.facts(properties);
    }

    /** The message as its queue would hand it out. */
    InboundMessage arrival(int longest) throws JMSException, ReturnException {
        return new InboundMessage(from(), id(), ownUser, true, properties, body(longest));
    }

    private byte[] body(int longest) throws JMSException, ReturnException {
        byte[] body = null;
        if (message instanceof BytesMessage bytes && bytes.getBodyLength() <= longest) {
            body = new byte[Math.toIntExact(bytes.getBodyLength())];
            bytes.reset();
            bytes.readBytes(body);
        } else if (message instanceof TextMessage text) {
            body = orEmpty(text.getText()).getBytes(StandardCharsets.UTF_8);
        }
        if (body == null || body.length > longest) {
            throw new ReturnException(FailedMessage.Refusal.MESSAGE_TYPE);
        }
        return body;
    }

    /** What an operator may see of it. */
    FailedMessage shown(FailedMessage.@Nullable Refusal refusal) throws JMSException {
        return new FailedMessage(
                id(),
                clean(text(wasToClear() ? MessageProperties.CLEARS : MessageProperties.REQUEST)),
                place,
                AuditText.clean(from()),
                clean(account()),
                clean(destination()),
                clean(text(MessageProperties.VERDICT)),
                AuditText.clean(reason()),
                Instant.ofEpochMilli(message.getJMSTimestamp()),
                refusal);
    }

    private static @Nullable String clean(@Nullable String text) {
        return text == null ? null : AuditText.clean(text);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
