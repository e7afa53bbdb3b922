package dev.passcourier.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.passcourier.ledger.NodeStatus;
import dev.passcourier.ledger.NodeStatus.State;
import dev.passcourier.ledger.TestNode;
import dev.passcourier.sandbox.MovableClock;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One account's gates on several nodes, which know each other by a PostgreSQL only. */
class SharedAccountTest {

    private static final int RATE = 20;
    private static final int AT_ONCE = 5;
    private static final Duration A_MOMENT = Duration.ofMillis(20);

    /** A thread of a slow machine may note its call late. */
    private static final Duration NEARLY_A_SECOND = Duration.ofMillis(950);

    private static EmbeddedPostgres postgres;

    private final List<Node> nodes = new ArrayList<>();
    private final Queue<Long> calls = new ConcurrentLinkedQueue<>();
    private final AtomicInteger inHand = new AtomicInteger();
    private final AtomicInteger mostInHand = new AtomicInteger();

    @BeforeAll
    static void startServer() throws Exception {
        postgres = EmbeddedPostgres.start();
    }

    @AfterAll
    static void stopServer() throws Exception {
        postgres.close();
    }

    @BeforeEach
    void forget() throws Exception {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop schema public cascade; create schema public");
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (Node node : nodes) {
            node.stop();
        }
    }

    /** A node with more consumers than the account allows at once. */
    private final class Node {

        private final AccountGate gate;
        private final TestNode node;
        private final List<Thread> consumers = new ArrayList<>();
        private final AtomicInteger made = new AtomicInteger();
        private volatile boolean stopped;

        Node(String id, double rate, int atOnce, Clock clock) throws Exception {
            gate = AccountGate.shared("lab", rate, atOnce, clock);
            node = new TestNode(postgres.getJdbcUrl("postgres", "postgres"), id);
            gate.tell(node.registry().join("lab", gate));
            node.begin();
            nodes.add(this);
        }

        Node works() {
            for (int i = 0; i < 2 * AT_ONCE; i++) {
                Thread consumer = new Thread(this::consume);
                consumer.start();
                consumers.add(consumer);
            }
            return this;
        }

