package dev.passcourier.broker;

import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.DivertConfiguration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.postoffice.QueueBinding;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyConnectorFactory;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.server.impl.AddressInfo;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;

/**
 * An operator's broker, set up as the README says, that lets other programs in by every protocol. It is a process of its
 * own with another Artemis than ours in front of the class path, which the build puts into {@code target}.
 */
public final class ManyProtocols implements AutoCloseable {

    /** Who the service is there. */
    public static final String US = "passcourier";

    /** Another program, which may send to any queue. */
    public static final String ORCH = "orch";

    /** Where requests come in. */
    public static final String INTAKE = "password.requests";

    /** A copy of what is sent there comes to the intake. */
    public static final String DIVERTED = "orders";

    /** What tells MQTT's topics that a queue is meant. */
    private static final String ANYCAST = "q.";

    private static final Path JARS = Path.of(System.getProperty("basedir", "."), "target", "another-artemis");

    private final Process process;
    private final BufferedReader out;
    private final String password;
    private final int port;

    private ManyProtocols(Process process, String password) throws IOException {
        this.process = process;
        this.password = password;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.port = Integer.parseInt(answer("port "));
    }

    /** Starts it on a port of its own choice. */
    public static ManyProtocols start(Path directory) throws IOException {
        List<String> classPath = new ArrayList<>();
        if (!Files.isDirectory(JARS)) {
            throw new IOException("no " + JARS + ": run mvn process-test-resources once");
        }
        try (Stream<Path> jars = Files.list(JARS)) {
            jars.map(Path::toString).sorted().forEach(classPath::add);
        }
        classPath.add(System.getProperty("java.class.path"));
        String password = UUID.randomUUID().toString();
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                String.join(File.pathSeparator, classPath),
                ManyProtocols.class.getName(),
                directory.toString());
        builder.environment().put("PASSWORD", password);
        builder.redirectError(directory.resolveSibling("many-protocols.log").toFile());
        return new ManyProtocols(builder.start(), password);
    }

    /** How the service gets in. */
    public BrokerAccess access() {
        return new BrokerAccess("tcp://127.0.0.1:" + port, US, password);
    }

    /** Sends a message in a user's name. */
    public void send(WireProtocol wire, String user, String queue, byte[] body, Map<String, String> properties)
            throws Exception {
        wire.send(
                ClientLogin.as(new BrokerAccess(access().url(), user, password), connector(port)),
                wire == WireProtocol.MQTT ? ANYCAST + queue : queue,
                body,
                List.of(properties));
    }

    /** Of a core client. */
    static TransportConfiguration connector(int port) {
        return new TransportConfiguration(
                NettyConnectorFactory.class.getName(), Map.of("host", "127.0.0.1", "port", port));
    }

    /** How the service's settings name the way in. */
    public Settings.Broker settings(Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("broker-password"), password);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return new Settings.Broker(access().url(), US, new SecretRef("{{file:" + file + "}}"), null, Map.of());
    }

    /** Moves all messages of a queue to another one, as an operator can. */
    public void move(String from, String to) throws IOException {
        order(from + " " + to, "moved");
    }

    /** Whether it says who sent a message: {@code populate-validated-user}. */
    public void stampUsers(boolean stamp) throws IOException {
        order("stamp " + stamp, "stamps");
    }

    /** The queues that there are, each with its messages: {@code requests=0}. */
    public List<String> queues() throws IOException {
        return List.of(order("queues", "queues ").split(" "));
    }

    private String order(String order, String answer) throws IOException {
        process.getOutputStream().write((order + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return answer(answer);
    }

    private String answer(String start) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(start)) {
                return line.substring(start.length());
            }
        }
        throw new IOException("the broker's process ended: see many-protocols.log");
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
    public static void main(String[] args) {
        try {
            serve(Path.of(args[0]));
        } catch (Exception | LinkageError e) {
            e.printStackTrace();
        }
        // The broker's threads would keep it.
        System.exit(0);
    }

    private static void serve(Path directory) throws Exception {
        EmbeddedActiveMQ embedded = new EmbeddedActiveMQ();
        embedded.setConfiguration(configuration(directory));
        embedded.setSecurityManager(
                new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users(System.getenv("PASSWORD"))));
        embedded.start();
        ActiveMQServer server = embedded.getActiveMQServer();
        for (String queue :
                List.of(INTAKE, DIVERTED, "fetch.cloud", "outbox.ops", "aside", Queues.DEAD, Queues.QUARANTINE)) {
            server.addAddressInfo(new AddressInfo(SimpleString.of(queue), RoutingType.ANYCAST));
            server.createQueue(QueueConfiguration.of(queue).setRoutingType(RoutingType.ANYCAST));
        }
        System.out.println(
                "port " + server.getRemotingService().getAcceptor("tcp").getActualPort());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = in.readLine(); order != null; order = in.readLine()) {
            String[] words = order.split(" ", -1);
            switch (words[0]) {
                case "stamp" -> {
                    server.getConfiguration().setPopulateValidatedUser(Boolean.parseBoolean(words[1]));
                    System.out.println("stamps");
                }
                case "queues" ->
                    System.out.println("queues "
                            + server.getPostOffice()
                                    .getAllBindings()
                                    .filter(QueueBinding.class::isInstance)
                                    .map(binding -> ((QueueBinding) binding).getQueue())
                                    .map(queue -> queue.getName() + "=" + queue.getMessageCount())
                                    .collect(Collectors.joining(" ")));
                default -> {
                    server.locateQueue(words[0]).moveReferences(null, SimpleString.of(words[1]), null);
                    System.out.println("moved");
                }
            }
        }
    }

    private static Configuration configuration(Path directory) throws Exception {
        return new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setJournalDirectory(directory.resolve("journal").toString())
                .setLargeMessagesDirectory(directory.resolve("large").toString())
                .setSecurityEnabled(true)
                .setPopulateValidatedUser(true)
                .setJMXManagementEnabled(false)
                .setCriticalAnalyzer(false)
                .addDivertConfiguration(new DivertConfiguration()
                        .setName("orders-to-intake")
                        .setAddress(DIVERTED)
                        .setForwardingAddress(INTAKE))
                .addAddressSetting(
                        "#",
                        new AddressSettings()
                                .setDeadLetterAddress(SimpleString.of(Queues.DEAD))
                                .setExpiryAddress(SimpleString.of(Queues.EXPIRED))
                                .setMaxDeliveryAttempts(3)
                                .setAutoCreateQueues(false)
                                .setAutoCreateAddresses(false))
                .addAcceptorConfiguration(new TransportConfiguration(
                        NettyAcceptorFactory.class.getName(),
                        Map.of("host", "127.0.0.1", "port", 0, "protocols", "CORE,AMQP,STOMP,MQTT,OPENWIRE"),
                        "tcp",
                        Map.of("anycastPrefix", ANYCAST)))
                .setSecurityRoles(Map.of(
                        "#",
                        Set.of(
                                new Role("service", true, true, true, true, true, true, true, true, true, true),
                                new Role(
                                        "sender", true, false, false, false, false, false, false, false, false,
                                        false))));
    }

    private static SecurityConfiguration users(String password) {
        SecurityConfiguration users = new SecurityConfiguration();
        users.addUser(US, password);
        users.addRole(US, "service");
        users.addUser(ORCH, password);
        users.addRole(ORCH, "sender");
        return users;
    }
}
