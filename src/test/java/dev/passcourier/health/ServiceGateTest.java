package dev.passcourier.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditException;
import dev.passcourier.secrecy.CapturedOutput;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceGateTest {

    private static final Duration AT_ONCE = Duration.ZERO;

    private final Checks checks = new Checks(Clock.systemUTC());
    private final Probe probe = new Probe(checks);
    private final ServiceGate gate = new ServiceGate(checks, probe);
    private final Metrics metrics = new Metrics(Clock.systemUTC());

    @AfterEach
    void stop() {
        probe.close();
    }

    @Test
    void letsNobodyInBeforeTheServiceRunsAndAfterItStops() throws Exception {
        assertThat(gate.enter(AT_ONCE)).isFalse();
        gate.open();
        assertThat(gate.enter(AT_ONCE)).isTrue();
        gate.shut();
        assertThat(gate.enter(AT_ONCE)).isFalse();
    }

    @Test
    void shutsForWhatStopsEverythingAndForNothingElse() throws Exception {
        AtomicReference<Stops> broken = new AtomicReference<>();
        for (Stops stops : Stops.values()) {
            checks.add(stops.name(), stops, () -> Optional.of(new HealthProblem("BROKEN"))
                    .filter(x -> broken.get() == stops));
        }
        gate.open();

        broken.set(Stops.NOTHING);
        checks.run();
        assertThat(gate.isOpen()).isTrue();
        assertThat(gate.isOpenForFiles()).isTrue();

        broken.set(Stops.FILES);
        checks.run();
        assertThat(gate.isOpen()).isTrue();
        assertThat(gate.isOpenForFiles()).isFalse();

        broken.set(Stops.EVERYTHING);
        checks.run();
        assertThat(gate.isOpen()).isFalse();
        assertThat(gate.isOpenForFiles()).isFalse();
    }

    @Test
    void whoWaitsGoesOnWhenTheCheckIsUpAgain() {
        AtomicBoolean low = new AtomicBoolean(true);
        checks.add("disk", Stops.EVERYTHING, () -> Optional.of(new HealthProblem("DISK_LOW"))
                .filter(x -> low.get()));
        gate.open();
        probe.start();
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> enter(Duration.ofSeconds(30)));

        assertThat(waiting).isNotDone();
        low.set(false);

        await().atMost(Duration.ofSeconds(10)).until(waiting::isDone);
        assertThat(waiting).isCompletedWithValue(true);
    }

    @Test
    void aFailedRecordShutsAtOnceAndARecordOpensAgain() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        List<AuditEvent> written = Collections.synchronizedList(new ArrayList<>());
        MonitoredTrail trail = new MonitoredTrail(
                event -> {
                    if (broken.get()) {
                        throw new AuditException("AUDIT_DISK");
                    }
                    written.add(event);
                    return written.size();
                },
                checks,
                new MonitoredTrail.Destinations(),
                metrics,
                Clock.systemUTC());
        gate.open();
        AuditEvent event = new AuditEvent(AuditEvent.Type.ASKED, Instant.EPOCH, Map.of());
        trail.append(event);

        broken.set(true);
        assertThatExceptionOfType(AuditException.class).isThrownBy(() -> trail.append(event));
        assertThat(gate.enter(AT_ONCE)).isFalse();
        checks.run();
        assertThat(gate.enter(AT_ONCE)).isFalse();

        broken.set(false);
        checks.run();
        assertThat(gate.enter(AT_ONCE)).isTrue();
        assertThat(written)
                .extracting(AuditEvent::type)
                .containsExactly(AuditEvent.Type.ASKED, AuditEvent.Type.RESUMED);
        assertThat(written.get(1).facts()).containsEntry(AuditEvent.Fact.CODE, "AUDIT_DISK");
    }

    @Test
    void aRecordThatOpensAgainAtOnceSaysWhyItWasShut() {
        List<AuditEvent> written = new ArrayList<>();
        new MonitoredTrail(
                event -> {
                    written.add(event);
                    return written.size();
                },
                checks,
                new MonitoredTrail.Destinations(),
                metrics,
                Clock.systemUTC());

        checks.suspect("audit", "AUDIT_DISK");
        checks.run();
        checks.run();

        assertThat(written).singleElement().satisfies(record -> {
            assertThat(record.type()).isEqualTo(AuditEvent.Type.RESUMED);
            assertThat(record.facts()).containsEntry(AuditEvent.Fact.CODE, "AUDIT_DISK");
        });
    }

    @Test
    void aFailedHopMakesTheProbeLookSoonButNotSpin() {
        AtomicInteger runs = new AtomicInteger();
        checks.add("any", Stops.NOTHING, () -> {
            runs.incrementAndGet();
            return Optional.empty();
        });
        probe.start();
        await().until(() -> runs.get() >= 2);
        int before = runs.get();

        for (int i = 0; i < 10_000; i++) {
            gate.failed("m-1", new IllegalStateException());
        }

        await().atMost(Duration.ofMillis(900)).until(() -> runs.get() > before);
        assertThat(runs.get()).isLessThan(before + 100);
    }

    @Test
    void aChangeIsToldOnce() {
        AtomicReference<Optional<HealthProblem>> problem = new AtomicReference<>(Optional.empty());
        checks.add("disk", Stops.EVERYTHING, problem::get);
        try (CapturedOutput said = new CapturedOutput()) {
            checks.run();
            problem.set(Optional.of(new HealthProblem("DISK_LOW")));
            checks.run();
            checks.run();
            problem.set(Optional.empty());
            checks.run();
            checks.run();
            assertThat(said.log().lines().filter(line -> line.contains("HEALTH_")))
                    .hasSize(2)
                    .anyMatch(line -> line.contains("HEALTH_DOWN disk DISK_LOW"))
                    .anyMatch(line -> line.contains("HEALTH_UP disk"));
        }
    }

    @Test
    void aCheckThatFailsIsAProblem() {
        checks.add("odd", Stops.EVERYTHING, () -> {
            throw new IllegalStateException("with details");
        });
        checks.run();
        assertThat(checks.states().get(0).problem()).isEqualTo(new HealthProblem("CHECK_FAILED"));
    }

    private boolean enter(Duration atMost) {
        try {
            return gate.enter(atMost);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
