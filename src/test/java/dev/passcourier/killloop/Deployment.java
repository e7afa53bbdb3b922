package dev.passcourier.killloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.broker.BrokerAccess;
import dev.passcourier.broker.BrokerProbe;
import dev.passcourier.killloop.KillPlan.Kill;
import dev.passcourier.sandbox.SandboxState;
import dev.passcourier.service.BrokerPair;
import dev.passcourier.service.PlainArtemis;
import dev.passcourier.service.Whole;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * Several nodes, the failover pair of brokers and the database that they work on: each in a process of its own that can be
 * killed. Results go to a queue of the broker, where each that was doubled or lost is seen.
 */
final class Deployment implements AutoCloseable {

    private static final Duration LONGEST_START = Duration.ofMinutes(5);

    private final Path directory;
    private final Nodes nodes;
    private final BrokerPair brokers;
    private EmbeddedPostgres database;
    private final int databasePort;
    private final List<Path> homes = new ArrayList<>();
    private final Map<Path, ServiceProcess> running = new LinkedHashMap<>();
    private final Map<Path, Integer> statusPorts = new LinkedHashMap<>();
    private final List<String> asked = new ArrayList<>();

    /** With brokers and database, and no node yet. */
    Deployment(Path directory) throws Exception {
        this.directory = directory;
        List<Integer> ports = BrokerPair.freePorts();
        nodes = new Nodes(directory, BrokerPair.url(ports));
        databasePort = SandboxState.freePorts(1);
        database = startDatabase();
        brokers = BrokerPair.start(
                directory.resolve("broker"),
                ports,
                nodes.password(),
                nodes.world().brokerPassword());
    }

    /** Starts nodes that ask one cloud so many times a second together, and waits until all take work. */
    void startNodes(int count, int rate) throws Exception {
        for (int i = 0; i < count; i++) {
            int status = SandboxState.freePorts(1);
            Path home = nodes.home(
                    "node-" + i,
                    settings -> settings.replaceFirst("cron: .*", "cron: \"0 0 0 1 1 ? 2099\"")
                                    .replaceFirst("(provider: tencent-gse\\s+rate: )500", "$1" + rate)
                                    .replaceFirst("service:\n", "service:\n  status:\n    port: " + status + "\n")
                            + "ledger:\n  url: jdbc:postgresql://localhost:" + databasePort
                            + "/postgres\n  user: postgres\n  password: \"{{file:secrets/mail}}\"\n");
            homes.add(home);
            statusPorts.put(home, status);
            start(home);
        }
        for (Path home : homes) {
            awaitUp(home);
        }
        awaitTaking();
    }

    /** The homes of the nodes that run. */
    List<Path> running() {
        return homes.stream().filter(home -> running.get(home).isAlive()).toList();
    }

    private void start(Path home) throws IOException {
        running.put(home, nodes.start(home, Kill.NONE));
    }

    private void awaitUp(Path home) throws Exception {
        assertThat(running.get(home).awaitUp(LONGEST_START))
                .as(nodes.said(home))
                .isTrue();
    }

    /** Waits until all nodes that run take work. */
    void awaitTaking() {
        Whole.patiently().ignoreExceptions().until(() -> taking() == running().size());
    }

