package dev.passcourier.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.http.EndpointProbe;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of a cloud's clock and certificate. */
class ClocksTest {

    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0    | OK   | its clock and ours are 0 s apart",
                "-30  | OK   | its clock and ours are 30 s apart",
                "31   | WARN | its clock and ours are 31 s apart: let NTP set this machine's clock",
                "-240 | WARN | its clock and ours are 240 s apart: let NTP set this machine's clock",
                "241  | FAIL | its clock and ours are 241 s apart; signed calls will be refused: let NTP set this machine's"
                        + " clock",
                "-86400 | FAIL | its clock and ours are 86400 s apart; signed calls will be refused: let NTP set this"
                        + " machine's clock"
            })
    void aWrongClockIsNamedAheadOrBehind(long seconds, Diagnosis.Level level, String says) {
        assertThat(judged(NOW.plusSeconds(seconds), null)).isEqualTo(new Diagnosis("account.prod", level, says));
    }

    @Test
    void aCloudThatDoesNotTellItsTimeIsFine() {
        assertThat(judged(null, NOW.plus(Duration.ofDays(31))))
                .isEqualTo(Diagnosis.ok("account.prod", "it answers, and does not tell its time"));
    }

    @Test
    void aCertificateThatEndsSoonComesBeforeTheClock() {
        Instant end = NOW.plus(Duration.ofDays(29));
        assertThat(judged(NOW.plusSeconds(500), end))
                .isEqualTo(Diagnosis.warn("account.prod", "its certificate ends " + end + ": its owner must renew it"));
    }

    private static Diagnosis judged(Instant serverTime, Instant certificateEnds) {
        return new Clocks(CLOCK).judge("account.prod", new EndpointProbe.Seen(401, serverTime, certificateEnds));
    }
}
