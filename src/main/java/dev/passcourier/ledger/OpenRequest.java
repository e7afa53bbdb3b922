package dev.passcourier.ledger;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that has not ended.
 *
 * @param row       the request
 * @param reference of the origin that owns it, as the audit trail holds it
 * @param results   its results' ways, as far as they are on record
 */
public record OpenRequest(RequestRow row, @Nullable String reference, List<DeliveryRow> results) {

    /** Copies the list. */
    public OpenRequest {
        results = List.copyOf(results);
    }

    /** Whether a destination has its result or never will. */
    public boolean isSettled(String alias) {
        return results.stream()
                .anyMatch(result -> result.alias().equals(alias)
                        && (result.state() == DeliveryState.DELIVERED || result.state() == DeliveryState.FAILED));
    }
}
