package dev.passcourier.status;

import org.jspecify.annotations.Nullable;

/**
 * Asks where something is.
 *
 * @param about the id of a request or batch, the name of a batch or schedule, or null for all that waits
 */
public record StatusOrder(@Nullable String about) {

    /** What orders of this kind are called on the control socket. */
    public static final String NAME = "status";
}
