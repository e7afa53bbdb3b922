package dev.passcourier.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What is a reason to restart the process, and what is none. */
class LivenessTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-22T01:02:03Z"));
    private final AtomicLong runs = new AtomicLong();

    /** A process that starts for long has run no check yet: a restart would only begin anew. */
    @Test
    void checksThatDoNotEndAreAReasonOnceTheyHaveBegun() {
        Liveness liveness = new Liveness(Optional::empty, runs::get, () -> null, clock());
        assertThat(liveness.causes()).isEmpty();
        pass(Duration.ofHours(1));
        assertThat(liveness.causes()).as("while it starts").isEmpty();

        runs.incrementAndGet();
        assertThat(liveness.causes()).isEmpty();
        pass(Duration.ofMinutes(5));
        assertThat(liveness.causes()).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(liveness.causes()).extracting(HealthProblem::code).containsExactly("CHECKS_STUCK");

        runs.incrementAndGet();
        assertThat(liveness.causes()).as("they go on").isEmpty();
    }

    @Test
    void threadsThatWaitForEachOtherAreAReason() throws Exception {
        Probe probe = new Probe(new Checks(clock()));
        assertThat(Liveness.of(Optional::empty, probe, clock()).causes()).isEmpty();

        ReentrantLock one = new ReentrantLock();
        ReentrantLock other = new ReentrantLock();
        CountDownLatch both = new CountDownLatch(2);
        Thread first = deadlock(one, other, both);
        Thread second = deadlock(other, one, both);
        try {
            Awaitility.await().untilAsserted(() -> assertThat(
                            Liveness.of(Optional::empty, probe, clock()).causes())
                    .extracting(HealthProblem::code)
                    .containsExactly("DEADLOCK"));
        } finally {
            first.interrupt();
            second.interrupt();
        }
    }

    private static Thread deadlock(ReentrantLock mine, ReentrantLock others, CountDownLatch both) {
        Thread thread = new Thread(() -> {
            mine.lock();
            try {
                both.countDown();
                both.await();
                others.lockInterruptibly();
            } catch (InterruptedException e) {
                // The test is over.
            } finally {
                mine.unlock();
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public Instant instant() {
                return now.get();
            }

            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }
        };
    }
}
