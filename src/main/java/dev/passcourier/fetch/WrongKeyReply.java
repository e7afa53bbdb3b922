package dev.passcourier.fetch;

import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.VaultException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Answers a request whose password no key opened. Nothing about the answer depends on how the opening went: the broker
 * holds it back until a fixed time after the opening began has passed, and a random one on top, and the end is dated at
 * that beginning.
 */
final class WrongKeyReply {

    /** Far longer than an opening takes. One that takes longer still is answered at the next multiple. */
    static final Duration FLOOR = Duration.ofSeconds(2);

    static final Duration JITTER = Duration.ofSeconds(1);

    private final FailedOpenings failures;
    private final RequestEnd ending;
    private final Clock clock;
    private final RandomGenerator random;

    WrongKeyReply(FailedOpenings failures, RequestEnd ending, Clock clock, RandomGenerator random) {
        this.failures = failures;
        this.ending = ending;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Counts the failure and ends the request.
     *
     * @param fingerprint of the ciphertext
     * @param began       when the answer was there and its opening began
     */
    List<OutboundMessage> end(FetchWork work, String fingerprint, Instant began) {
        failures.count(work, fingerprint);
        return ending.end(
                work,
                Verdict.WRONG_KEY,
                VaultException.Code.WRONG_KEY.name(),
                "",
                began,
                answerAt(began, clock.instant(), random));
    }

    /** When an opening that began then and has just failed may be answered. */
    static Instant answerAt(Instant began, Instant now, RandomGenerator random) {
        long passed = Math.max(0, Duration.between(began, now).toMillis());
        long floors = passed / FLOOR.toMillis() + 1;
        return began.plus(FLOOR.multipliedBy(floors)).plusMillis(random.nextLong(JITTER.toMillis() + 1));
    }
}
