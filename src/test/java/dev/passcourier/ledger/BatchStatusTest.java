package dev.passcourier.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.request.Origin;
import dev.passcourier.request.Verdict;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BatchStatusTest {

    private static final Instant TAKEN = Instant.parse("2026-11-01T10:00:00Z");
    private static final Instant NOW = Instant.parse("2026-11-01T10:10:00Z");

    @Test
    void goesOnAtTheRateOfTheLastMinute() {
        BatchStatus batch = of(600, 100, NOW);
        assertThat(batch.perMinute()).isEqualTo(100);
        assertThat(batch.expectedEnd()).isEqualTo("2026-11-01T10:14:00Z");
    }

    @Test
    void goesOnAtTheWholeRateIfNothingEndedInTheLastMinute() {
        assertThat(of(500, 0, NOW).perMinute()).isEqualTo(50);
        assertThat(of(500, 0, NOW).expectedEnd()).isEqualTo("2026-11-01T10:20:00Z");
    }

    @Test
    void hasARateFromItsFirstSecondsOn() {
        BatchStatus batch = BatchStatus.of(
                new BatchSummary("b", Origin.Source.FILE, "b.csv", null, 1000, NOW.minusSeconds(6)),
                null,
                Map.of(Verdict.DELIVERED, 100L),
                100,
                NOW,
                NOW);
        assertThat(batch.perMinute()).isEqualTo(1000);
        assertThat(batch.expectedEnd()).isEqualTo("2026-11-01T10:10:54Z");
    }

    @Test
    void saysNothingOfAnEndBeforeTheFirstLineHasEnded() {
        assertThat(of(0, 0, null).expectedEnd()).isNull();
        assertThat(of(0, 0, null).perMinute()).isZero();
    }

    @Test
    void keepsTheRateItHadWhenItEnded() {
        BatchStatus batch = of(1000, 0, Instant.parse("2026-11-01T10:05:00Z"));
        assertThat(batch.hasEnded()).isTrue();
        assertThat(batch.perMinute()).isEqualTo(200);
        assertThat(batch.expectedEnd()).isNull();
    }

    private static BatchStatus of(long ended, long lastMinute, @Nullable Instant lastEnd) {
        return BatchStatus.of(
                new BatchSummary("b", Origin.Source.FILE, "b.csv", null, 1000, TAKEN),
                null,
                ended == 0 ? Map.of() : Map.of(Verdict.DELIVERED, ended),
                lastMinute,
                lastEnd,
                NOW);
    }
}
