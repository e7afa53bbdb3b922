package dev.passcourier.outbox;

import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.Queues;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns outbox items into messages and back. Properties hold ids, counts and times only. */
public final class OutboxCodec {

    /** Ids become file names and Message-IDs: no separators, no leading dot. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._:@+-]{0,199}");

    private static final Pattern FILE_SAFE_ID = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");
    private static final Pattern MEDIA = Pattern.compile("[a-z]+/[a-z0-9.+-]{1,80}(; smime-type=[A-Za-z-]{1,40})?");

    private OutboxCodec() {}

    /**
     * The message that carries an item to its destination's outbox. A result's message expires with the result.
     *
     * @param notBefore when the broker may hand it out, or null for at once
     */
    public static OutboundMessage outboundMessage(OutboxItem item, @Nullable Instant notBefore) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(MessageProperties.KIND, item.kind().name());
        properties.put(MessageProperties.ALIAS, item.alias());
        properties.put(MessageProperties.DELIVERY, item.deliveryId());
        properties.put(MessageProperties.REQUEST, item.requestId());
        if (item.instance() != null) {
            properties.put(MessageProperties.INSTANCE, item.instance());
        }
        properties.put(MessageProperties.ATTEMPT, item.attempt());
        properties.put(MessageProperties.FIRST_TRY_AT, item.firstTryAt().toEpochMilli());
        properties.put(MessageProperties.MEDIA_TYPE, item.mediaType());
        Instant notAfter = item.notAfter();
        if (notAfter != null) {
            properties.put(MessageProperties.NOT_AFTER, notAfter.toEpochMilli());
        }
        return new OutboundMessage(Queues.outbox(item.alias()), item.body(), properties, notBefore, notAfter);
    }

    /**
     * Confirms a delivery that is sent in the same transaction, to its own outbox: it comes only if the transaction is
     * committed, and then as surely as the delivery itself. Has no body and does not expire.
     *
     * @param code of the success
     */
    public static OutboundMessage confirmation(OutboxItem item, String code) {
        OutboundMessage message = outboundMessage(item, null);
        Map<String, Object> properties = new HashMap<>(message.properties());
        properties.put(MessageProperties.SENT, code);
        return new OutboundMessage(message.queue(), new byte[0], properties, null, null);
    }

    /** The code of the success that a {@link #confirmation} tells; null of every other message. */
    public static @Nullable String confirmedCode(InboundMessage arrival) {
        return arrival.internal() && arrival.properties().get(MessageProperties.SENT) instanceof String code
                ? code
                : null;
    }

    /**
     * Reads what lies in an outbox, or came from one to the expiry queue.
     *
     * @throws OutboxException if the service did not send it, or it is malformed: to be quarantined
     */
    public static OutboxItem item(InboundMessage arrival) throws OutboxException {
        if (!arrival.internal()) {
            throw new OutboxException(OutboxException.Code.OUTBOX_NOT_OURS);
        }
        Map<String, Object> properties = arrival.properties();
        OutboxItem.Kind kind = kind(text(properties, MessageProperties.KIND));
        Instant notAfter = properties.containsKey(MessageProperties.NOT_AFTER)
                ? time(properties, MessageProperties.NOT_AFTER)
                : null;
        if (kind == OutboxItem.Kind.RESULT && notAfter == null) {
            throw malformed();
        }
        return new OutboxItem(
                kind,
                matching(FILE_SAFE_ID, text(properties, MessageProperties.ALIAS)),
                matching(FILE_SAFE_ID, text(properties, MessageProperties.DELIVERY)),
                matching(ID, text(properties, MessageProperties.REQUEST)),
                properties.containsKey(MessageProperties.INSTANCE)
                        ? matching(OutboxItem.INSTANCE, text(properties, MessageProperties.INSTANCE))
                        : null,
                attempt(properties),
                time(properties, MessageProperties.FIRST_TRY_AT),
                notAfter,
                matching(MEDIA, text(properties, MessageProperties.MEDIA_TYPE)),
                arrival.body());
    }

    private static OutboxItem.Kind kind(String name) throws OutboxException {
        for (OutboxItem.Kind kind : OutboxItem.Kind.values()) {
            if (kind.name().equals(name)) {
                return kind;
            }
        }
        throw malformed();
    }

    private static int attempt(Map<String, Object> properties) throws OutboxException {
        if (properties.get(MessageProperties.ATTEMPT) instanceof Integer attempt && attempt > 0) {
            return attempt;
        }
        throw malformed();
    }

    private static Instant time(Map<String, Object> properties, String name) throws OutboxException {
        if (properties.get(name) instanceof Long millis) {
            try {
                return Instant.ofEpochMilli(millis);
            } catch (DateTimeException e) {
                throw malformed();
            }
        }
        throw malformed();
    }

    private static String text(Map<String, Object> properties, String name) throws OutboxException {
        if (properties.get(name) instanceof String text) {
            return text;
        }
        throw malformed();
    }

    private static String matching(Pattern pattern, String text) throws OutboxException {
        if (pattern.matcher(text).matches()) {
            return text;
        }
        throw malformed();
    }

    private static OutboxException malformed() {
        return new OutboxException(OutboxException.Code.OUTBOX_PROPERTY);
    }
}
