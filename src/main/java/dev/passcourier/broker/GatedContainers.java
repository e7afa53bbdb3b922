package dev.passcourier.broker;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.time.Duration;
import org.apache.camel.component.jms.DefaultJmsMessageListenerContainer;
import org.apache.camel.component.jms.JmsEndpoint;
import org.apache.camel.component.jms.MessageListenerContainerFactory;
import org.springframework.jms.listener.AbstractMessageListenerContainer;

/** Listener containers that pass a {@link Gate} before every receive, and tell it of hops that fail. */
public final class GatedContainers implements MessageListenerContainerFactory {

    private static final Duration WAIT = Duration.ofSeconds(1);

    private final Gate gate;

    /** For the queues behind one gate. */
    public GatedContainers(Gate gate) {
        this.gate = gate;
    }

    @Override
    public AbstractMessageListenerContainer createMessageListenerContainer(JmsEndpoint endpoint) {
        return new Gated(endpoint, gate);
    }

    static final class Gated extends DefaultJmsMessageListenerContainer {

        private final Gate gate;

        Gated(JmsEndpoint endpoint, Gate gate) {
            super(endpoint, false);
            this.gate = gate;
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
