package dev.passcourier.killloop;

import dev.passcourier.broker.Queues;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/** Opens a stopped service's broker on its own, with no acceptor, and counts what lies in its queues. */
final class LeftInQueues {

    private LeftInQueues() {}

    /** By queue, with messages that wait for their time; only those that hold any. */
    static Map<String, Long> messages(Path broker) throws Exception {
        EmbeddedActiveMQ server = new EmbeddedActiveMQ();
        server.setConfiguration(configuration(broker));
        server.start();
        try {
            Map<String, Long> counts = new TreeMap<>();
            for (String name :
                    server.getActiveMQServer().getActiveMQServerControl().getQueueNames()) {
                Queue queue = server.getActiveMQServer().locateQueue(name);
                long count = queue.getMessageCount();
                if (count > 0) {
                    counts.put(name, count);
                }
            }
            return counts;
        } finally {
            server.stop();
        }
    }

    private static Configuration configuration(Path broker) {
        return new ConfigurationImpl()
                .setJournalType(JournalType.NIO)
                .setJournalDirectory(broker.resolve("journal").toString())
                .setBindingsDirectory(broker.resolve("bindings").toString())
                .setPagingDirectory(broker.resolve("paging").toString())
                .setLargeMessagesDirectory(broker.resolve("large").toString())
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .setMessageExpiryScanPeriod(-1)
                .addAddressSetting(
                        "#",
                        new AddressSettings()
                                .setDeadLetterAddress(SimpleString.of(Queues.DEAD))
                                .setExpiryAddress(SimpleString.of(Queues.EXPIRED)));
    }
}
