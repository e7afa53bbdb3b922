package dev.passcourier.broker;

import java.util.Collection;
import org.apache.activemq.artemis.api.core.ActiveMQAddressExistsException;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQQueueExistsException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the queues we need where they are missing, on the embedded and on an external broker alike. */
public final class QueueDeclarer {

    private static final Logger LOG = LoggerFactory.getLogger(QueueDeclarer.class);

    private QueueDeclarer() {}

    /**
     * Creates what is missing: durable anycast queues, never deleted by themselves. Another node may do the same at the
     * same time.
     *
     * @throws ActiveMQException if the broker does not let us
     */
    public static void declare(BrokerAccess access, Collection<String> queues) throws Exception {
        try (ServerLocator locator = access.factory().getServerLocator();
                ClientSessionFactory sessions = locator.createSessionFactory();
                ClientSession session =
                        sessions.createSession(access.user(), access.password(), false, true, true, false, 1)) {
            for (String queue : queues) {
                declareAddress(session, queue);
                declareQueue(session, queue);
            }
        }
    }

    private static void declareAddress(ClientSession session, String name) throws ActiveMQException {
        if (!session.addressQuery(SimpleString.of(name)).isExists()) {
            try {
                session.createAddress(SimpleString.of(name), RoutingType.ANYCAST, false);
            } catch (ActiveMQAddressExistsException faster) {
                LOG.debug("ADDRESS_MADE_MEANWHILE {}", name);
            }
        }
    }

    private static void declareQueue(ClientSession session, String name) throws ActiveMQException {
        if (!session.queueQuery(SimpleString.of(name)).isExists()) {
            try {
                session.createQueue(QueueConfiguration.of(name)
                        .setAddress(name)
                        .setRoutingType(RoutingType.ANYCAST)
                        .setDurable(true)
                        .setAutoDelete(false));
            } catch (ActiveMQQueueExistsException faster) {
                LOG.debug("QUEUE_MADE_MEANWHILE {}", name);
            }
        }
    }
}
