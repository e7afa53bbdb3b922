package dev.passcourier.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.ledger.LedgerException;
import dev.passcourier.ledger.SharedTurns;
import dev.passcourier.sandbox.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Turns on a clock that stands still unless it is moved. */
class PacedTurnsTest {

    private static final Duration A_MINUTE = Duration.ofMinutes(1);

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-21T08:00:00Z"), ZoneOffset.UTC);
    private final Given given = new Given();
    private final PacedTurns turns = new PacedTurns("lab", 20, Duration.ofSeconds(1), given, clock);

    /** What the database says; each answer takes its time. */
    private final class Given implements SharedTurns {

        private final List<Duration> distances = new ArrayList<>();
        private Duration slow = Duration.ZERO;
        private int slowFor;
        private int awayFor;

        @Override
        public Optional<Duration> take(String account, Duration apart, int many, Duration furthest) {
            distances.add(apart);
            if (awayFor > 0) {
                awayFor--;
                throw new LedgerException("LEDGER_DATABASE");
            }
            if (slowFor > 0) {
                slowFor--;
                clock.advance(slow);
            }
            return Optional.of(Duration.ZERO);
        }
    }

    @Test
    void twentyCallsAndTheirLatenessTakeMoreThanASecond() throws Exception {
        assertThat(turns.await(A_MINUTE, () -> true)).isTrue();
        assertThat(given.distances).containsExactly(Duration.ofMillis(53));
    }

    @Test
    void whoComesLateTakesAnotherTurnWithMoreRoomAfterItAndLessAgainOnceItIsInTime() throws Exception {
        given.slow = Duration.ofMillis(100);
        given.slowFor = 2;
        assertThat(turns.await(A_MINUTE, () -> true)).isTrue();
        assertThat(given.distances).containsExactly(Duration.ofMillis(53), Duration.ofMillis(113));
        assertThat(turns.await(A_MINUTE, () -> true)).isTrue();
        assertThat(turns.await(A_MINUTE, () -> true)).isTrue();
        assertThat(given.distances.subList(2, 4)).containsExactly(Duration.ofMillis(113), Duration.ofMillis(53));
    }

    @Test
    void whileTheDatabaseIsAwayNobodyAsksAndThenOneTurnIsTakenForOneCall() throws Exception {
        given.awayFor = 2;
        assertThat(turns.await(A_MINUTE, () -> true)).isTrue();
        assertThat(given.distances).hasSize(3);
    }

    @Test
    void whoMayNotAskAnyMoreHasNoTurn() throws Exception {
        assertThat(turns.await(A_MINUTE, () -> false)).isFalse();
        assertThat(given.distances).isEmpty();
    }
}
