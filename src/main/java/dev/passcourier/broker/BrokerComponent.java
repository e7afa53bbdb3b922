package dev.passcourier.broker;

import jakarta.jms.ConnectionFactory;
import org.apache.camel.component.jms.JmsComponent;

/** Camel's JMS component as every one of our routes needs it. */
public final class BrokerComponent {

    /** How long a consumer waits before it looks whether it should stop, in milliseconds. */
    static final long RECEIVE_TIMEOUT = 1_000;

    private BrokerComponent() {}

    /**
     * A component whose consumers and producers share one local transaction per message. Both ends of a hop must use
     * the same connection factory, or the send leaves the transaction.
     */
    public static JmsComponent on(ConnectionFactory pool) {
        JmsComponent component = new JmsComponent();
        component.setConnectionFactory(pool);
        component.setTransacted(true);
        component.setLazyCreateTransactionManager(false);
        component.setCacheLevelName("CACHE_CONSUMER");
        component.setReceiveTimeout(RECEIVE_TIMEOUT);
        component.setDisableReplyTo(true);
        component.setMapJmsMessage(false);
        component.setPreserveMessageQos(true);
        component.setAutoStartup(true);
        // What comes in while a route stops is finished; giving it back would burn one of its attempts.
        component.setAcceptMessagesWhileStopping(true);
        component.setErrorHandler(new QuietErrorHandler());
        return component;
    }
}
