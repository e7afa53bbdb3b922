package dev.passcourier.ledger;

import dev.passcourier.request.Verdict;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of a batch.
 *
 * @param line       1 is the first line of the file
 * @param request    its request's id, or null if it could not be read
 * @param account    the account asked, or null
 * @param instance   the instance, or null
 * @param verdict    how it ended, or null while it has not
 * @param code       why, or null
 * @param acceptedAt when it was accepted, or null if it was refused
 * @param endedAt    when it ended, or null
 * @param attempts   how often the cloud was asked
 * @param deliveries its results' ways to their destinations; empty for a duplicate
 * @param rule       if no policy rule granted it, the one that came nearest and what of it did not fit, or null
 */
public record LineResult(
        int line,
        @Nullable String request,
        @Nullable String account,
        @Nullable String instance,
        @Nullable Verdict verdict,
        @Nullable String code,
        @Nullable Instant acceptedAt,
        @Nullable Instant endedAt,
        int attempts,
        List<DeliveryRow> deliveries,
        @Nullable String rule) {

    /** Copies the deliveries. */
    public LineResult {
        deliveries = List.copyOf(deliveries);
    }
}
