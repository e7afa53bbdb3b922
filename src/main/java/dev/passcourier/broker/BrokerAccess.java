package dev.passcourier.broker;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import java.util.Arrays;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.jspecify.annotations.Nullable;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/**
 * How this process reaches a broker. The password is read anew for each connection, so that one that was changed at the
 * broker and in its file counts without a restart.
 *
 * @param url    without our own settings
 * @param user   the user we are there
 * @param secret the password of that user
 */
public record BrokerAccess(String url, @Nullable String user, Secret secret) {

    private static final int MAX_SESSIONS = 1_000;

    /** Reads a password. */
    @FunctionalInterface
    interface Secret {
        @Nullable
        String read() throws ConfigurationException;
    }

    /** With a password that stays the same. */
    public BrokerAccess(String url, @Nullable String user, @Nullable String password) {
        this(url, user, () -> password);
    }

    /**
     * Access to another Artemis.
     *
     * @throws ConfigurationException if the password's reference cannot be read
     */
    public static BrokerAccess external(String url, @Nullable String user, @Nullable SecretRef password)
            throws ConfigurationException {
        if (password == null) {
            return new BrokerAccess(url, user, (String) null);
        }
        Arrays.fill(password.read(), (byte) 0);
        return new BrokerAccess(url, user, () -> EmbeddedBroker.text(password));
    }

    /**
     * The password as it is now. Artemis' clients want text, and a connection keeps it for as long as it lives.
     *
     * @throws JMSException if its reference cannot be read any more
     */
    @Nullable
    String password() throws JMSException {
        try {
            return secret.read();
        } catch (ConfigurationException e) {
            JMSException failure = new JMSException("the password for the broker: " + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
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
        return careful(new ActiveMQConnectionFactory(url) {

            private static final long serialVersionUID = 1;

            @Override
            public Connection createConnection() throws JMSException {
                return createConnection(BrokerAccess.this.user, BrokerAccess.this.password());
            }
        });
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
