package dev.passcourier.broker;

import java.util.Collection;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;

/** Creates the queues we need where they are missing, on the embedded and on an external broker alike. */
public final class QueueDeclarer {

    private QueueDeclarer() {}

    /**
     * Creates what is missing: durable anycast queues, never deleted by themselves.
     *
     * @throws ActiveMQException if the broker does not let us
     */
    public static void declare(BrokerAccess access, Collection<String> queues) throws Exception {
        try (ServerLocator locator = access.factory().getServerLocator();
                ClientSessionFactory sessions = locator.createSessionFactory();
                ClientSession session =
                        sessions.createSession(access.user(), access.password(), false, true, true, false, 1)) {
            for (String queue : queues) {
                if (!session.addressQuery(SimpleString.of(queue)).isExists()) {
                    session.createAddress(SimpleString.of(queue), RoutingType.ANYCAST, false);
                }
                if (!session.queueQuery(SimpleString.of(queue)).isExists()) {
                    session.createQueue(QueueConfiguration.of(queue)
                            .setAddress(queue)
                            .setRoutingType(RoutingType.ANYCAST)
                            .setDurable(true)
                            .setAutoDelete(false));
                }
            }
        }
    }
}
