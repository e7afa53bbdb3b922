package dev.passcourier.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.sandbox.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountGateTest {

    private static final Duration AT_ONCE = Duration.ofMillis(1);

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-21T08:00:00Z"), ZoneOffset.UTC);

    @Test
    void lessThanOneASecondLetsOneThroughAndThenWaits() throws Exception {
        AccountGate gate = new AccountGate("slow", 0.01, clock);
        assertThat(gate.enter(AT_ONCE)).isTrue();
        assertThat(gate.enter(AT_ONCE)).isFalse();
    }

    @Test
    void aLeaveThatWasGivenBackServesTheNext() throws Exception {
        AccountGate gate = new AccountGate("slow", 0.01, clock);
        assertThat(gate.enter(AT_ONCE)).isTrue();
        gate.giveBack();
        assertThat(gate.enter(AT_ONCE)).isTrue();
    }

    @Test
    void aLeaveThatWasGivenBackKeepsTheDistanceToTheOneBeforeIt() throws Exception {
        AccountGate gate = new AccountGate("slow", 1, clock);
        assertThat(gate.enter(AT_ONCE)).isTrue();
        clock.advance(Duration.ofMillis(1020));
        Instant used = clock.instant();
        assertThat(gate.enter(AT_ONCE)).isTrue();
        clock.advance(Duration.ofMillis(1019));
        assertThat(gate.enter(AT_ONCE)).as("waits for its time").isTrue();
        gate.giveBack();
        assertThat(gate.enter(Duration.ZERO)).as("so does the next").isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(gate.enter(Duration.ZERO)).isTrue();
        assertThat(clock.instant()).isEqualTo(used.plusMillis(1020));
    }

    @Test
    void givesBackTheCallersLeaveAndNotItsNeighbours() throws Exception {
        AccountGate gate = new AccountGate("two", 2, clock);
        assertThat(gate.enter(AT_ONCE)).isTrue();
        clock.advance(Duration.ofMillis(500));
        CompletableFuture.runAsync(() -> enter(gate)).get(10, TimeUnit.SECONDS);
        gate.giveBack();
        assertThat(gate.enter(Duration.ZERO)).as("in the place of the first").isTrue();
        clock.advance(Duration.ofMillis(600));
        assertThat(gate.enter(Duration.ZERO)).as("two were let in 600 ms ago").isFalse();
    }

    private static void enter(AccountGate gate) {
        try {
            assertThat(gate.enter(Duration.ZERO)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aStopWhileAProbeWaitsForItsRateLeavesRoomForTheNext() throws Exception {
        AccountGate gate = new AccountGate("down", 0.5, clock);
        for (int i = 0; i < 10; i++) {
            gate.failed();
        }
        clock.advance(Duration.ofSeconds(31));
        assertThat(gate.enter(Duration.ZERO)).isTrue();
        gate.left();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> gate.enter(Duration.ofMinutes(1))).isInstanceOf(InterruptedException.class);
        clock.advance(Duration.ofSeconds(3));
        assertThat(gate.enter(Duration.ZERO)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 2, 2.5, 20, 100, 0.5})
    void noSecondHasMoreLeavesOrCallsThanTheRateAndNoRateIsWasted(double rate) throws Exception {
        AccountGate gate = new AccountGate("limited", rate, clock);
        List<Instant> leaves = new ArrayList<>();
        List<Instant> calls = new ArrayList<>();
        Instant start = clock.instant();
        for (int tick = 0; tick < 400; tick++) {
            if (tick % 40 < 25) {
                while (gate.enter(Duration.ZERO)) {
                    leaves.add(clock.instant());
                }
            }
            clock.advance(Duration.ofMillis(25));
        }
        for (Duration wait = gate.turn(); wait.compareTo(Duration.ofSeconds(10)) < 0; wait = gate.turn()) {
            calls.add(clock.instant().plus(wait));
        }

        assertThat(mostInASecond(leaves)).isLessThanOrEqualTo((int) Math.ceil(rate));
        assertThat(mostInASecond(calls)).isLessThanOrEqualTo((int) Math.ceil(rate));
        assertThat(calls.size()).isGreaterThanOrEqualTo((int) (rate * 10 / 1.03));
        assertThat(leaves).allMatch(leave -> !leave.isBefore(start)).hasSizeGreaterThan((int) (rate * 10 / 2));
    }

    private static int mostInASecond(List<Instant> times) {
        return times.stream()
                .mapToInt(from -> (int) times.stream()
                        .filter(time -> !time.isBefore(from) && time.isBefore(from.plusSeconds(1)))
                        .count())
                .max()
                .orElse(0);
    }

    @Test
    void callsThatWereLateKeepLaterOnesFromComingTooManyInASecond() {
        AccountGate gate = new AccountGate("limited", 20, clock);
        for (int i = 0; i < 10; i++) {
            assertThat(gate.turn()).isZero();
        }
        clock.advance(Duration.ofMillis(900));
        for (int i = 0; i < 10; i++) {
            assertThat(gate.turn()).isZero();
        }
        clock.advance(Duration.ofMillis(200));
        for (int i = 0; i < 10; i++) {
            assertThat(gate.turn()).isZero();
        }
        assertThat(gate.turn()).isBetween(Duration.ofMillis(800), Duration.ofMillis(830));
    }

    @Test
    void nobodyEntersWhileTheCloudWantsRest() throws Exception {
        AccountGate gate = new AccountGate("throttled", 1000, clock);
        gate.pause(Duration.ofMinutes(2));
        assertThat(gate.enter(AT_ONCE)).isFalse();
        clock.advance(Duration.ofMinutes(2));
        assertThat(gate.enter(AT_ONCE)).isTrue();
    }

    @Test
    void aShorterPauseDoesNotShortenALongerOne() throws Exception {
        AccountGate gate = new AccountGate("throttled", 1000, clock);
        gate.pause(Duration.ofMinutes(5));
        gate.pause(Duration.ofSeconds(1));
        clock.advance(Duration.ofMinutes(1));
        assertThat(gate.enter(AT_ONCE)).isFalse();
    }

    @Test
    void aCloudCannotStopUsForLongerThanAQuarterOfAnHour() throws Exception {
        AccountGate gate = new AccountGate("throttled", 1000, clock);
        gate.pause(Duration.ofDays(365));
        clock.advance(Duration.ofMinutes(15));
        assertThat(gate.enter(AT_ONCE)).isTrue();
    }

    @Test
    void tenFailuresInARowShutTheGate() throws Exception {
        AccountGate gate = new AccountGate("down", 1000, clock);
        for (int i = 0; i < 10; i++) {
            assertThat(gate.enter(AT_ONCE)).isTrue();
            gate.failed();
        }
        assertThat(gate.enter(AT_ONCE)).isFalse();
    }

    @Test
    void oneAnswerAmongFailuresKeepsItOpen() throws Exception {
        AccountGate gate = new AccountGate("shaky", 1000, clock);
        for (int i = 0; i < 30; i++) {
            assertThat(gate.enter(AT_ONCE)).isTrue();
            if (i % 5 == 0) {
                gate.answered();
            } else {
                gate.failed();
            }
        }
        assertThat(gate.enter(AT_ONCE)).isTrue();
    }

    @Test
    void aProbeThatEndsWithoutAnAnswerLeavesRoomForTheNext() throws Exception {
        AccountGate gate = new AccountGate("down", 1000, clock);
        for (int i = 0; i < 10; i++) {
            assertThat(gate.enter(AT_ONCE)).isTrue();
            gate.failed();
            gate.left();
        }
        clock.advance(Duration.ofSeconds(31));
        assertThat(gate.enter(AT_ONCE)).isTrue();
        assertThat(gate.enter(AT_ONCE)).isFalse();
        gate.left();
        assertThat(gate.enter(AT_ONCE)).isTrue();
    }

    @Test
    void aClockThatIsSetBackMakesNoRestLonger() throws Exception {
        AccountGate gate = new AccountGate("down", 1000, clock);
        for (int i = 0; i < 10; i++) {
            assertThat(gate.enter(AT_ONCE)).isTrue();
            gate.failed();
        }
        gate.pause(Duration.ofSeconds(20));
        assertThat(gate.enter(AT_ONCE)).isFalse();
        clock.advance(Duration.ofHours(-2));
        assertThat(gate.enter(AT_ONCE)).isFalse();
        clock.advance(Duration.ofSeconds(31));
        assertThat(gate.enter(AT_ONCE)).isTrue();
    }
}
