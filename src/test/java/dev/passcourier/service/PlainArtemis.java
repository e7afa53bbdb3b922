package dev.passcourier.service;

import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.Queues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.CoreAddressConfiguration;
import org.apache.activemq.artemis.core.config.DivertConfiguration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.ComponentConfigurationRoutingType;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.apache.activemq.artemis.utils.collections.LinkedListIterator;

/**
 * A plain Artemis as an operator would run it, in this process: users, roles, and who sent a message. It keeps a copy of
 * every message that its intake took, in the transaction that brought it.
 */
public final class PlainArtemis implements AutoCloseable {

    /** The user that the service is. */
    public static final String COURIER = "courier";

    private static final String TAKEN = "copies.of.requests";

    private final EmbeddedActiveMQ server;

    private PlainArtemis(EmbeddedActiveMQ server) {
        this.server = server;
    }

    /** Starts it; {@code courier} and {@code ticketing} may come in. */
    public static PlainArtemis start(Path directory, String servicePassword, String ticketingPassword)
            throws Exception {
        return start(configuration(directory), servicePassword, ticketingPassword);
    }

    /** Starts it as its operator has set it up, with one password for all. */
    public static PlainArtemis start(Path directory, String password, Consumer<Configuration> operator)
            throws Exception {
        Configuration configuration = configuration(directory);
        operator.accept(configuration);
        return start(configuration, password, password);
    }

    /** Starts it on a port, as one of a pair that share a directory; it may become active much later. */
    static PlainArtemis start(
            Path directory, int port, Consumer<Configuration> pair, String servicePassword, String ticketingPassword)
            throws Exception {
        Configuration configuration = configuration(directory);
        listen(configuration, port);
        pair.accept(configuration);
        return launch(configuration, servicePassword, ticketingPassword);
    }

