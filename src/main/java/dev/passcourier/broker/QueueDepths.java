package dev.passcourier.broker;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.jspecify.annotations.Nullable;

/** Asks the broker how many messages lie in our queues, over a connection of its own. For one thread. */
public final class QueueDepths implements Callable<Map<String, Long>>, AutoCloseable {

    private static final int PATIENCE_MILLIS = 3_000;

    private final BrokerAccess access;
    private volatile Collection<String> queues;
    private @Nullable ServerLocator locator;
    private @Nullable ClientSessionFactory connection;
    private @Nullable ClientSession session;

    /** Of these queues. */
    public QueueDepths(BrokerAccess access, Collection<String> queues) {
        this.access = access;
        this.queues = queues;
    }

    /** From now on of these. */
    public void of(Collection<String> others) {
        queues = others;
    }

    /**
     * Asks.
     *
     * @return messages by queue, those in hand and those with a delay included
     * @throws Exception if the broker does not answer within a few seconds; the next call connects anew
     */
    @Override
    public synchronized Map<String, Long> call() throws Exception {
        try {
            ClientSession asking = connected();
            Map<String, Long> depths = new TreeMap<>();
            for (String queue : queues) {
                depths.put(queue, asking.queueQuery(SimpleString.of(queue)).getMessageCount());
            }
            return depths;
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    private ClientSession connected() throws Exception {
        ClientSession open = session;
        if (open != null && !open.isClosed()) {
            return open;
        }
        close();
        ServerLocator found = access.factory().getServerLocator();
        locator = found.setCallTimeout(PATIENCE_MILLIS)
                .setInitialConnectAttempts(1)
                .setReconnectAttempts(0);
        connection = found.createSessionFactory();
        open = connection.createSession(access.user(), access.password(), false, true, true, false, 1);
        session = open;
        return open;
    }

    @Override
    public synchronized void close() {
        ClientSession open = session;
        session = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (ActiveMQException e) {
            // The connection is closed next, and the session with it.
        }
        if (connection != null) {
            connection.close();
            connection = null;
        }
        if (locator != null) {
            locator.close();
            locator = null;
        }
    }
}
