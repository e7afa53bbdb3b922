package dev.passcourier.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BrokerCheckTest {

    private final Stoppable embedded = new Stoppable();
    private final SetClock clock = new SetClock();
    private Optional<HealthProblem> disk = Optional.empty();
    private final BrokerCheck check = new BrokerCheck(
            () -> {
                if (embedded.stopped) {
                    throw new IllegalStateException();
                }
                return Map.of();
            },
            embedded,
            () -> disk,
            clock);

    @Test
    void aBrokerThatHasStoppedIsStartedOnceItsDiskIsWell() {
        embedded.stopped = true;
        disk = Optional.of(new HealthProblem("DISK_LOW"));
        assertThat(check.check()).map(HealthProblem::code).contains("BROKER_STOPPED");
        assertThat(embedded.starts).isZero();

        disk = Optional.empty();
        assertThat(check.check()).map(HealthProblem::code).contains("BROKER_STOPPED");
        assertThat(check.check()).isEmpty();
        assertThat(embedded.starts).isEqualTo(1);
    }

    @Test
    void isTriedAtGrowingIntervals() {
        embedded.stopped = true;
        embedded.broken = true;
        for (int second = 0; second < 60; second++) {
            assertThat(check.check()).map(HealthProblem::code).contains("BROKER_STOPPED");
            clock.now = clock.now.plusSeconds(1);
        }
        assertThat(embedded.starts).as("after 0, 5, 15 and 35 seconds").isEqualTo(4);

        embedded.broken = false;
        clock.now = clock.now.plus(Duration.ofMinutes(5));
        check.check();
        assertThat(check.check()).isEmpty();
    }

    /** An embedded broker, as far as the check knows it. */
    static final class Stoppable implements BrokerCheck.Restart {

        private boolean stopped;
        private boolean broken;
        private int starts;

        @Override
        public boolean isDue() {
            return stopped;
        }

        @Override
        public void run() {
            starts++;
            if (broken) {
                throw new IllegalStateException();
            }
            stopped = false;
        }
    }

    private static final class SetClock extends Clock {

        private Instant now = Instant.parse("2026-03-02T10:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
