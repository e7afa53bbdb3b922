package dev.passcourier.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.sandbox.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class FailedOpeningBucketsTest {

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-21T08:00:00Z"), ZoneOffset.UTC);
    private final FailedOpenings.Buckets buckets = new FailedOpenings.Buckets(10, clock);

    @Test
    void isEmptyAfterAsManyAsAnHourHas() {
        take("a", 9);
        assertThat(buckets.isEmpty("a")).isFalse();
        take("a", 1);
        assertThat(buckets.isEmpty("a")).isTrue();
        assertThat(buckets.isEmpty("b")).isFalse();
    }

    @Test
    void isRefilledOverTheHour() {
        take("a", 10);
        clock.advance(Duration.ofMinutes(6).minusMillis(1));
        assertThat(buckets.isEmpty("a")).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(buckets.isEmpty("a")).isFalse();
        take("a", 1);
        assertThat(buckets.isEmpty("a")).isTrue();
        clock.advance(Duration.ofHours(1));
        take("a", 9);
        assertThat(buckets.isEmpty("a")).isFalse();
    }

    @Test
    void takingMoreThanThereIsDoesNotLockForEver() {
        take("a", 1000);
        clock.advance(Duration.ofMinutes(12));
        assertThat(buckets.isEmpty("a")).isFalse();
    }

    @Test
    void aClockThatGoesBackGivesNothingBackAndTakesNothing() {
        take("a", 10);
        clock.advance(Duration.ofDays(-1));
        assertThat(buckets.isEmpty("a")).isTrue();
        take("b", 9);
        clock.advance(Duration.ofDays(-1));
        assertThat(buckets.isEmpty("b")).isFalse();
    }

    @Test
    void remembersABoundedNumberOfNamesAndKeepsTheOnesInUse() {
        take("busy", 10);
        take("idle", 10);
        for (int i = 0; i < FailedOpenings.Buckets.MOST_NAMES - 1; i++) {
            take("name-" + i, 1);
            assertThat(buckets.isEmpty("busy")).isTrue();
        }
        assertThat(buckets.isEmpty("idle")).isFalse();
    }

    private void take(String name, int times) {
        for (int i = 0; i < times; i++) {
            buckets.take(name);
        }
    }
}
