package dev.passcourier.ledger;

import dev.passcourier.request.Verdict;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a request is.
 *
 * @param id         the request
 * @param account    the account asked
 * @param instance   the instance
 * @param source     kind of source it came from
 * @param sender     who sent it, or null
 * @param batch      the batch it belongs to, or null
 * @param line       its line there, or 0
 * @param state      how far it is
 * @param where      the same in words
 * @param verdict    how it ended, or null while it has not
 * @param code       the latest reason, or null
 * @param reason     the same in words and what to do, or null
 * @param attempts   how often the cloud was asked
 * @param askedAt    when it was seen first
 * @param acceptedAt when it was accepted, or null if it was not
 * @param deadline   until when the cloud is asked, or null
 * @param nextAt     when the cloud is asked again, or null if that is not known
 * @param endedAt    when it ended, or null
 * @param results    its results' ways to their destinations, as far as there are any
 */
public record RequestStatus(
        String id,
        String account,
        String instance,
        String source,
        @Nullable String sender,
        @Nullable String batch,
        int line,
        RequestState state,
        String where,
        @Nullable Verdict verdict,
        @Nullable String code,
        @Nullable String reason,
        int attempts,
        Instant askedAt,
        @Nullable Instant acceptedAt,
        @Nullable Instant deadline,
        @Nullable Instant nextAt,
        @Nullable Instant endedAt,
        List<ResultStatus> results) {

    /** Copies the list. */
    public RequestStatus {
        results = List.copyOf(results);
    }

    /**
     * Where one result is.
     *
     * @param destination its alias
     * @param deliveryId  stable over all attempts
     * @param state       how far it is
     * @param code        the receiver's latest answer, or null
     * @param attempts    how often it was tried
     * @param sealedAt    when it went to the outbox
     * @param nextAt      when it is tried again, or null if that is not known
     * @param endedAt     when it was delivered or given up, or null
     */
    public record ResultStatus(
            String destination,
            String deliveryId,
            DeliveryState state,
            @Nullable String code,
            int attempts,
            Instant sealedAt,
            @Nullable Instant nextAt,
            @Nullable Instant endedAt) {}
}
