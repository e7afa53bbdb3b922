package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Berlin puts its clocks forward on 2026-03-29 at 01:00 UTC and back on 2026-10-25 at 01:00 UTC. */
class PlannedTimesTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @ParameterizedTest
    @CsvSource({
        "0 0 * * * ?, 2026-03-01T12:00:00Z, 2026-03-01T12:00:00Z",
        "0 0 * * * ?, 2026-03-01T11:59:59.999Z, 2026-03-01T11:00:00Z",
        "0 30 2 * * ?, 2026-03-01T12:00:00Z, 2026-03-01T01:30:00Z",
        "* * * * * ?, 2026-03-01T12:00:00.700Z, 2026-03-01T12:00:00Z",
        "0/7 * * * * ?, 2026-03-01T12:00:06Z, 2026-03-01T12:00:00Z",
        "0 0 3 1 1 ?, 2026-03-01T12:00:00Z, 2026-01-01T02:00:00Z",
        "0 0 3 29 2 ?, 2027-03-01T12:00:00Z, 2024-02-29T02:00:00Z",
        "0 0 12 ? * MON-FRI, 2026-03-01T12:00:00Z, 2026-02-27T11:00:00Z",
        "0 0 12 1 3 ? 2026, 2027-01-01T00:00:00Z, 2026-03-01T11:00:00Z",
        "0 0 12 1 3 ? 2026, 2026-01-01T00:00:00Z, "
    })
    void findsTheLatestPlannedTime(String cron, Instant now, Instant latest) {
        assertThat(new PlannedTimes(cron, BERLIN).latest(now).orElse(null)).isEqualTo(latest);
    }

    @Test
    void tellsPlannedTimesFromOthers() {
        PlannedTimes times = new PlannedTimes("0 0 * * * ?", BERLIN);

        assertThat(times.isPlanned(Instant.parse("2026-03-01T12:00:00Z"))).isTrue();
        assertThat(times.isPlanned(Instant.parse("2026-03-01T12:00:00.001Z"))).isFalse();
        assertThat(times.isPlanned(Instant.parse("2026-03-01T12:00:01Z"))).isFalse();
    }

    @Test
    void refusesWhatIsNoExpression() {
        assertThatIllegalArgumentException().isThrownBy(() -> new PlannedTimes("every hour", BERLIN));
    }

    @Test
    void everyHourGoesOnWhereClocksAreSetForward() {
        assertThat(walk("0 0 * * * ?", "2026-03-28T23:30:00Z", "2026-03-29T03:30:00Z"))
                .containsExactly(
                        "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z", "2026-03-29T03:00:00Z");
    }

    /** Quartz reads a wall-clock time that comes twice as the second of the two. */
    @Test
    void everyHourPausesForOneWhereClocksAreSetBack() {
        assertThat(walk("0 0 * * * ?", "2026-10-24T22:30:00Z", "2026-10-25T03:30:00Z"))
                .containsExactly(
                        "2026-10-24T23:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z");
    }

    @Test
    void aTimeInTheGapIsNotPlannedOnThatDay() {
        assertThat(walk("0 30 2 * * ?", "2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z"))
                .containsExactly("2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z");
    }

    @Test
    void aTimeInTheFoldIsPlannedOnce() {
        assertThat(walk("0 30 2 * * ?", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"))
                .containsExactly("2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z");
    }

    /** Every planned time that the catch-up would see if it looked every ten minutes. */
    private static List<String> walk(String cron, String from, String to) {
        PlannedTimes times = new PlannedTimes(cron, BERLIN);
        List<String> seen = new ArrayList<>();
        Instant start = Instant.parse(from);
        for (Instant now = start; !now.isAfter(Instant.parse(to)); now = now.plus(Duration.ofMinutes(10))) {
            times.latest(now)
                    .filter(planned -> planned.isAfter(start))
                    .map(Instant::toString)
                    .filter(planned ->
                            seen.isEmpty() || !seen.get(seen.size() - 1).equals(planned))
                    .ifPresent(seen::add);
        }
        return seen;
    }
}
