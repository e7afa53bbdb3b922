package dev.passcourier.killloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.cli.Passcourier;
import dev.passcourier.service.Whole;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several processes on one failover pair of brokers and one ledger. PROVING names the long forms, in which every part dies
 * many times, and in which broker and database are away for as long as one likes.
 */
class ManyNodesTest {

    private static final int NODES = Integer.getInteger("nodes.count", 2);
    private static final int REQUESTS = Integer.getInteger("nodes.requests", 40);
    private static final int RATE = Integer.getInteger("nodes.rate", 20);

    /** How often each part dies in the long form; in the short one, each dies once. */
    private static final int KILLS = Integer.getInteger("nodes.kills", 0);

    /** For how many seconds broker and database are away; in the short form, until all nodes say so. */
    private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("nodes.away", 0));

    /** Less than a second, as a slow machine may bring calls to the cloud closer together than they had leave. */
    private static final Duration NEARLY_A_SECOND = Duration.ofMillis(800);

    @TempDir
    static Path directory;

    private static Deployment deployment;

    private final Map<String, Integer> deaths = new TreeMap<>();

    @BeforeAll
    static void start() throws Exception {
        deployment = new Deployment(directory);
        deployment.startNodes(NODES, RATE);
        deployment.ask(NODES * RATE);
        deployment.awaitResults(deployment.asked());
    }

    @AfterAll
    static void stop() throws Exception {
        if (deployment != null) {
            deployment.close();
        }
    }

    @Test
    void everyRequestEndsOnceWhateverIsKilledAndNoSecondSeesMoreCallsThanTheCloudAllowsAllNodes() throws Exception {
        Instant begun = Instant.now();
        for (int round = 0; round < Math.max(1, KILLS); round++) {
            amidWork(() -> deployment.brokers().killActive());
            deaths.merge("active broker, SIGKILL", 1, Integer::sum);
            amidWork(deployment::killDatabase);
            deployment.startDatabaseAgain();
            deaths.merge("database, SIGKILL", 1, Integer::sum);
            Path home = deployment.running().get(round % deployment.running().size());
            amidWork(() -> deployment.kill(home));
            deaths.merge("node, SIGKILL", 1, Integer::sum);
            if (KILLS > 0) {
                deployment.startAgain(home);
                deployment.brokers().startBoth();
                deployment.awaitTaking();
                System.out.printf("round %d: %s%n", round + 1, reckoned(begun));
            }
        }
        if (KILLS > 0) {
            rollingRestart();
        }
        deployment.awaitResults(deployment.asked());
        System.out.println(reckoned(begun));
        demandThatAllEndedOnce();
        if (KILLS == 0) {
            // A process that has just started needs longer for its first calls, so that they come closer to the next.
            assertThat(most(NEARLY_A_SECOND, begun)).isLessThanOrEqualTo(RATE);
            doctorSaysWhetherABackupStandsReady(deployment.running().get(0));
        }
    }

    private static void doctorSaysWhetherABackupStandsReady(Path home) throws Exception {
        assertThat(command("doctor", home)).contains("no backup stands ready");
        deployment.brokers().startBoth();
        assertThat(command("doctor", home)).contains("a backup stands ready at 127.0.0.1:");
        Path settings = home.resolve("config/passcourier.yaml");
        String both = Files.readString(settings);
        Files.writeString(
                settings,
                both.replace(deployment.brokers().url(), deployment.brokers().activeUrl()));
        assertThat(command("doctor", home)).contains("the URL does not name it");
        Files.writeString(settings, both);
    }

    private interface Death {
        void befall() throws Exception;
    }

    /** Lets it happen when some requests of a new lot have ended and others have not. */
    private static void amidWork(Death death) throws Exception {
        int before = deployment.asked();
        deployment.ask(REQUESTS);
        deployment.awaitResults(before + REQUESTS / 4);
        death.befall();
    }

    private void rollingRestart() throws Exception {
        for (Path home : deployment.running()) {
            deployment.ask(Math.max(1, REQUESTS / NODES));
            deployment.stop(home);
            deployment.startAgain(home);
            deaths.merge("node, SIGTERM one after the other", 1, Integer::sum);
        }
    }

    private String reckoned(Instant begun) throws Exception {
        Deployment.Outcome outcome = deployment.outcome();
        return String.format(
                "%d nodes, %d requests at %d a second; died: %s in %d s; results %d, open or lost %d, doubled %d, in"
                        + " quarantine after several deaths %d; most calls in a second %d, in %d ms %d",
                NODES,
                deployment.asked(),
                RATE,
                deaths,
                Duration.between(begun, Instant.now()).toSeconds(),
                outcome.results(),
                outcome.lost().size(),
                outcome.doubled().size(),
                outcome.quarantined().size(),
                most(Duration.ofSeconds(1), begun),
                NEARLY_A_SECOND.toMillis(),
                most(NEARLY_A_SECOND, begun));
    }

    private void demandThatAllEndedOnce() throws Exception {
        Deployment.Outcome outcome = deployment.outcome();
        assertThat(outcome.lost()).as("lost").isEmpty();
        assertThat(outcome.doubled()).as("doubled").isEmpty();
        assertThat(outcome.quarantined().size())
                .as("in quarantine")
                .isLessThanOrEqualTo(8 * deaths.getOrDefault("node, SIGKILL", 0));
        assertThat(outcome.left()).as("given up by the broker").isZero();
    }

    private static int most(Duration span, Instant since) {
        List<Instant> times =
                deployment.calledAt().stream().filter(since::isBefore).toList();
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
    void everyNodeSaysThatTheDatabaseIsAwayAndGoesOnByItselfOnceItIsBack() throws Exception {
        amidWork(deployment::killDatabase);
        everyNodeSays("ledger", "LEDGER_DATABASE");
        stayAway("database");
        deployment.ask(REQUESTS);
        deployment.startDatabaseAgain();
        everythingGoesOn("database");
    }

    @Test
    void everyNodeSaysThatBothBrokersAreAwayAndGoesOnByItselfOnceTheyAreBack() throws Exception {
        amidWork(() -> deployment.brokers().killBoth());
        everyNodeSays("broker", "BROKER_AWAY");
        stayAway("brokers");
        deployment.brokers().startBoth();
        deployment.ask(REQUESTS);
        everythingGoesOn("brokers");
    }

    private static void everyNodeSays(String check, String code) throws Exception {
        for (Path home : deployment.running()) {
            Whole.patiently().ignoreExceptions().untilAsserted(() -> assertThat(deployment.page(home, "/health/ready"))
                    .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(503))
                    .satisfies(answer -> assertThat(answer.body())
                            .contains("\"check\":\"" + check + "\"")
                            .contains("\"" + code + "\"")));
            assertThat(deployment.page(home, "/").body()).contains(code);
            assertThat(command("status", home)).contains(check).contains(code);
        }
    }

    private static String command(String name, Path home) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        List<String> words =
                new ArrayList<>(List.of(name, "--config", home.resolve("config").toString()));
        if (name.equals("doctor")) {
            words.addAll(List.of("--only", "broker.failover"));
        }
        Passcourier.commandLine().setOut(out).setErr(out).execute(words.toArray(String[]::new));
        return said.toString();
    }

    /** A restart would not help, so no node may ask for one. */
    private static void stayAway(String what) throws Exception {
        Instant until = Instant.now().plus(AWAY);
        Whole.patiently()
                .atMost(AWAY.plusMinutes(1))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    for (Path home : deployment.running()) {
                        assertThat(deployment.page(home, "/health/live").statusCode())
                                .as(what + " away")
                                .isEqualTo(200);
                    }
                    return !Instant.now().isBefore(until);
                });
    }

    private void everythingGoesOn(String what) throws Exception {
        Instant back = Instant.now();
        deployment.awaitTaking();
        for (Path home : deployment.running()) {
            Whole.patiently()
                    .ignoreExceptions()
                    .until(() -> deployment.page(home, "/health/ready").statusCode() == 200);
        }
        Duration healthy = Duration.between(back, Instant.now());
        deployment.awaitResults(deployment.asked());
        System.out.printf(
                "%s away for %d s: healthy %d s after, all done %d s after; %s%n",
                what,
                AWAY.toSeconds(),
                healthy.toSeconds(),
                Duration.between(back, Instant.now()).toSeconds(),
                reckoned(back));
        demandThatAllEndedOnce();
    }
}
