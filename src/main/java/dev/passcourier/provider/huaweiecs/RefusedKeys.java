package dev.passcourier.provider.huaweiecs;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.HttpReply;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Remembers that the cloud refused our keys. A backlog signed with a wrong key would lock the key for everybody who
 * uses it: more than five failures in a row do. So none is sent until an operator has had five minutes to mend it.
 */
final class RefusedKeys {

    private static final Duration PAUSE = Duration.ofMinutes(5);

    private final Clock clock;
    private volatile @Nullable Refusal last;

    RefusedKeys(Clock clock) {
        this.clock = clock;
    }

    /**
     * Demands that the keys have not been refused lately.
     *
     * @throws CannotAskException with the answer they were refused with
     */
    void demandNone() throws CannotAskException {
        Refusal refusal = last;
        if (refusal != null && clock.instant().isBefore(refusal.until())) {
            throw new CannotAskException(refusal.answer());
        }
    }

    /** Takes note of an answer; only 401 is about the keys, and one that can be renewed is not among them. */
    Answer note(HttpReply reply, Answer answer) {
        if (reply.status() == 401 && answer instanceof Answer.Ended ended) {
            last = new Refusal(ended, clock.instant().plus(PAUSE));
        }
        return answer;
    }

    private record Refusal(Answer.Ended answer, Instant until) {}
}