        private void consume() {
            try {
                while (!stopped) {
                    if (gate.enter(A_MOMENT)) {
                        mostInHand.accumulateAndGet(inHand.incrementAndGet(), Math::max);
                        if (gate.awaitTurn()) {
                            calls.add(System.nanoTime());
                            made.incrementAndGet();
                        }
                        inHand.decrementAndGet();
                        gate.left();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void stop() throws InterruptedException {
            stopped = true;
            for (Thread consumer : consumers) {
                consumer.interrupt();
                consumer.join();
            }
            node.close();
        }

        boolean enters() throws InterruptedException {
            return gate.enter(A_MOMENT);
        }

        boolean entersAndLeaves() throws InterruptedException {
            boolean entered = enters();
            if (entered) {
                gate.left();
            }
            return entered;
        }
    }

    private Node node(String id) throws Exception {
        return new Node(id, RATE, AT_ONCE, Clock.systemUTC());
    }

    private static ConditionFactory patiently() {
        return await().pollInSameThread().atMost(Duration.ofMinutes(2)).pollInterval(A_MOMENT);
    }

    @Test
    void nodesThatComeHangAndGoNeverAskMoreTogetherThanTheCloudAllows() throws Exception {
        Node first = node("a").works();
        patiently().until(() -> first.made.get() > RATE);
        Node second = node("b").works();
        Node third = node("c").works();
        patiently().until(() -> second.made.get() > RATE / 2 && third.made.get() > RATE / 2);
        // It hangs: its consumers go on, and nothing renews what it had.
        second.node.die();
        int before = second.made.get();
        Node fourth = node("d").works();
        patiently().until(() -> fourth.made.get() > RATE / 2);
        int atItsEnd = second.made.get();
        third.stop();
        int made = first.made.get() + fourth.made.get();
        patiently().until(() -> first.made.get() + fourth.made.get() > made + 2 * RATE);

        assertThat(second.made.get() - before).as("after the last renewal").isLessThan(3 * RATE);
        assertThat(second.made).as("once its lease was over").hasValue(atItsEnd);
        assertThat(mostInNearlyASecond()).isLessThanOrEqualTo(RATE);
        assertThat(mostInHand.get()).isBetween(2, AT_ONCE);
    }

    private int mostInNearlyASecond() {
        List<Long> times = calls.stream().sorted().toList();
        int most = 0;
        int from = 0;
        for (int to = 0; to < times.size(); to++) {
            while (times.get(to) - times.get(from) >= NEARLY_A_SECOND.toNanos()) {
                from++;
            }
            most = Math.max(most, to - from + 1);
        }
        return most;
    }

    @Test
    void whatCannotBeDividedGoesToTheNodeThatTakesWork() throws Exception {
        Node one = new Node("a", 0.5, 1, Clock.systemUTC());
        Node other = new Node("b", 0.5, 1, Clock.systemUTC());
        patiently().until(() -> one.enters() || other.enters());
        one.node.takes(false);
        one.gate.left();
        patiently().until(other::entersAndLeaves);
        other.node.takes(false);
        one.node.takes(true);
        patiently().until(one::entersAndLeaves);
        assertThat(other.enters()).isFalse();
    }

    @Test
    void aPauseThatOneNodeIsToldHoldsForAll() throws Exception {
        Node one = node("a");
        Node other = node("b");
        patiently().until(() -> one.entersAndLeaves());
        patiently().until(() -> other.entersAndLeaves());
        one.gate.pause(Duration.ofMinutes(5));
        patiently().until(() -> other.gate.pausedUntil().isPresent());
        assertThat(other.enters()).isFalse();
        Node late = node("c");
        patiently().until(() -> late.gate.pausedUntil().isPresent());
        assertThat(late.gate.pausedUntil()).hasValueSatisfying(until -> assertThat(until)
                .isBetween(Instant.now().plusSeconds(120), Instant.now().plusSeconds(301)));
    }

    @Test
    void oneNodeFindsOutForAllThatACloudFailsAndThatItWorksAgain() throws Exception {
        MovableClock clock = new MovableClock(Instant.now(), ZoneOffset.UTC);
        Node one = new Node("a", RATE, AT_ONCE, clock);
        Node other = new Node("b", RATE, AT_ONCE, clock);
        patiently().until(() -> one.entersAndLeaves());
        patiently().until(() -> other.entersAndLeaves());
        for (int i = 0; i < 10; i++) {
            one.gate.failed();
        }
        patiently().until(other.gate::isBroken);
        clock.advance(Duration.ofSeconds(31));
        patiently().until(one::enters);
        assertThat(one.enters()).as("a second probe").isFalse();
        assertThat(other.enters()).as("a probe of another node").isFalse();
        one.gate.answered();
        one.gate.left();
        patiently().until(other::entersAndLeaves);
        assertThat(other.gate.isBroken()).isFalse();
    }

    @Test
    void aNodeThatDiesWhileTheCloudFailsLeavesTheOthersNotShutForEver() throws Exception {
        Node one = node("a");
        Node other = node("b");
        patiently().until(() -> one.entersAndLeaves());
        for (int i = 0; i < 10; i++) {
            one.gate.failed();
        }
        patiently().until(other.gate::isBroken);
        one.node.die();
        patiently().until(other::entersAndLeaves);
    }

    @Test
    void aNodeThatIsStoppedLeavesItsShareAtOnce() throws Exception {
        Node one = node("a");
        Node other = node("b");
        patiently().until(() -> one.entersAndLeaves());
        patiently().until(() -> shareOf("b") == RATE / 2);
        one.stop();
        patiently().until(() -> shareOf("b") == RATE);
    }

    @Test
    void everyNodeSeesWhatTheOthersAre() throws Exception {
        Node one = node("a");
        Node other = node("b");
        patiently().until(() -> stateOf(one, "b") == State.UP);
        other.node.takes(false);
        patiently().until(() -> stateOf(one, "b") == State.WAITS);
        other.node.die();
        patiently().until(() -> stateOf(one, "b") == State.SILENT);
        Node again = node("b");
        patiently().until(() -> stateOf(one, "b") == State.UP);
        again.stop();
        assertThat(one.node.nodes())
                .extracting(NodeStatus::name, NodeStatus::state)
                .containsExactly(tuple("host-of-a", State.UP), tuple("host-of-b", State.STOPPED));
    }

    private static State stateOf(Node asked, String id) {
        return asked.node.nodes().stream()
                .filter(node -> node.id().equals(id))
                .findFirst()
                .orElseThrow()
                .state();
    }

    private static int shareOf(String node) throws Exception {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("select turns from account_share where node = '" + node + "'")) {
            return rows.next() ? rows.getInt(1) : 0;
        }
    }
}
