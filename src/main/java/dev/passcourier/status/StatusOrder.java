package dev.passcourier.status;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.jspecify.annotations.Nullable;

/**
 * Asks where something is.
 *
 * @param about       the id of a request or batch, the name of a batch or schedule, or null for all that waits
 * @param account     of all that waits, only what waits for this account, or null
 * @param destination of all that waits, only what waits for this destination, or null
 */
public record StatusOrder(
        @Nullable String about,
        @Nullable String account,
        @Nullable String destination) {

    /** What orders of this kind are called on the control socket. */
    public static final String NAME = "status";

    /** About one thing, or, without a name, about all that waits. */
    public StatusOrder(@Nullable String about) {
        this(about, null, null);
    }

    /** Whether only a part is wanted of all that waits. */
    @JsonIgnore
    boolean isFiltered() {
        return account != null || destination != null;
    }
}
