package dev.passcourier.doctor;

import dev.passcourier.http.EndpointProbe;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
        return certificate(subject, seen.certificateEnds()).orElseGet(() -> judgeTime(subject, seen, now));
    }

    /** A warning if a certificate ends soon. */
    Optional<Diagnosis> certificate(String subject, @Nullable Instant ends) {
        return Optional.ofNullable(ends)
                .filter(end -> end.isBefore(clock.instant().plus(SOON)))
                .map(end -> Diagnosis.warn(subject, "its certificate ends " + end + ": its owner must renew it"));
    }

    private static Diagnosis judgeTime(String subject, EndpointProbe.Seen seen, Instant now) {
        if (seen.serverTime() == null) {
            return Diagnosis.ok(subject, "it answers, and does not tell its time");
        }
        Duration apart = Duration.between(seen.serverTime(), now).abs();
        String says = "its clock and ours are " + apart.toSeconds() + " s apart";
        if (apart.compareTo(TOO_FAR) > 0) {
            return Diagnosis.fail(subject, says + "; signed calls will be refused: let NTP set this machine's clock");
        }
        return apart.compareTo(FINE) > 0
                ? Diagnosis.warn(subject, says + ": let NTP set this machine's clock")
                : Diagnosis.ok(subject, says);
    }
}
