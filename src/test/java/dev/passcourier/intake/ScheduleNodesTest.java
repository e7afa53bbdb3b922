package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.broker.BrokerAccess;
import dev.passcourier.broker.JmsIntakeSender;
import dev.passcourier.config.Settings;
import dev.passcourier.service.PlainArtemis;
import dev.passcourier.service.Whole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/**
 * R14 with two nodes that know nothing of each other, not even by a common ledger: the broker refuses the run that
 * another node has asked for. (Two at the very same instant are told by the common ledger.)
 */
class ScheduleNodesTest {

    private static final int HOURS = 30;
    private static final PlannedTimes TIMES = new PlannedTimes("0 0 * * * ?", ZoneId.of("Europe/Berlin"));

    @TempDir
    private Path home;

    private final Fakes.HandClock clock = new Fakes.HandClock("2026-10-24T12:00:00Z");
    private PlainArtemis broker;
    private String password;

    /** One node's part, with its own connections and its own memory. */
    private final class Node implements AutoCloseable {

        private final Fakes.Trail audit = new Fakes.Trail();
        private final JmsPoolConnectionFactory pool;
        private final RunScheduleStep runs;

        Node() throws Exception {
            pool = new BrokerAccess(broker.url(), PlainArtemis.COURIER, password).pool();
            runs = new RunScheduleStep(
                    Map.of("nightly", hourly()),
                    schedule -> Optional.empty(),
                    new BatchHandOver(
                            Whole.REQUESTS,
                            audit,
                            new JmsIntakeSender(pool),
                            batch -> Optional.empty(),
                            batch -> false,
                            clock),
                    clock);
        }

        private Settings.Schedule hourly() {
            return new Settings.Schedule(
                    "0 0 * * * ?", ZoneId.of("Europe/Berlin"), home.resolve("list.csv"), List.of());
        }

        @Override
        public void close() {
            pool.stop();
        }
    }

    @BeforeEach
    void start() throws Exception {
        Files.writeString(
                home.resolve("list.csv"), "id,account,instance,deliverTo\nweb,huawei,i-1,ops\n,huawei,i-2,ops\n");
        password = UUID.randomUUID().toString();
        broker = PlainArtemis.start(home.resolve("broker"), password, password);
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    /** Over the night in which an hour comes twice; either node dies at times. */
    @Test
    void aRunThatOneNodeHasAskedForIsNotAskedForAgainByTheOtherNorAfterADeath() throws Exception {
        List<String> planned = new ArrayList<>();
        List<Node> nodes = new ArrayList<>(List.of(new Node(), new Node()));
        Instant first = clock.instant().plus(Duration.ofHours(1));
        for (int hour = 0; hour < HOURS; hour++) {
            Instant now = first.plus(Duration.ofHours(hour));
            clock.set(now.toString());
            if (TIMES.isPlanned(now)) {
                planned.add("nightly@" + now);
            }
            if (hour % 5 == 4) {
                // It comes back with no memory at the very time that the other one runs.
                nodes.get(hour % 2).close();
                nodes.set(hour % 2, new Node());
            }
            // Either comes first by turns; the other's timer and both catch-ups come after it.
            nodes.get(hour / 2 % 2).runs.fire("nightly", now);
            nodes.get(1 - hour / 2 % 2).runs.fire("nightly", now);
            nodes.forEach(node -> node.runs.catchUp());
        }
        nodes.forEach(Node::close);

        System.out.printf(
                "%d planned times, recorded by either node %d and %d times, %d lines on the queue%n",
                planned.size(),
                nodes.get(0).audit.events.size(),
                nodes.get(1).audit.events.size(),
                broker.takenLines().size());
        assertThat(broker.takenLines())
                .containsExactlyElementsOf(planned.stream()
                        .flatMap(run -> List.of(run + ":2", run + ":3").stream())
                        .toList());
    }
}
