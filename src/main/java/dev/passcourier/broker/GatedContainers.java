package dev.passcourier.broker;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.camel.component.jms.DefaultJmsMessageListenerContainer;
import org.apache.camel.component.jms.JmsEndpoint;
import org.apache.camel.component.jms.MessageListenerContainerFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jms.listener.AbstractMessageListenerContainer;

/** Listener containers that pass a {@link Gate} before every receive, and tell it of hops that fail. */
public final class GatedContainers implements MessageListenerContainerFactory {

    private static final Duration WAIT = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(GatedContainers.class);

    /** What a broker that is there says to a consumer. */
    private static final Set<ActiveMQExceptionType> REFUSALS = EnumSet.of(
            ActiveMQExceptionType.SECURITY_EXCEPTION,
            ActiveMQExceptionType.QUEUE_DOES_NOT_EXIST,
            ActiveMQExceptionType.ADDRESS_DOES_NOT_EXIST,
            ActiveMQExceptionType.MAX_CONSUMER_LIMIT_EXCEEDED);

    /** What a client says of a broker that is away, of which its health check tells. */
    private static final Set<ActiveMQExceptionType> AWAY = EnumSet.of(
            ActiveMQExceptionType.NOT_CONNECTED,
            ActiveMQExceptionType.CONNECTION_TIMEDOUT,
            ActiveMQExceptionType.DISCONNECTED,
            ActiveMQExceptionType.UNBLOCKED,
            ActiveMQExceptionType.OBJECT_CLOSED);

    /** So many failures running are no broker that is about to be there. */
    private static final int TOO_OFTEN = 10;

    private final Gate gate;
    private final @Nullable String unwatched;

    /** For the queues behind one gate, on a broker that a health check watches. */
    public GatedContainers(Gate gate) {
        this(gate, null);
    }

    /**
     * For the queues behind one gate.
     *
     * @param unwatched what to call their broker when it is away, or null if somebody else says that it is
     */
    public GatedContainers(Gate gate, @Nullable String unwatched) {
        this.gate = gate;
        this.unwatched = unwatched;
    }

    @Override
    public AbstractMessageListenerContainer createMessageListenerContainer(JmsEndpoint endpoint) {
        return new Gated(endpoint, gate, unwatched);
    }

    static final class Gated extends DefaultJmsMessageListenerContainer {

        private final Gate gate;
        private final @Nullable String unwatched;
        private final AtomicBoolean away = new AtomicBoolean();
        private final AtomicInteger failures = new AtomicInteger();
        private volatile String lastRefusal = "";

        Gated(JmsEndpoint endpoint, Gate gate, @Nullable String unwatched) {
            super(endpoint, false);
            this.gate = gate;
            this.unwatched = unwatched;
        }

        @Override
        protected Message receiveMessage(MessageConsumer consumer) throws JMSException {
            if (!entered()) {
                return null;
            }
            boolean used = false;
            try {
                Message message = super.receiveMessage(consumer);
                used = message != null;
                return message;
            } finally {
                if (!used) {
                    gate.giveBack();
                }
            }
        }

        @Override
        protected void doExecuteListener(Session session, Message message) throws JMSException {
            try {
                super.doExecuteListener(session, message);
            } catch (JMSException | RuntimeException | Error e) {
                gate.failed(SenderIdentity.id(message), e);
                throw e;
            } finally {
                gate.left();
            }
        }

        /** Spring logs what it is given here, with its text, when the broker is gone before the message is back. */
        @Override
        protected void rollbackOnExceptionIfNecessary(Session session, Throwable failure) throws JMSException {
            super.rollbackOnExceptionIfNecessary(session, new Untold(failure));
        }

        /** A broker that is away is told of by its health check; one that is there and refuses us, here and once. */
        @Override
        protected MessageConsumer createListenerConsumer(Session session) throws JMSException {
            try {
                MessageConsumer consumer = super.createListenerConsumer(session);
                lastRefusal = "";
                failures.set(0);
                if (away.getAndSet(false)) {
                    LOG.info("BROKER_BACK {}", unwatched);
                }
                return consumer;
            } catch (JMSException e) {
                ActiveMQException why = cause(e, ActiveMQException.class);
                if (why != null && REFUSALS.contains(why.getType())) {
                    refused(why.getType().name());
                }
                throw e;
            }
        }

        @Override
        protected void handleListenerSetupFailure(Throwable failure, boolean alreadyRecovered) {
            if (unwatched != null && isRunning() && !away.getAndSet(true)) {
                LOG.warn("BROKER_AWAY {}", unwatched);
            }
            ActiveMQException why = cause(failure, ActiveMQException.class);
            boolean there = why != null && !AWAY.contains(why.getType()) && lastRefusal.isEmpty();
            if (there && failures.incrementAndGet() == TOO_OFTEN) {
                LOG.error(
                        "CONSUMER_NOT_SET_UP {} {}: nothing is taken from there; look into the broker's log",
                        getDestinationName(),
                        why.getType());
            }
        }

        private void refused(String refusal) {
            if (!refusal.equals(lastRefusal)) {
                LOG.error(
                        "CONSUMER_REFUSED {} {}: our user needs the right to consume there",
                        getDestinationName(),
                        refusal);
            }
            lastRefusal = refusal;
        }

        private static <T> @Nullable T cause(Throwable failure, Class<T> type) {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (type.isInstance(cause)) {
                    return type.cast(cause);
                }
            }
            return null;
        }

        private boolean entered() {
            try {
                return gate.enter(WAIT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    /** A failure's class and place, without its text: parsers and type converters quote the message. */
    private static final class Untold extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Untold(Throwable failure) {
            super(failure.getClass().getName());
            setStackTrace(failure.getStackTrace());
        }
    }
}
