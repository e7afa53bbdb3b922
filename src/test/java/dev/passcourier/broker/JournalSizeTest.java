package dev.passcourier.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.passcourier.config.Settings;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/** The embedded broker's journal is only as large for long as what it holds. */
class JournalSizeTest {

    /** The long form has 10,000 of them, as large as results of two destinations. */
    private static final int MESSAGES = Integer.getInteger("journal.messages", 1500);

    private static final int BYTES = 40_000;
    private static final String QUEUE = "work";
    private static final int STEP = 100;

    @TempDir
    Path home;

    @Test
    void aBacklogsFilesGoWhenItIsWorkedOff() throws Exception {
        Settings.Broker settings = new Settings.Broker(null, null, null, null, Map.of());
        try (EmbeddedBroker broker = EmbeddedBroker.start(home, 1, settings, QUEUE, Set.of())) {
            QueueDeclarer.declare(
                    broker.access(), List.of(QUEUE, Queues.DEAD, Queues.EXPIRED, Queues.QUARANTINE, Queues.FAILED));
            JmsPoolConnectionFactory pool = broker.access().pool();
            try (Connection connection = pool.createConnection();
                    Session session = connection.createSession(true, Session.SESSION_TRANSACTED)) {
                connection.start();
                long begun = files();
                send(session, MESSAGES);
                long full = files();
                assertThat(full).isGreaterThanOrEqualTo((long) MESSAGES * BYTES / Settings.Service.JOURNAL_FILE);
                take(session, MESSAGES);
                // Work that goes on begins the next files, at which the broker looks for what it can give back.
                await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
                    send(session, STEP);
                    take(session, STEP);
                    assertThat(files()).isLessThanOrEqualTo(begun + 3);
                });
                System.out.printf(
                        "files of 10 MiB: %d at first, %d with the backlog, %d after it%n", begun, full, files());
            } finally {
                pool.stop();
            }
        }
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("journal"))) {
            return files.count();
        }
    }

    private static void send(Session session, int count) throws Exception {
        try (MessageProducer producer = session.createProducer(session.createQueue(QUEUE))) {
            for (int i = 1; i <= count; i++) {
                BytesMessage message = session.createBytesMessage();
                message.writeBytes(new byte[BYTES]);
                producer.send(message);
                if (i % STEP == 0) {
                    session.commit();
                }
            }
        }
    }

    private static void take(Session session, int count) throws Exception {
        try (MessageConsumer consumer = session.createConsumer(session.createQueue(QUEUE))) {
            for (int i = 1; i <= count; i++) {
                assertThat(consumer.receive(Duration.ofMinutes(1).toMillis())).isNotNull();
                if (i % STEP == 0) {
                    session.commit();
                }
            }
        }
    }
}
