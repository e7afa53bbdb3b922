package dev.passcourier.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.passcourier.sandbox.SandboxState;
import dev.passcourier.service.PlainArtemis;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.ClusterConnectionConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyConnectorFactory;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be seen of the messages on a broker that is not ours alone. */
class ExternalQueuesTest {

    private static final String PASSWORD = UUID.randomUUID().toString();
    private static final int AN_HOUR = 3_600_000;
    private static final Duration A_WHILE = Duration.ofSeconds(10);

    @TempDir
    static Path directory;

    private static PlainArtemis broker;
    private static BrokerAccess access;

    private final List<QueuedMessage> seen = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        broker = PlainArtemis.start(directory, PASSWORD, PASSWORD);
        access = new BrokerAccess(broker.url(), PlainArtemis.COURIER, PASSWORD);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void everyMessageIsSeenAlsoOneWithADelay() throws Exception {
        String queue = queue();
        send(PlainArtemis.COURIER, queue, "waits", 0);
        send(PlainArtemis.COURIER, queue, "delayed", AN_HOUR);
        send("ticketing", queue, "strange", 0);
        send("ticketing", queue, "strange-and-delayed", AN_HOUR);

        assertThat(look(queue)).isEmpty();

        assertThat(seen)
                .filteredOn(QueuedMessage::internal)
                .extracting(message -> message.properties().get(MessageProperties.REQUEST))
                .contains("waits", "delayed")
                .doesNotContain("strange", "strange-and-delayed");
        assertThat(seen)
                .filteredOn(message -> !message.internal())
                .extracting(QueuedMessage::messageId)
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(id -> assertThat(id).startsWith("ID:"));
        assertThat(look(queue)).as("nothing was taken").isEmpty();
    }

    /** Messages in hand are shown nowhere, and are counted. */
    @Test
    void nothingIsToldWhileSomebodyTakesFromAQueue() throws Exception {
        String queue = queue();
        send(PlainArtemis.COURIER, queue, "in-hand", 0);
        try (ActiveMQConnectionFactory factory = access.factory();
                Connection connection = factory.createConnection();
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
                MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
            connection.start();
            assertThat(consumer.receive(10_000)).isNotNull();

            assertThat(look(queue)).contains("somebody takes from " + queue + ", and may have messages in hand");
        }
        assertThat(look(queue)).as("it has come back").isEmpty();
    }

    @Test
    void delayedMessagesAreHiddenFromThoseWithoutTheRightToManage() throws Exception {
        String queue = queue();
        send(PlainArtemis.COURIER, queue, "delayed", AN_HOUR);
        String management = "activemq.management";
        Role unmanaging =
                new Role("service", true, true, true, true, true, true, false, true, true, true, false, false);
        broker.server().getSecurityRepository().addMatch(management, Set.of(unmanaging));
        try {
            assertThat(look(queue))
                    .contains(queue + " has delayed messages, which are shown to those with the right 'manage' on"
                            + " activemq.management only");
        } finally {
            broker.server().getSecurityRepository().removeMatch(management);
        }
        assertThat(look(queue)).isEmpty();
    }

    /** However many there are and however large: no more is in memory than the next one. */
    @Test
    void messagesAreFetchedOneByOne() throws Exception {
        String queue = queue();
        send(PlainArtemis.COURIER, queue, "first", 0);
        send(PlainArtemis.COURIER, queue, "second", 0);
        send(PlainArtemis.COURIER, queue, "third", 0);

        Optional<String> hidden = new ExternalQueues(access, List.of(queue)).look(message -> {
            seen.add(message);
            empty(queue);
        });

        assertThat(seen)
                .extracting(message -> message.properties().get(MessageProperties.REQUEST))
                .contains("first")
                .doesNotContain("third");
        assertThat(hidden).contains(queue + " counts more messages than it shows");
    }

    @Test
    void moreDelayedMessagesThanOneAnswerMayHoldAreNotAskedFor() throws Exception {
        String queue = queue();
        send(PlainArtemis.COURIER, queue, "one", AN_HOUR);
        send(PlainArtemis.COURIER, queue, "two", AN_HOUR);

        assertThat(new ExternalQueues(access, List.of(queue), 1, A_WHILE).look(seen::add))
                .contains(queue + " has more than 1 delayed messages, too many to be shown");
        assertThat(seen).isEmpty();
        assertThat(new ExternalQueues(access, List.of(queue), 2, A_WHILE).look(seen::add))
                .isEmpty();
    }

