package dev.passcourier.broker;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import jakarta.jms.JMSException;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.jspecify.annotations.Nullable;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/**
 * How this process reaches a broker.
 *
 * @param url      without our own settings
 * @param user     the user we are there
 * @param password of that user
 */
public record BrokerAccess(
        String url, @Nullable String user, @Nullable String password) {

    private static final int MAX_SESSIONS = 1_000;

    /**
     * Access to another Artemis.
     *
     * @throws ConfigurationException if the password's reference cannot be read
     */
    public static BrokerAccess external(String url, @Nullable String user, @Nullable SecretRef password)
            throws ConfigurationException {
        return new BrokerAccess(url, user, password == null ? null : EmbeddedBroker.text(password));
    }

    /** A pool of connections on which every send is confirmed. Whoever makes it stops it. */
    public JmsPoolConnectionFactory pool() throws JMSException {
        JmsPoolConnectionFactory pool = new JmsPoolConnectionFactory();
        pool.setConnectionFactory(ConfirmedSends.over(factory()));
        pool.setMaxConnections(1);
        pool.setMaxSessionsPerConnection(MAX_SESSIONS);
        pool.setUseAnonymousProducers(true);
        return pool;
    }

    /**
     * Prefetching nothing, whatever the URL says: a crash must not burn delivery attempts of messages nobody has looked
     * at. Nor does a connection mend itself: the pool gives up one that has failed in any case, and would then close
     * sessions that the broker has just handed messages to again, so that one failover would burn several attempts.
     */
    ActiveMQConnectionFactory factory() throws JMSException {
        return careful(new ActiveMQConnectionFactory(url, user, password));
    }

    static ActiveMQConnectionFactory careful(ActiveMQConnectionFactory factory) {
        factory.setConsumerWindowSize(0);
        factory.setReconnectAttempts(0);
        factory.setBlockOnDurableSend(true);
        factory.setDeserializationAllowList("none");
        return factory;
    }

    /** Names the broker only. */
    @Override
    public String toString() {
        return "BrokerAccess[" + url.replaceAll("\\?.*", "") + "]";
    }
}