    private static PlainArtemis start(Configuration configuration, String servicePassword, String ticketingPassword)
            throws Exception {
        PlainArtemis broker = launch(configuration, servicePassword, ticketingPassword);
        if (!broker.server().waitForActivation(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the broker does not become active");
        }
        return broker;
    }

    private static PlainArtemis launch(Configuration configuration, String servicePassword, String ticketingPassword)
            throws Exception {
        EmbeddedActiveMQ server = new EmbeddedActiveMQ();
        server.setConfiguration(configuration);
        server.setSecurityManager(new ActiveMQJAASSecurityManager(
                InVMLoginModule.class.getName(), users(servicePassword, ticketingPassword)));
        server.start();
        return new PlainArtemis(server);
    }

    public int port() {
        return server.getActiveMQServer()
                .getRemotingService()
                .getAcceptor("tcp")
                .getActualPort();
    }

    public String url() {
        return "tcp://127.0.0.1:" + port();
    }

    /** Takes the right to send to a queue from the service, or gives it back. */
    public void maySend(String queue, boolean allowed) {
        Role role = new Role("service", false, true, true, true, true, true, true, true, true, true);
        if (allowed) {
            server().getSecurityRepository().removeMatch(queue);
        } else {
            Set<Role> others = Set.copyOf(server().getSecurityRepository().getMatch("#"));
            Set<Role> roles = others.stream()
                    .map(other -> other.getName().equals("service") ? role : other)
                    .collect(Collectors.toSet());
            server().getSecurityRepository().addMatch(queue, roles);
        }
    }

    /** The broker itself, for changes that its operator could make. */
    public ActiveMQServer server() {
        return server.getActiveMQServer();
    }

    /** The broker's own view of a queue. */
    public Queue queue(String name) {
        return server.getActiveMQServer().locateQueue(name);
    }

    /** How often each message that lies in a queue has been delivered, the head first. */
    public List<Integer> deliveryCounts(String queue) {
        List<Integer> counts = new ArrayList<>();
        try (LinkedListIterator<MessageReference> all = queue(queue).iterator()) {
            while (all.hasNext()) {
                counts.add(all.next().getDeliveryCount());
            }
        }
        return counts;
    }

    /** A property of each message that lies in a queue, the head first. */
    public List<String> values(String queue, String property) {
        List<String> values = new ArrayList<>();
        try (LinkedListIterator<MessageReference> all = queue(queue).browserIterator()) {
            while (all.hasNext()) {
                values.add(all.next().getMessage().getStringProperty(property));
            }
        }
        return values;
    }

    /** Stops it, has something done, and starts it again on the same port. */
    public void whileAway(Callable<?> act) throws Exception {
        listen(server().getConfiguration(), port());
        server().stop();
        act.call();
        server().start();
        if (!server().waitForActivation(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the broker does not become active again");
        }
    }

    /** Lines of batches that the intake took, as {@code batch:line}, in their order and as often as they came. */
    public List<String> takenLines() {
        List<String> lines = new ArrayList<>();
        try (LinkedListIterator<MessageReference> all = queue(TAKEN).browserIterator()) {
            while (all.hasNext()) {
                Message message = all.next().getMessage();
                lines.add(message.getStringProperty(MessageProperties.BATCH) + ":"
                        + message.getIntProperty(MessageProperties.LINE));
            }
        }
        return lines;
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }

    private static void listen(Configuration configuration, int port) {
        Map<String, Object> tcp = Map.of("host", "127.0.0.1", "port", port, "protocols", "CORE");
        configuration.clearAcceptorConfigurations();
        configuration.addAcceptorConfiguration(
                new TransportConfiguration(NettyAcceptorFactory.class.getName(), tcp, "tcp"));
    }

    private static Configuration configuration(Path directory) {
        Configuration configuration = new ConfigurationImpl()
                .setJournalType(JournalType.NIO)
                .setJournalDirectory(directory.resolve("journal").toString())
                .setBindingsDirectory(directory.resolve("bindings").toString())
                .setPagingDirectory(directory.resolve("paging").toString())
                .setLargeMessagesDirectory(directory.resolve("large").toString())
                .setSecurityEnabled(true)
                .setPopulateValidatedUser(true)
                .setJMXManagementEnabled(false)
                .addAddressConfiguration(withQueue(ArtemisProcess.ANOTHER_PROGRAMS_QUEUE))
                .addAddressConfiguration(withQueue(Whole.REQUESTS))
                .addAddressConfiguration(withQueue(TAKEN))
                .addDivertConfiguration(new DivertConfiguration()
                        .setName("copy-requests")
                        .setAddress(Whole.REQUESTS)
                        .setForwardingAddress(TAKEN)
                        .setExclusive(false)
                        .setRoutingType(ComponentConfigurationRoutingType.ANYCAST))
                .addAddressSetting(
                        "#",
                        new AddressSettings()
                                .setDeadLetterAddress(SimpleString.of(Queues.DEAD))
                                .setExpiryAddress(SimpleString.of(Queues.EXPIRED))
                                .setAutoCreateAddresses(false)
                                .setAutoCreateQueues(false));
        listen(configuration, 0);
        Role service = new Role("service", true, true, true, true, true, true, true, true, true, true);
        Role ticketing = new Role("ticketing", true, true, false, false, false, false, false, true, false, false);
        configuration.setSecurityRoles(Map.of("#", Set.of(service, ticketing)));
        return configuration;
    }

    private static CoreAddressConfiguration withQueue(String name) {
        return new CoreAddressConfiguration()
                .setName(name)
                .addRoutingType(RoutingType.ANYCAST)
                .setQueueConfigs(List.of(QueueConfiguration.of(name).setRoutingType(RoutingType.ANYCAST)));
    }

    private static SecurityConfiguration users(String servicePassword, String ticketingPassword) {
        SecurityConfiguration users = new SecurityConfiguration();
        users.addUser(COURIER, servicePassword);
        users.addRole(COURIER, "service");
        users.addUser("ticketing", ticketingPassword);
        users.addRole("ticketing", "ticketing");
        return users;
    }
}
