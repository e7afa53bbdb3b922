package dev.passcourier.broker;

import java.util.Arrays;
import java.util.Set;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.ICoreMessage;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.server.LargeServerMessage;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * Refuses other programs' messages that our client cannot take. It throws at a type that JMS does not have, before
 * {@link ArrivalStep} sees the message, so that nobody could ever take it off its queue; and what would fill our memory: a
 * JMS client reads a text message whole, and unpacks a compressed one, before anybody can look at its size. So the broker
 * looks first, and the sender is told. So it is of a duplicate id that begins like ours, which would make the broker drop
 * our own message.
 */
final class MessageLimits implements ActiveMQServerMessagePlugin {

    /** What is less and still too much goes to quarantine, where somebody can look at it. */
    static final int LARGEST = 4 << 20;

    private static final byte[] OURS = SimpleString.of(JmsIntakeSender.OURS).getData();

    private static final Set<Byte> TYPES = Set.of(
            Message.DEFAULT_TYPE,
            Message.OBJECT_TYPE,
            Message.TEXT_TYPE,
            Message.BYTES_TYPE,
            Message.MAP_TYPE,
            Message.STREAM_TYPE);

    @Override
    public void beforeSend(
            @Nullable ServerSession session,
            @Nullable Transaction transaction,
            Message message,
            boolean direct,
            boolean noAutoCreateQueue)
            throws ActiveMQException {
        if (session == null || EmbeddedBroker.OWN_USER.equals(session.getValidatedUser())) {
            return;
        }
        if (!(message instanceof ICoreMessage core) || !TYPES.contains(core.getType())) {
            forget(message);
            throw new ActiveMQException(ActiveMQExceptionType.INTERCEPTOR_REJECTED_PACKET, "MESSAGE_TYPE");
        }
        if (message.getWholeMessageSize() > LARGEST || message.containsProperty(Message.HDR_LARGE_COMPRESSED)) {
            forget(message);
            throw new ActiveMQException(
                    ActiveMQExceptionType.INTERCEPTOR_REJECTED_PACKET, "MESSAGE_TOO_LARGE or compressed");
        }
        if (hasDuplicateIdOfOurs(message)) {
            forget(message);
            throw new ActiveMQException(ActiveMQExceptionType.INTERCEPTOR_REJECTED_PACKET, "DUPLICATE_ID_RESERVED");
        }
    }

    /** The broker compares ids as bytes, whether they came as text or not. */
    private static boolean hasDuplicateIdOfOurs(Message message) {
        byte[] id = message.getDuplicateIDBytes();
        return id != null && id.length >= OURS.length && Arrays.equals(id, 0, OURS.length, OURS, 0, OURS.length);
    }

    /** A large message is in a file by now, which nobody else would delete. */
    private static void forget(Message message) throws ActiveMQException {
        if (message instanceof LargeServerMessage large) {
            try {
                large.deleteFile();
            } catch (Exception e) {
                throw new ActiveMQException(ActiveMQExceptionType.IO_ERROR, "MESSAGE_TOO_LARGE");
            }
        }
    }
}
