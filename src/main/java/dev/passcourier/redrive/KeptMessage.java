package dev.passcourier.redrive;

import dev.passcourier.audit.AuditText;
import dev.passcourier.broker.Arrival;
import dev.passcourier.broker.Envelope;
import dev.passcourier.broker.KeptWork;
import dev.passcourier.broker.SenderIdentity;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message of a queue that keeps, read as far as its properties. */
final class KeptMessage {

    private static final String ORIGINAL_QUEUE = "_AMQ_ORIG_QUEUE";
    private static final String FETCH = "fetch.";
    private static final String OUTBOX = "outbox.";

    private final Message message;
    private final Kept.Place place;
    private final String ownUser;
    private final boolean ours;
    private final Map<String, Object> properties;

    /** Of a broker that knows us as {@code ownUser}. */
    KeptMessage(Message message, Kept.Place place, String ownUser) throws JMSException {
        this.message = message;
        this.place = place;
        this.ownUser = ownUser;
        this.ours = new SenderIdentity(ownUser).isOurs(message);
        this.properties = ours ? properties(message) : Map.of();
    }

    private static Map<String, Object> properties(Message message) throws JMSException {
        Map<String, Object> properties = new HashMap<>();
        for (Object each : Collections.list(message.getPropertyNames())) {
            String name = (String) each;
            if (!name.startsWith("JMSX") && (!name.startsWith("_AMQ") || name.equals(ORIGINAL_QUEUE))) {
                properties.put(name, message.getObjectProperty(name));
            }
        }
        return properties;
    }

    Kept.Place place() {
        return place;
    }

    /** Whether the service put it where it lies: then its properties are true. */
    boolean isOurs() {
        return ours;
    }

    /** Whether the service had sent it before it was laid aside. */
    boolean wasOurs() {
        return Boolean.TRUE.equals(properties.get(KeptWork.OWN));
    }

    String id() throws JMSException {
        String id = message.getJMSMessageID();
        return id == null ? "" : id;
    }

    String from() {
        String from = text(KeptWork.FROM);
        return from != null ? from : place == Kept.Place.DEAD ? orEmpty(text(ORIGINAL_QUEUE)) : "";
    }

    /** The account whose queue it came from. */
    @Nullable
    String account() {
        return after(FETCH);
    }

    /** The destination whose queue it came from. */
    @Nullable
    String destination() {
        return after(OUTBOX);
    }

    String reason() {
        return orEmpty(text(KeptWork.REASON));
    }

    @Nullable
    String text(String property) {
        return properties.get(property) instanceof String text ? text : null;
    }

    /** A property as text, whatever its type. */
    @Nullable
    String printed(String property) {
        Object value = properties.get(property);
        return value == null ? null : value.toString();
    }

    /** The message as its queue would hand it out. */
    Arrival arrival(int longest) throws JMSException, ReturnException {
        return new Arrival(from(), id(), ownUser, true, properties, body(longest));
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
            throw new ReturnException(Kept.Refusal.MESSAGE_TYPE);
        }
        return body;
    }

    /** What an operator may see of it. */
    Kept shown(Kept.@Nullable Refusal refusal) throws JMSException {
        return new Kept(
                id(),
                clean(text(Envelope.REQUEST)),
                place,
                AuditText.clean(from()),
                clean(account()),
                clean(destination()),
                clean(text(KeptWork.VERDICT)),
                AuditText.clean(reason()),
                Instant.ofEpochMilli(message.getJMSTimestamp()),
                refusal);
    }

    private @Nullable String after(String prefix) {
        return from().startsWith(prefix) ? from().substring(prefix.length()) : null;
    }

    private static @Nullable String clean(@Nullable String text) {
        return text == null ? null : AuditText.clean(text);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