    private int taking() throws Exception {
        try (Connection connection = database.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select count(*) from node where takes and lease_until > now() and stopped_at is null")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** Asks for so many passwords of the cloud that is asked by one call for each. */
    void ask(int count) throws Exception {
        List<Ask> asks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            asks.add(nodes.world().oneCall("req-" + asked.size()));
            asked.add("req-" + asked.size());
        }
        brokers.awaitActive();
        nodes.ask(asks);
    }

    int asked() {
        return asked.size();
    }

    /** How many results lie in the queue of the destination. */
    int results() throws Exception {
        return (int) Math.max(
                0,
                BrokerProbe.waiting(
                        new BrokerAccess(brokers.url(), PlainArtemis.COURIER, nodes.password()), KillWorld.RESULTS));
    }

    /** Waits until so many have ended. */
    void awaitResults(int count) {
        Whole.patiently()
                .ignoreExceptions()
                .until(() -> results() + quarantined().size() >= count);
    }

    /** Requests whose messages several deaths brought there; what a start tried out there is of no request. */
    private Set<String> quarantined() throws Exception {
        Set<String> requests = new HashSet<>();
        for (Path home : homes) {
            for (AuditRecord record : Whole.records(home)) {
                String request = record.event().facts().get(Fact.REQUEST);
                if (record.event().type() == AuditEvent.Type.QUARANTINED && request != null) {
                    requests.add(request);
                }
            }
        }
        return requests;
    }

    /** When the cloud was called, by its own clock: the last 10,000 times. */
    List<Instant> calledAt() {
        return nodes.world().calledAt();
    }

    /** Ends a node by SIGKILL. */
    void kill(Path home) throws Exception {
        running.get(home).kill();
    }

    /** Starts a node that has ended. */
    void startAgain(Path home) throws Exception {
        start(home);
        awaitUp(home);
    }

    /** Stops a node by SIGTERM. */
    void stop(Path home) throws Exception {
        running.get(home).terminate();
        running.get(home).ended();
    }

    void stopAll() throws Exception {
        running.values().forEach(ServiceProcess::terminate);
        for (ServiceProcess process : running.values()) {
            process.ended();
        }
    }

    BrokerPair brokers() {
        return brokers;
    }

    /** Ends the database by SIGKILL of its first process; the others end without it. */
    void killDatabase() throws Exception {
        long pid = Long.parseLong(Files.readAllLines(directory.resolve("postgresql/postmaster.pid"))
                .get(0)
                .trim());
        ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
        List<ProcessHandle> backends = postmaster.children().toList();
        postmaster.destroyForcibly();
        postmaster.onExit().get(1, TimeUnit.MINUTES);
        for (ProcessHandle backend : backends) {
            backend.onExit().get(1, TimeUnit.MINUTES);
        }
        database.close();
    }

    /** Starts the database again as the kill left it. */
    void startDatabaseAgain() throws Exception {
        database = startDatabase();
    }

    private EmbeddedPostgres startDatabase() throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(directory.resolve("postgresql"))
                .setCleanDataDirectory(false)
                .setPort(databasePort)
                .setPGStartupWait(Duration.ofMinutes(1))
                .start();
    }

    /** What a node's status port answers. */
    HttpResponse<String> page(Path home, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + statusPorts.get(home) + path))
                                .timeout(Duration.ofSeconds(10))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    /** All that a node has said in all its lives. */
    String said(Path home) throws IOException {
        return nodes.said(home);
    }

    /**
     * How the requests ended.
     *
     * @param results     that lie in the destination's queue
     * @param lost        requests without a result, and not in quarantine
     * @param doubled     results that are there more often than once
     * @param quarantined requests that were in hand at several deaths
     * @param left        messages on the queue of what the broker gave up
     */
    record Outcome(int results, Set<String> lost, List<String> doubled, Set<String> quarantined, long left) {}

    /** Looks at every result. */
    Outcome outcome() throws Exception {
        List<String> results = new ArrayList<>();
        try (var factory = new ActiveMQConnectionFactory(brokers.url(), PlainArtemis.COURIER, nodes.password());
                var connection = factory.createConnection();
                var session = connection.createSession();
                var browser = session.createBrowser(session.createQueue(KillWorld.RESULTS))) {
            connection.start();
            for (Object each : Collections.list(browser.getEnumeration())) {
                results.add(((jakarta.jms.Message) each).getStringProperty("requestId"));
            }
        }
        Set<String> quarantined = quarantined();
        Set<String> lost = new HashSet<>(asked);
        results.forEach(lost::remove);
        lost.removeAll(quarantined);
        Set<String> seen = new HashSet<>();
        List<String> doubled = results.stream().filter(each -> !seen.add(each)).toList();
        return new Outcome(
                results.size(),
                lost,
                doubled,
                quarantined,
                BrokerProbe.waiting(
                        new BrokerAccess(brokers.url(), PlainArtemis.COURIER, nodes.password()),
                        dev.passcourier.broker.Queues.DEAD));
    }

    @Override
    public void close() throws Exception {
        for (ServiceProcess process : running.values()) {
            process.kill();
        }
        brokers.close();
        nodes.close();
        database.close();
    }
}
