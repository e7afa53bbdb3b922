package dev.passcourier.killloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.broker.Queues;
import dev.passcourier.killloop.KillPlan.Kill;
import dev.passcourier.killloop.KillPlan.Kind;
import dev.passcourier.request.Verdict;
import dev.passcourier.service.Whole;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.activemq.artemis.core.server.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that dies burns a delivery attempt of what it has in hand, and of nothing else: on a broker that outlives it,
 * messages that were fetched ahead would count as delivered, and after five deaths nobody has ever looked at them.
 */
class PrefetchTest {

    private static final int REQUESTS = 20;
    private static final int KILLS = 2;
    private static final Duration LONGEST_START = Duration.ofMinutes(5);

    @TempDir
    Path directory;

    private Nodes nodes;
    private Path home;
    private final List<Ask> asks = new ArrayList<>();

    @BeforeEach
    void queue() throws Exception {
        nodes = new Nodes(directory);
        home = nodes.home("node", Whole::withoutSchedules);
        Nodes.oneAtATime(home);
        Random choice = new Random(1);
        for (int i = 1; asks.size() < REQUESTS; i++) {
            Ask ask = nodes.world().ask("early-" + i, choice);
            if (ask.verdict() == Verdict.DELIVERED) {
                asks.add(ask);
            }
        }
        nodes.ask(asks);
    }

    @AfterEach
    void close() throws Exception {
        nodes.close();
    }

    @Test
    void everyDeathBurnsAnAttemptOfWhatWasInHandAndOfNothingElse() throws Exception {
        for (int kill = 1; kill <= KILLS; kill++) {
            // The one that was in hand before comes first again, and passes.
            dieWith(kill == 1 ? 1 : 2);
            List<Integer> counts = nodes.broker().deliveryCounts(KillWorld.REQUESTS);
            System.out.println("delivery counts after kill " + kill + ": " + counts);
            List<Integer> expected = new ArrayList<>(Collections.nCopies(REQUESTS - kill + 1, 0));
            expected.set(0, 1);
            assertThat(counts).as("after kill " + kill).isEqualTo(expected);
        }
        everythingEndsWell();
    }

    private void dieWith(int passage) throws Exception {
        Kill kill = new Kill(Kind.POINT, "before intake-check", passage, Duration.ZERO);
        try (ServiceProcess service = nodes.start(home, kill)) {
            boolean inHand = service.awaitPoint(LONGEST_START);
            service.kill();
            assertThat(inHand).as(this::said).isTrue();
        }
        Queue intake = nodes.broker().queue(KillWorld.REQUESTS);
        Whole.patiently().until(() -> intake.getConsumerCount() == 0 && intake.getDeliveringCount() == 0);
    }

    private String said() {
        try {
            return nodes.said(home);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void everythingEndsWell() throws Exception {
        try (ServiceProcess service = nodes.start(home, Kill.NONE);
                Trail trail = new Trail(home.resolve("data/audit"))) {
            assertThat(service.awaitUp(LONGEST_START)).as(this::said).isTrue();
            Whole.patiently().until(() -> {
                trail.read();
                return asks.stream().allMatch(trail::isOver);
            });
            assertThat(trail.quarantined()).as(this::said).isEmpty();
            for (String queue : List.of(Queues.QUARANTINE, Queues.DEAD, Queues.FAILED)) {
                assertThat(nodes.broker().queue(queue).getMessageCount())
                        .as(queue)
                        .isZero();
            }
        }
    }
}
