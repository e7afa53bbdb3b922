package dev.passcourier.killloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.broker.Queues;
import dev.passcourier.killloop.KillPlan.Kill;
import dev.passcourier.service.Whole;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several processes on one broker and one ledger. Results go to a queue of that broker, where each that was doubled or lost
 * is seen. PROVING names the long form, in which every part dies or is away by turns.
 */
class ManyNodesTest {

    private static final int NODES = Integer.getInteger("nodes.count", 2);
    private static final int REQUESTS = Integer.getInteger("nodes.requests", 60);
    private static final int RATE = Integer.getInteger("nodes.rate", 20);

    /** How often each part dies in the long form; none in the short one, where one node dies once. */
    private static final int KILLS = Integer.getInteger("nodes.kills", 0);

    /** For how many seconds broker and database are away each time. */
    private static final int AWAY = Integer.getInteger("nodes.away", 5);

    private static final Duration LONGEST_START = Duration.ofMinutes(5);

    /** Less than a second, as a slow machine may bring calls to the cloud closer together than they had leave. */
    private static final Duration NEARLY_A_SECOND = Duration.ofMillis(600);

    @TempDir
    Path directory;

    private EmbeddedPostgres postgres;
    private int port;
    private Nodes nodes;
    private final List<Path> homes = new ArrayList<>();
    private final Map<Path, ServiceProcess> running = new LinkedHashMap<>();
    private final List<String> asked = new ArrayList<>();
    private Instant warm = Instant.MIN;
    private final Map<String, Integer> deaths = new TreeMap<>();

    @BeforeEach
    void prepare() throws Exception {
        postgres = database().start();
        port = postgres.getPort();
        nodes = new Nodes(directory);
    }

    private EmbeddedPostgres.Builder database() {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(directory.resolve("postgresql"))
                .setCleanDataDirectory(false);
        return port == 0 ? builder : builder.setPort(port);
    }

    @AfterEach
    void close() throws Exception {
        for (ServiceProcess process : running.values()) {
            process.kill();
        }
        nodes.close();
        postgres.close();
    }

    private void startAll(int count, int rate) throws Exception {
        for (int i = 0; i < count; i++) {
            Path home = nodes.home(
                    "node-" + i,
                    settings -> settings.replaceFirst("cron: .*", "cron: \"0 0 0 1 1 ? 2099\"")
                                    .replaceFirst("(provider: tencent-gse\\s+rate: )500", "$1" + rate)
                            + "ledger:\n  url: jdbc:postgresql://localhost:" + port
                            + "/postgres\n  user: postgres\n  password: \"{{file:secrets/mail}}\"\n");
            homes.add(home);
            start(home);
        }
        for (Path home : homes) {
            awaitUp(home);
        }
        awaitTaking(count);
    }

    private void start(Path home) throws Exception {
        running.put(home, nodes.start(home, Kill.NONE));
    }

    private void awaitUp(Path home) throws Exception {
        assertThat(running.get(home).awaitUp(LONGEST_START))
                .as(nodes.said(home))
                .isTrue();
    }

    private void awaitTaking(int count) {
        Whole.patiently().ignoreExceptions().until(() -> taking() == count);
    }

