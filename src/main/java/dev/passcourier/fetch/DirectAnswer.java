package dev.passcourier.fetch;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.passcourier.provider.Answer;
import dev.passcourier.request.Advice;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.Verdict;
import dev.passcourier.retry.RetryRule;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt of a command went.
 *
 * @param verdict     {@code DELIVERED} if it is done; else how it ends, if it is not tried again
 * @param code        why
 * @param said        the cloud's words on it; of what we refuse, the place that does not fit; or empty
 * @param advice      what to do, one sentence; or empty
 * @param again       how to wait before it is tried again, or null if that does not help
 * @param afterMillis what the cloud asked to wait, or 0
 * @param sealed      the sealed result, or null
 * @param mediaType   of the sealed result, or null
 * @param kind        what the secret is: {@code password}, {@code console-password} or {@code private-key}; or null
 * @param userName    whose it is, or null if the cloud does not say
 * @param key         name of the key that opened it, or null
 * @param fingerprint of that key as {@code ssh-keygen -l} prints it, or null
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record DirectAnswer(
        Verdict verdict,
        String code,
        String said,
        String advice,
        @Nullable RetryRule again,
        long afterMillis,
        byte @Nullable [] sealed,
        @Nullable String mediaType,
        @Nullable String kind,
        @Nullable String userName,
        @Nullable String key,
        @Nullable String fingerprint) {

    static DirectAnswer ended(Verdict verdict, String code, String said) {
        return new DirectAnswer(
                verdict, code, said, Advice.on(verdict, code), null, 0, null, null, null, null, null, null);
    }

    /** We refuse it. */
    static DirectAnswer refused(RequestException refusal) {
        return new DirectAnswer(
                Verdict.REFUSED,
                refusal.code().name(),
                refusal.where(),
                refusal.code().advice(),
                null,
                0,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /** What an answer without a password means. */
    static DirectAnswer of(Answer answer, String said) {
        if (answer instanceof Answer.NotYet notYet) {
            return later(Verdict.NOT_YET, notYet.code(), said, RetryRule.NOT_YET, 0);
        }
        if (answer instanceof Answer.Retry retry) {
            long after = retry.after() == null ? 0 : retry.after().toMillis();
            return later(
                    RetryScheduler.verdict(retry.failure()),
                    retry.code(),
                    said,
                    RetryScheduler.rule(retry.failure()),
                    after);
        }
        if (answer instanceof Answer.Ended ended) {
            return ended(ended.verdict(), ended.code(), said);
        }
        throw new IllegalStateException(
                "an answer without a password cannot be " + answer.getClass().getSimpleName());
    }

    private static DirectAnswer later(Verdict verdict, String code, String said, RetryRule again, long afterMillis) {
        return new DirectAnswer(
                verdict, code, said, Advice.on(verdict, code), again, afterMillis, null, null, null, null, null, null);
    }

    /** The same when it has been tried as often as helps. */
    public DirectAnswer givenUp() {
        return new DirectAnswer(
                verdict, code, said, advice, null, 0, sealed, mediaType, kind, userName, key, fingerprint);
    }

    /** Whether it is done. */
    @JsonIgnore
    public boolean isDone() {
        return verdict == Verdict.DELIVERED;
    }

    /** Names verdict and code only. */
    @Override
    public String toString() {
        return "DirectAnswer[" + verdict + " " + code + "]";
    }
}
