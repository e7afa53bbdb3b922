package dev.passcourier.outbox;

import dev.passcourier.request.Verdict;
import java.time.Instant;

/**
 * Tells a requester that a request ended without a password.
 *
 * @param requestId the request
 * @param account   the account asked, or empty if the request was refused before it was known
 * @param instance  the instance, or empty
 * @param verdict   how it ended
 * @param code      why
 * @param said      the cloud's own words on it, as far as they may be shown; or empty
 * @param advice    one sentence on what to do, for people
 * @param attempts  how often the cloud was asked
 * @param endedAt   when it ended
 */
public record Notice(
        String requestId,
        String account,
        String instance,
        Verdict verdict,
        String code,
        String said,
        String advice,
        int attempts,
        Instant endedAt) {

    /** Notices of earlier builds have no words. */
    public Notice {
        said = said == null ? "" : said;
    }

    /** The same, for accounts that keep instances inside the seal. */
    Notice withoutInstance() {
        return new Notice(requestId, account, "", verdict, code, said, advice, attempts, endedAt);
    }

    /** Where no cloud said anything. */
    public Notice(
            String requestId,
            String account,
            String instance,
            Verdict verdict,
            String code,
            String advice,
            int attempts,
            Instant endedAt) {
        this(requestId, account, instance, verdict, code, "", advice, attempts, endedAt);
    }
}