    private int taking() throws Exception {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select count(*) from node where takes and lease_until > now() and stopped_at is null")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private void ask(int count) throws Exception {
        List<Ask> asks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            asks.add(nodes.world().oneCall("req-" + asked.size()));
            asked.add("req-" + asked.size());
        }
        nodes.ask(asks);
    }

    /** The requests whose results lie in the queue of the destination, as often as they do. */
    private List<String> results() {
        return nodes.broker().queue(KillWorld.RESULTS) == null
                ? List.of()
                : nodes.broker().values(KillWorld.RESULTS, "requestId");
    }

    private void awaitResults(int count) {
        Whole.patiently()
                .ignoreExceptions()
                .until(() -> new HashSet<>(results()).size() + quarantined().size() >= count);
    }

    private Set<String> quarantined() throws Exception {
        Set<String> requests = new HashSet<>();
        for (AuditRecord record : records()) {
            if (record.event().type() == AuditEvent.Type.QUARANTINED) {
                requests.add(record.event().facts().get(Fact.REQUEST));
            }
        }
        return requests;
    }

    private List<AuditRecord> records() throws Exception {
        List<AuditRecord> records = new ArrayList<>();
        for (Path home : homes) {
            records.addAll(Whole.records(home));
        }
        return records;
    }

    private void kill(Path home) throws Exception {
        running.get(home).kill();
        deaths.merge("node, SIGKILL", 1, Integer::sum);
    }

    @Test
    void everyRequestEndsOnceAndNoSecondSeesMoreCallsThanTheCloudAllowsAllNodes() throws Exception {
        startAll(NODES, RATE);
        ask(NODES * RATE);
        awaitResults(asked.size());
        int before = asked.size();
        warm = Instant.now();
        int perRound = KILLS == 0 ? REQUESTS : Math.max(1, REQUESTS / (KILLS + 1));
        ask(perRound);
        if (KILLS == 0) {
            awaitResults(before + REQUESTS / 3);
            kill(homes.get(0));
        }
        for (int round = 0; round < KILLS; round++) {
            eachPartDies(round, perRound);
        }
        if (KILLS > 0) {
            rollingRestart(perRound);
        }
        awaitResults(asked.size());
        Duration took = Duration.between(warm, Instant.now());
        for (ServiceProcess process : running.values()) {
            process.terminate();
        }
        for (ServiceProcess process : running.values()) {
            process.ended();
        }
        reckon(took);
    }

    private void eachPartDies(int round, int perRound) throws Exception {
        int before = results().size();
        Path home = homes.get(round % homes.size());
        awaitResults(Math.min(asked.size(), before + perRound / 4));
        kill(home);
        ask(perRound);
        start(home);
        awaitUp(home);
        nodes.broker().whileAway(ManyNodesTest::stayAway);
        deaths.merge("broker, away " + AWAY + " s", 1, Integer::sum);
        awaitResults(asked.size() - perRound / 2);
        postgres.close();
        stayAway();
        postgres = database().start();
        deaths.merge("database, away " + AWAY + " s", 1, Integer::sum);
        awaitTaking(homes.size());
    }

    private static boolean stayAway() throws InterruptedException {
        return new CountDownLatch(1).await(AWAY, TimeUnit.SECONDS);
    }

    private void rollingRestart(int perRound) throws Exception {
        for (Path home : homes) {
            ask(Math.max(1, perRound / homes.size()));
            running.get(home).terminate();
            running.get(home).ended();
            start(home);
            awaitUp(home);
            deaths.merge("node, SIGTERM one after the other", 1, Integer::sum);
        }
    }

    private void reckon(Duration took) throws Exception {
        List<String> results = results();
        Set<String> quarantined = quarantined();
        Set<String> lost = new HashSet<>(asked);
        results.forEach(lost::remove);
        lost.removeAll(quarantined);
        int doubled = results.size() - new HashSet<>(results).size();
        System.out.printf(
                "%d nodes, %d requests at %d a second in %d s; died: %s; results %d, lost %d, doubled %d, in quarantine after"
                        + " several deaths %d; most calls in a second %d, in %d ms %d%n",
                homes.size(),
                asked.size(),
                RATE,
                took.toSeconds(),
                deaths,
                results.size(),
                lost.size(),
                doubled,
                quarantined.size(),
                most(Duration.ofSeconds(1)),
                NEARLY_A_SECOND.toMillis(),
                most(NEARLY_A_SECOND));
        assertThat(lost).as("lost").isEmpty();
        assertThat(doubled).as("doubled").isZero();
        assertThat(quarantined.size())
                .as("in quarantine")
                .isLessThanOrEqualTo(8 * deaths.getOrDefault("node, SIGKILL", 0));
        if (KILLS == 0) {
            // A process that has just started needs longer for its first calls, so that they come closer to the next.
            assertThat(most(NEARLY_A_SECOND)).isLessThanOrEqualTo(RATE);
        }
        assertThat(nodes.broker().queue(Queues.DEAD).getMessageCount()).isZero();
    }

    private int most(Duration span) {
        List<Instant> times =
                nodes.world().calledAt().stream().filter(warm::isBefore).toList();
        int most = 0;
        int from = 0;
        for (int to = 0; to < times.size(); to++) {
            while (!times.get(to).isBefore(times.get(from).plus(span))) {
                from++;
            }
            most = Math.max(most, to - from + 1);
        }
        return most;
    }

    @Test
    @EnabledIfSystemProperty(named = "nodes.throughput", matches = ".+", disabledReason = "only in the long form")
    void howMuchOneBrokerAndLedgerTakeFromSoManyProcesses() throws Exception {
        startAll(NODES, 10_000);
        ask(Integer.getInteger("nodes.throughput") / 4);
        awaitResults(asked.size());
        int warm = asked.size();
        Instant begun = Instant.now();
        ask(Integer.getInteger("nodes.throughput"));
        awaitResults(asked.size());
        double seconds = Duration.between(begun, Instant.now()).toMillis() / 1000.0;
        System.out.printf(
                "%d processes: %d requests in %.1f s, %.0f a second%n",
                NODES, asked.size() - warm, seconds, (asked.size() - warm) / seconds);
        assertThat(results()).doesNotHaveDuplicates().hasSize(asked.size());
    }
}
