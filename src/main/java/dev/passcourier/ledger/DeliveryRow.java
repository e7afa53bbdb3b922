package dev.passcourier.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One result's way to one destination.
 *
 * @param request    the request
 * @param alias      the destination
 * @param deliveryId stable over all attempts
 * @param state      how far it is
 * @param code       the receiver's last answer, or null
 * @param attempts   how often it was tried
 * @param endedAt    when it was delivered or given up, or null
 */
public record DeliveryRow(
        String request,
        String alias,
        String deliveryId,
        DeliveryState state,
        @Nullable String code,
        int attempts,
        @Nullable Instant endedAt) {}
