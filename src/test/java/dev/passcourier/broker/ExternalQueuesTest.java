package dev.passcourier.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.service.PlainArtemis;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
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
                    .contains(queue + " has delayed messages, which are shown to those with the right 'manage' only");
        } finally {
            broker.server().getSecurityRepository().removeMatch(management);
        }
        assertThat(look(queue)).isEmpty();
    }

    @Test
    void aQueueThatIsNotThereIsEmpty() throws Exception {
        assertThat(look("nowhere")).isEmpty();
        assertThat(seen).isEmpty();
    }

    private Optional<String> look(String queue) throws Exception {
        return new ExternalQueues(access, List.of(queue, Queues.EXPIRED)).look(seen::add);
    }

    private static String queue() throws Exception {
        String name = "queue." + UUID.randomUUID();
        QueueDeclarer.declare(access, List.of(name));
        return name;
    }

    private static void send(String user, String queue, String request, long delayMillis) throws Exception {
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(broker.url(), user, PASSWORD);
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
