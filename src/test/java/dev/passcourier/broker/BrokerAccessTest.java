package dev.passcourier.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.config.SecretRef;
import dev.passcourier.service.PlainArtemis;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

class BrokerAccessTest {

    @TempDir
    private Path directory;

    /** What operators write into {@code broker.url}; the last is Artemis' own way to name a pair. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp://localhost:61616",
                "tcp://localhost:61616?sslEnabled=true&trustStorePath=ca.pem",
                "tcp://localhost:61616?consumerWindowSize=1048576",
                "tcp://localhost:61616?consumerWindowSize=-1&callTimeout=10000",
                "(tcp://one:61616,tcp://two:61616)?ha=true&consumerWindowSize=300000",
                "tcp://one:61616?ha=true#tcp://two:61616"
            })
    void fetchesNothingAheadWhateverTheUrlSays(String url) throws Exception {
        try (ActiveMQConnectionFactory factory = new BrokerAccess(url, "courier", "secret").factory()) {
            assertThat(factory.getConsumerWindowSize()).isZero();
            assertThat(factory.getServerLocator().getConsumerWindowSize()).isZero();
            assertThat(factory.getServerLocator().getStaticTransportConfigurations())
                    .hasSize(url.contains("two") ? 2 : 1);
        }
    }

    /** The broker looks at a password again from time to time, here at every act: also at those of open connections. */
    @Test
    void aPasswordThatIsChangedThereAndInItsFileCountsWithoutARestart() throws Exception {
        Path file = Files.createFile(
                directory.resolve("courier.password"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, "before");
        try (PlainArtemis broker =
                PlainArtemis.start(directory, "before", operator -> operator.setSecurityInvalidationInterval(0))) {
            BrokerAccess access =
                    BrokerAccess.external(broker.url(), PlainArtemis.COURIER, new SecretRef("{{file:" + file + "}}"));
            QueueDeclarer.declare(access, List.of("work"));
            JmsPoolConnectionFactory pool = access.pool();
            try (Connection connection = pool.createConnection();
                    Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
                    MessageProducer producer = session.createProducer(session.createQueue("work"))) {
                changePassword(broker, "after");
                assertThatThrownBy(() -> producer.send(session.createTextMessage("refused")))
                        .isInstanceOf(JMSSecurityException.class);
                assertThatThrownBy(() -> send(pool)).isInstanceOf(JMSSecurityException.class);

                Files.writeString(file, "after");
                send(pool);
                assertThat(BrokerProbe.waiting(access, "work")).isOne();
            } finally {
                pool.stop();
            }
        }
    }

    @Test
    void whatTheUserMayNotDoLeavesTheConnectionToTheOthers() throws Exception {
        try (PlainArtemis broker = PlainArtemis.start(directory, "secret", operator -> {})) {
            BrokerAccess access = new BrokerAccess(broker.url(), PlainArtemis.COURIER, "secret");
            QueueDeclarer.declare(access, List.of("work", "forbidden"));
            broker.maySend("forbidden", false);
            JmsPoolConnectionFactory pool = access.pool();
            try (Connection connection = pool.createConnection();
                    Session refused = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                    Session other = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
                assertThatThrownBy(() -> send(refused, "forbidden")).isInstanceOf(JMSSecurityException.class);

                send(other, "work");
                assertThat(BrokerProbe.waiting(access, "work")).isOne();
            } finally {
                pool.stop();
            }
        }
    }

    private static void changePassword(PlainArtemis broker, String password) {
        ActiveMQJAASSecurityManager security =
                (ActiveMQJAASSecurityManager) broker.server().getSecurityManager();
        security.getConfiguration().addUser(PlainArtemis.COURIER, password);
    }

    private static void send(JmsPoolConnectionFactory pool) throws JMSException {
        try (Connection connection = pool.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            send(session, "work");
        }
    }

    private static void send(Session session, String queue) throws JMSException {
        try (MessageProducer producer = session.createProducer(session.createQueue(queue))) {
            producer.send(session.createTextMessage("taken"));
        }
    }
}
