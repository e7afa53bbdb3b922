package dev.passcourier.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.sandbox.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class AllowanceTest {

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-21T08:00:00Z"), ZoneOffset.UTC);
    private final Allowance allowance = new Allowance(10, clock);

    @Test
    void isSpentAfterAsManyAsAnHourHas() {
        take("a", 9);
        assertThat(allowance.isSpent("a")).isFalse();
        take("a", 1);
        assertThat(allowance.isSpent("a")).isTrue();
        assertThat(allowance.isSpent("b")).isFalse();
    }

    @Test
    void comesBackEvenly() {
        take("a", 10);
        clock.advance(Duration.ofMinutes(6).minusMillis(1));
        assertThat(allowance.isSpent("a")).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(allowance.isSpent("a")).isFalse();
        take("a", 1);
        assertThat(allowance.isSpent("a")).isTrue();
        clock.advance(Duration.ofHours(1));
        take("a", 9);
        assertThat(allowance.isSpent("a")).isFalse();
    }

    @Test
    void takingMoreThanThereIsDoesNotLockForEver() {
        take("a", 1000);
        clock.advance(Duration.ofMinutes(12));
        assertThat(allowance.isSpent("a")).isFalse();
    }

    @Test
    void aClockThatGoesBackGivesNothingBackAndTakesNothing() {
        take("a", 10);
        clock.advance(Duration.ofDays(-1));
        assertThat(allowance.isSpent("a")).isTrue();
        take("b", 9);
        clock.advance(Duration.ofDays(-1));
        assertThat(allowance.isSpent("b")).isFalse();
    }

    @Test
    void remembersABoundedNumberOfNamesAndKeepsTheOnesInUse() {
        take("busy", 10);
        take("idle", 10);
        for (int i = 0; i < Allowance.MOST_NAMES - 1; i++) {
            take("name-" + i, 1);
            assertThat(allowance.isSpent("busy")).isTrue();
        }
        assertThat(allowance.isSpent("idle")).isFalse();
    }

    private void take(String name, int times) {
        for (int i = 0; i < times; i++) {
            allowance.take(name);
        }
    }
}
