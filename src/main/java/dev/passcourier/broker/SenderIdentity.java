package dev.passcourier.broker;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.Arrays;
import java.util.Collections;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a message, as far as the broker itself says so and the sender cannot. With {@code populate-validated-user}
 * Artemis writes the user who logged in over whatever a sender says, for every message that it keeps as a core message:
 * those that came over the core protocol, OpenWire, STOMP and MQTT. A message that came over AMQP it keeps as it came, and
 * turns the sender's own {@code user-id} and {@code _AMQ_VALIDATED_USER} into the validated user when a core client reads
 * it. So nobody is believed to have sent what came over AMQP.
 */
public final class SenderIdentity {

    /** Property by which Artemis hands out the validated user. */
    static final String VALIDATED_USER = "JMSXUserID";

    /** The same as Artemis keeps it in a message. */
    static final String STAMP = org.apache.activemq.artemis.api.core.Message.HDR_VALIDATED_USER.toString();

    /** What Artemis' converter from AMQP notes down about the encoding; a sender can change the notes, not remove them. */
    private static final String AMQP_NOTES = "JMS_AMQP_";

    /**
     * How a body starts that the converter makes no note of: the descriptor of AMQP's {@code amqp-value}, OASIS AMQP 1.0,
     * part 3, 3.2.8. Nothing that we send starts so, nor does any request.
     */
    private static final byte[] AMQP_VALUE = {0x00, 0x53, 0x77};

    private final @Nullable String ownUser;

    /**
     * On one broker.
     *
     * @param ownUser who we are there, or null if nobody there may be believed to be us
     */
    public SenderIdentity(@Nullable String ownUser) {
        this.ownUser = ownUser;
    }

    /**
     * Who sent one message.
     *
     * @param id   {@link SenderIdentity#id the message's}
     * @param user {@link SenderIdentity#user who it was}, or null
     * @param ours whether {@link SenderIdentity#isOurs we did}
     */
    record Sender(String id, @Nullable String user, boolean ours) {}

    /** All that is known of who sent it. */
    Sender of(Message message) throws JMSException {
        String user = user(message);
        return new Sender(id(message), user, isOurs(user));
    }

    /** The user who sent it, or null if the broker does not vouch for anybody. */
    public @Nullable String user(Message message) throws JMSException {
        String user = message.getStringProperty(VALIDATED_USER);
        return user == null || isFromAmqp(message, user) ? null : user;
    }

    /** Whether we sent it ourselves: only then may its properties be believed. */
    public boolean isOurs(Message message) throws JMSException {
        return isOurs(user(message));
    }

    private boolean isOurs(@Nullable String user) {
        return ownUser != null && ownUser.equals(user);
    }

    /**
     * The sender's id, or the broker's with the time if the sender's client leaves ids out. The broker's too for what came
     * over AMQP: Artemis makes up another id each time it hands such a message out.
     */
    public static String id(Message message) throws JMSException {
        String id = message.getJMSMessageID();
        if (id != null && !hasAmqpNotes(message)) {
            return id;
        }
        return id(((ActiveMQMessage) message).getCoreMessage().getMessageID(), message.getJMSTimestamp());
    }

    /** The broker's own id of a message that has no other, with the time. */
    static String id(long brokersOwn, long timestamp) {
        return "core:" + brokersOwn + "." + timestamp;
    }

    private boolean isFromAmqp(Message message, String user) throws JMSException {
        return hasAmqpNotes(message) || message instanceof BytesMessage bytes && mayBeAmqpValue(bytes, user);
    }

    private static boolean hasAmqpNotes(Message message) throws JMSException {
        for (Object name : Collections.list(message.getPropertyNames())) {
            if (((String) name).startsWith(AMQP_NOTES)) {
                return true;
            }
        }
        return false;
    }

    /** What is too large to be read is nothing of ours, and in a stranger's name nothing comes of it but its record. */
    private boolean mayBeAmqpValue(BytesMessage message, String user) throws JMSException {
        boolean own = user.equals(ownUser);
        if (message.getBodyLength() > (own ? ArrivalStep.MAX_INTERNAL : ArrivalStep.MAX_REQUEST)) {
            return own;
        }
        byte[] start = new byte[AMQP_VALUE.length];
        message.reset();
        int length = message.readBytes(start);
        message.reset();
        return length == start.length && Arrays.equals(start, AMQP_VALUE);
    }
}
