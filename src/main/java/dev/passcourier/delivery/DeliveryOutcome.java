package dev.passcourier.delivery;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How the receiver of a delivery answered. Codes are safe to log: {@code HTTP_503}, {@code SMTP_550}, {@code IO}. */
public sealed interface DeliveryOutcome {

    /** What happened. */
    String code();

    /** Accepted. */
    record Delivered(String code) implements DeliveryOutcome {}

    /**
     * Try again later.
     *
     * @param code  what happened
     * @param after what the receiver asked for, or null
     */
    record TryLater(String code, @Nullable Duration after) implements DeliveryOutcome {}

    /**
     * The destination is gone for good, and with it this delivery.
     *
     * @param code what it said
     */
    record Gone(String code) implements DeliveryOutcome {}

    /** Never will be. */
    record Failed(String code) implements DeliveryOutcome {}
}