    /** As under another management address: nobody takes the question. */
    @Test
    void aManagementThatSaysNothingIsNotWaitedForForEver() throws Exception {
        try (PlainArtemis other = PlainArtemis.start(
                directory("other"),
                PASSWORD,
                operator -> operator.setManagementAddress(SimpleString.of("management.elsewhere")))) {
            BrokerAccess there = new BrokerAccess(other.url(), PlainArtemis.COURIER, PASSWORD);
            QueueDeclarer.declare(there, List.of("delayed", "activemq.management"));
            send(other, PlainArtemis.COURIER, "delayed", "later", AN_HOUR);

            assertThat(new ExternalQueues(there, List.of("delayed"), 10, Duration.ofMillis(200)).look(seen::add))
                    .contains("delayed has delayed messages, which are shown to those with the right 'manage' on"
                            + " activemq.management only");
            assertThat(other.queue("activemq.management").getMessagesAdded())
                    .as("it was asked, and did not answer")
                    .isPositive();
        }
    }

    /** What another member has is seen there only, also while it does not run. */
    @Test
    void nothingIsToldOfACluster() throws Exception {
        try (PlainArtemis member =
                PlainArtemis.start(directory("member"), PASSWORD, operator -> operator.addConnectorConfiguration(
                                "self",
                                new TransportConfiguration(
                                        NettyConnectorFactory.class.getName(), Map.of("host", "127.0.0.1", "port", 1)))
                        .addClusterConfiguration(new ClusterConnectionConfiguration()
                                .setName("members")
                                .setConnectorName("self")
                                .setStaticConnectors(List.of())))) {
            BrokerAccess there = new BrokerAccess(member.url(), PlainArtemis.COURIER, PASSWORD);

            assertThat(new ExternalQueues(there, List.of("nowhere")).look(seen::add))
                    .contains("the broker belongs to a cluster, whose other members may have messages of ours");
        }
    }

    /** Of members that run every client is told, whatever management answers. */
    @Test
    void nothingIsToldOfAClusterWhoseManagementIsElsewhere() throws Exception {
        int first = SandboxState.freePorts(2);
        int[] ports = {first, first + 1};
        try (PlainArtemis one =
                        PlainArtemis.start(directory("one"), PASSWORD, operator -> join(operator, ports[0], ports[1]));
                PlainArtemis two = PlainArtemis.start(
                        directory("two"), PASSWORD, operator -> join(operator, ports[1], ports[0]))) {
            for (PlainArtemis member : List.of(one, two)) {
                BrokerAccess there = new BrokerAccess(member.url(), PlainArtemis.COURIER, PASSWORD);

                await().until(() -> new ExternalQueues(there, List.of("nowhere"), 1, Duration.ofMillis(1))
                        .look(seen::add)
                        .orElse("")
                        .startsWith("the broker belongs to a cluster"));
            }
        }
    }

    /** An acceptor tells its clients of a cluster whose connector leads to that very acceptor. */
    private static void join(Configuration operator, int own, int others) {
        operator.setManagementAddress(SimpleString.of("elsewhere"))
                .setClusterPassword(PASSWORD)
                .clearAcceptorConfigurations()
                .addAcceptorConfiguration(tcp(NettyAcceptorFactory.class, own))
                .addConnectorConfiguration("self", tcp(NettyConnectorFactory.class, own))
                .addConnectorConfiguration("other", tcp(NettyConnectorFactory.class, others))
                .addClusterConfiguration(new ClusterConnectionConfiguration()
                        .setName("members")
                        .setConnectorName("self")
                        .setStaticConnectors(List.of("other")));
    }

    private static TransportConfiguration tcp(Class<?> factory, int port) {
        return new TransportConfiguration(factory.getName(), Map.of("host", "127.0.0.1", "port", port), "tcp");
    }

    @Test
    void aQueueThatIsNotThereIsEmpty() throws Exception {
        assertThat(look("nowhere")).isEmpty();
        assertThat(seen).isEmpty();
    }

    private Optional<String> look(String queue) throws Exception {
        return new ExternalQueues(access, List.of(queue, Queues.EXPIRED)).look(seen::add);
    }

    private static void empty(String queue) {
        try {
            broker.queue(queue).deleteAllReferences();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path directory(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name));
    }

    private static String queue() throws Exception {
        String name = "queue." + UUID.randomUUID();
        QueueDeclarer.declare(access, List.of(name));
        return name;
    }

    private static void send(String user, String queue, String request, long delayMillis) throws Exception {
        send(broker, user, queue, request, delayMillis);
    }

    private static void send(PlainArtemis to, String user, String queue, String request, long delayMillis)
            throws Exception {
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(to.url(), user, PASSWORD);
                Connection connection = factory.createConnection();
                Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
                MessageProducer producer = session.createProducer(session.createQueue(queue))) {
            Message message = session.createBytesMessage();
            message.setStringProperty(MessageProperties.REQUEST, request);
            producer.setDeliveryDelay(delayMillis);
            producer.send(message);
        }
    }
}
