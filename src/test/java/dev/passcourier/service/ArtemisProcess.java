package dev.passcourier.service;

import dev.passcourier.broker.Queues;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.CoreAddressConfiguration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;

/** A plain Artemis in a process of its own, as an operator would run it: users, roles, and who sent a message. */
public final class ArtemisProcess implements AutoCloseable {

    public static final String ANOTHER_PROGRAMS_QUEUE = "orders.passwords";

    private final Process process;
    private final int port;

    private ArtemisProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts it; the users' passwords go over by environment. */
    public static ArtemisProcess start(Path directory, String servicePassword, String ticketingPassword)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                ArtemisProcess.class.getName(),
                directory.toString());
        builder.environment().put("SERVICE", servicePassword);
        builder.environment().put("TICKETING", ticketingPassword);
        builder.redirectError(directory.resolveSibling("artemis.log").toFile());
        Process process = builder.start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("port ")) {
                return new ArtemisProcess(process, Integer.parseInt(line.substring(5)));
            }
        }
        throw new IOException("the broker's process ended: see artemis.log");
    }

    public int port() {
        return port;
    }

    public String url() {
        return "tcp://127.0.0.1:" + port;
    }

    /** It ends when its standard input does. */
    @Override
    public void close() throws Exception {
        process.getOutputStream().close();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    /** The process. */
    public static void main(String[] args) throws Exception {
        EmbeddedActiveMQ server = new EmbeddedActiveMQ();
        server.setConfiguration(configuration(Path.of(args[0])));
        server.setSecurityManager(new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users()));
        server.start();
        if (!server.getActiveMQServer().waitForActivation(60, TimeUnit.SECONDS)) {
            System.exit(1);
        }
        System.out.println("port "
                + server.getActiveMQServer()
                        .getRemotingService()
                        .getAcceptor("tcp")
                        .getActualPort());
        while (System.in.read() >= 0) {
            // until the test closes it
        }
        server.stop();
        System.exit(0);
    }

    private static Configuration configuration(Path directory) {
        Map<String, Object> tcp = Map.of("host", "127.0.0.1", "port", 0, "protocols", "CORE");
        Configuration configuration = new ConfigurationImpl()
                .setJournalType(JournalType.NIO)
                .setJournalDirectory(directory.resolve("journal").toString())
                .setBindingsDirectory(directory.resolve("bindings").toString())
                .setPagingDirectory(directory.resolve("paging").toString())
                .setLargeMessagesDirectory(directory.resolve("large").toString())
                .setSecurityEnabled(true)
                .setPopulateValidatedUser(true)
                .setJMXManagementEnabled(false)
                .addAddressConfiguration(new CoreAddressConfiguration()
                        .setName(ANOTHER_PROGRAMS_QUEUE)
                        .addRoutingType(RoutingType.ANYCAST)
                        .setQueueConfigs(List.of(
                                QueueConfiguration.of(ANOTHER_PROGRAMS_QUEUE).setRoutingType(RoutingType.ANYCAST))))
                .addAddressSetting(
                        "#",
                        new AddressSettings()
                                .setDeadLetterAddress(SimpleString.of(Queues.DEAD))
                                .setExpiryAddress(SimpleString.of(Queues.EXPIRED))
                                .setAutoCreateAddresses(false)
                                .setAutoCreateQueues(false));
        configuration.addAcceptorConfiguration(
                new TransportConfiguration(NettyAcceptorFactory.class.getName(), tcp, "tcp"));
        Role service = new Role("service", true, true, true, true, true, true, true, true, true, true);
        Role ticketing = new Role("ticketing", true, true, false, false, false, false, false, true, false, false);
        configuration.setSecurityRoles(Map.of("#", Set.of(service, ticketing)));
        return configuration;
    }

    private static SecurityConfiguration users() {
        SecurityConfiguration users = new SecurityConfiguration();
        users.addUser("courier", System.getenv("SERVICE"));
        users.addRole("courier", "service");
        users.addUser("ticketing", System.getenv("TICKETING"));
        users.addRole("ticketing", "ticketing");
        return users;
    }
}
