package dev.passcourier.ledger;

import dev.passcourier.request.Verdict;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request as people see it.
 *
 * @param id           the request
 * @param account      the account asked
 * @param instance     the instance
 * @param source       kind of source
 * @param user         the broker-validated user who sent it, or null
 * @param batch        the batch it belongs to, or null
 * @param state        how far it is
 * @param verdict      how it ended, or null
 * @param code         why, or null
 * @param attempts     how often the cloud was asked
 * @param askedAt      when it was first looked at
 * @param endedAt      when it ended, or null
 * @param destinations aliases it was allowed to go to
 */
public record RequestRow(
        String id,
        String account,
        String instance,
        String source,
        @Nullable String user,
        @Nullable String batch,
        RequestState state,
        @Nullable Verdict verdict,
        @Nullable String code,
        int attempts,
        Instant askedAt,
        @Nullable Instant endedAt,
        List<String> destinations) {

    /** Copies the destinations. */
    public RequestRow {
        destinations = List.copyOf(destinations);
    }
}
