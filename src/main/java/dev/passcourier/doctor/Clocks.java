package dev.passcourier.doctor;

import dev.passcourier.http.EndpointProbe;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Compares our clock and a certificate's end with what a remote end says. */
final class Clocks {

    /** HTTP tells the time in whole seconds, and the way there and back takes some. */
    private static final Duration FINE = Duration.ofSeconds(30);

    /** The narrowest window of a cloud's signatures is five minutes (TC3). */
    private static final Duration TOO_FAR = Duration.ofMinutes(4);

    private static final Duration SOON = Duration.ofDays(30);

    private final Clock clock;

    Clocks(Clock clock) {
        this.clock = clock;
    }

    Diagnosis judge(String subject, EndpointProbe.Seen seen) {
        Instant now = clock.instant();
        Optional<Diagnosis> certificate = Optional.ofNullable(seen.certificateEnds())
                .filter(end -> end.isBefore(now.plus(SOON)))
                .map(end -> Diagnosis.warn(subject, "answers, but its certificate ends " + end));
        return certificate.orElseGet(() -> judgeTime(subject, seen, now));
    }

    private static Diagnosis judgeTime(String subject, EndpointProbe.Seen seen, Instant now) {
        if (seen.serverTime() == null) {
            return Diagnosis.ok(subject, "answers with HTTP " + seen.status() + "; it does not tell its time");
        }
        Duration apart = Duration.between(seen.serverTime(), now).abs();
        String says = "its clock and ours are " + apart.toSeconds() + " s apart";
        if (apart.compareTo(TOO_FAR) > 0) {
            return Diagnosis.fail(subject, says + "; signed calls will be refused: let NTP set this machine's clock");
        }
        return apart.compareTo(FINE) > 0
                ? Diagnosis.warn(subject, says + ": let NTP set this machine's clock")
                : Diagnosis.ok(subject, "answers with HTTP " + seen.status() + "; " + says);
    }
}
