package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.broker.BrokerAccess;
import dev.passcourier.broker.JmsIntakeSender;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.service.PlainArtemis;
import dev.passcourier.service.Whole;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/** Two nodes on one broker and one PostgreSQL, whose timers fire at the very same instant. */
class ClusterIntakeSenderTest {

    private static final int ROUNDS = 40;

    @TempDir
    private Path directory;

    private final String password = UUID.randomUUID().toString();
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private EmbeddedPostgres database;
    private PlainArtemis broker;

    @BeforeEach
    void start() throws Exception {
        database = EmbeddedPostgres.start();
        broker = PlainArtemis.start(directory.resolve("broker"), password, password);
    }

    @AfterEach
    void stop() throws Exception {
        threads.shutdownNow();
        broker.close();
        database.close();
    }

    @Test
    void ofTwoAtOneInstantOneIsLetIn() throws Exception {
        CyclicBarrier instant = new CyclicBarrier(2);
        try (Node first = new Node("first");
                Node second = new Node("second")) {
            for (int round = 0; round < ROUNDS; round++) {
                String run = "nightly@" + round;
                List<Future<Boolean>> sent = new ArrayList<>();
                for (Node node : List.of(first, second)) {
                    sent.add(threads.submit(node.sends(run, instant)));
                }
                assertThat(List.of(sent.get(0).get(), sent.get(1).get())).containsExactlyInAnyOrder(true, false);
            }
        }
        assertThat(broker.takenLines())
                .containsExactlyElementsOf(IntStream.range(0, ROUNDS)
                        .boxed()
                        .flatMap(round -> List.of("nightly@" + round + ":1", "nightly@" + round + ":2").stream())
                        .toList());
    }

    private final class Node implements AutoCloseable {

        private final FileAuditTrail trail;
        private final Ledger ledger;
        private final JmsPoolConnectionFactory pool;

        Node(String name) throws Exception {
            trail = FileAuditTrail.open(directory.resolve(name), Clock.systemUTC());
            ledger = Ledger.follow(
                    trail, LedgerDatabase.postgresql(database.getJdbcUrl("postgres", "postgres"), "postgres", null));
            pool = new BrokerAccess(broker.url(), PlainArtemis.COURIER, password).pool();
        }

        Callable<Boolean> sends(String run, CyclicBarrier instant) {
            ClusterIntakeSender sender = new ClusterIntakeSender(ledger, new JmsIntakeSender(pool));
            return () -> {
                instant.await();
                return sender.send(List.of(line(run, 1), line(run, 2)), run);
            };
        }

        @Override
        public void close() throws Exception {
            pool.stop();
            ledger.close();
            trail.close();
        }
    }

    private static OutboundMessage line(String run, int line) {
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        return new OutboundMessage(
                Whole.REQUESTS, body, Map.of(MessageProperties.BATCH, run, MessageProperties.LINE, line), null, null);
    }
}
