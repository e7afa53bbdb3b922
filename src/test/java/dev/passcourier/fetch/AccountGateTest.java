package dev.passcourier.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.sandbox.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

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
