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

    /** A thread of a slow machine may note its call late: later than the turn before it allows. */
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
        execute("drop schema public cascade; create schema public");
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
            node = new TestNode(postgres.getJdbcUrl("postgres", "postgres"), id);
            gate = AccountGate.shared("lab", rate, atOnce, node.registry().turns(), clock);
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
                        try {
                            if (gate.awaitTurn()) {
                                calls.add(System.nanoTime());
                                made.incrementAndGet();
                            }
                        } finally {
                            inHand.decrementAndGet();
                            gate.left();
                        }
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
        return most(NEARLY_A_SECOND);
    }

    private int most(Duration span) {
        List<Long> times = calls.stream().sorted().toList();
        int most = 0;
        int from = 0;
        for (int to = 0; to < times.size(); to++) {
            while (times.get(to) - times.get(from) >= span.toNanos()) {
                from++;
            }
            most = Math.max(most, to - from + 1);
        }
        return most;
    }

    @Test
    void aBacklogOnOneNodeOnlyUsesTheWholeRate() throws Exception {
        Node busy = node("a");
        Node idle = node("b");
        patiently().until(() -> busy.entersAndLeaves() && idle.entersAndLeaves());
        busy.works();
        patiently().until(() -> busy.made.get() > RATE);
        long from = System.nanoTime();
        int before = busy.made.get();
        patiently().until(() -> busy.made.get() >= before + 5 * RATE);
        double perSecond = 5 * RATE / ((System.nanoTime() - from) / 1e9);

        System.out.println("PER SECOND " + perSecond + " most " + mostInNearlyASecond());
        assertThat(perSecond).isGreaterThan(0.9 * RATE);
        assertThat(mostInNearlyASecond()).isLessThanOrEqualTo(RATE);
    }

    @Test
    void callsOfSeveralNodesKeepTheirDistanceWithoutABurstAfterTheDatabaseGaveNoTurns() throws Exception {
        Node one = node("a").works();
        Node other = node("b").works();
        patiently().until(() -> one.made.get() > RATE && other.made.get() > RATE / 2);
        execute("alter table account_turn rename to away");
        patiently().until(this::isSilent);
        int before = calls.size();
        execute("alter table away rename to account_turn");
        patiently().until(() -> calls.size() > before + 3 * RATE);

        assertThat(mostInNearlyASecond()).isLessThanOrEqualTo(RATE);
        assertThat(most(Duration.ofMillis(250))).as("in a quarter of a second").isLessThanOrEqualTo(RATE / 4 + 2);
    }

    private boolean isSilent() {
        return System.nanoTime() - calls.stream().max(Long::compare).orElseThrow() > NEARLY_A_SECOND.toNanos();
    }

    @Test
    void aSessionThatFreezesWhileItHoldsTheTurnsIsEndedAndTheOthersGoOn() throws Exception {
        Node frozen = node("a");
        Node other = node("b");
        patiently().until(() -> other.entersAndLeaves());
        other.works();
        patiently().until(() -> other.made.get() > RATE);
        frozen.node.freeze("lab");
        int before = other.made.get();
        long from = System.nanoTime();
        patiently().until(() -> other.made.get() > before + RATE);
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(10));
        assertThat(mostInNearlyASecond()).isLessThanOrEqualTo(RATE);
    }

    @Test
    void nothingStaysOfAnAccountThatNoNodeHasAnyMore() throws Exception {
        Node one = node("a");
        Node other = node("b");
        one.works();
        patiently().until(() -> one.made.get() > 0 && shareOf("a") > 0 && shareOf("b") > 0);
        one.gate.pause(Duration.ofMillis(1));
        one.node.registry().leave("lab");
        other.node.registry().leave("lab");
        patiently().until(() -> shareOf("a") + shareOf("b") == 0 && isSilent());
        assertThat(count("account_turn")).as("while a turn may be to come").isEqualTo(1);
        execute("update account_turn set next_turn = now() - interval '61 minutes'");
        execute("update account_rest set paused_until = now() - interval '61 minutes'");
        patiently().until(() -> count("account_turn") + count("account_rest") == 0);
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
        node("b");
        patiently().until(() -> one.entersAndLeaves());
        patiently().until(() -> shareOf("b") >= AT_ONCE / 2 && shareOf("b") < AT_ONCE);
        one.stop();
        patiently().until(() -> shareOf("b") == AT_ONCE);
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
        return number("select coalesce(max(calls), 0) from account_share where node = '" + node + "'");
    }

    private static int count(String table) throws Exception {
        return number("select count(*) from " + table);
    }

    private static int number(String question) throws Exception {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(question)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static void execute(String order) throws Exception {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(order);
        }
    }
}
