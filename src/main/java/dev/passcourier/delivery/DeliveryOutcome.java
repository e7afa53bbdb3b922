package dev.passcourier.delivery;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How the receiver of a delivery answered. Codes are safe to log: {@code HTTP_503}, {@code SMTP_550}, {@code IO}. */
public sealed interface DeliveryOutcome {

    /** What happened. */
    String code();

    /** The receiver's own words, as {@link dev.passcourier.remote.RemoteText} leaves them; empty if there are none. */
    default String said() {
        return "";
    }

    /** Accepted. */
    record Delivered(String code) implements DeliveryOutcome {}

    /** Sent in the transaction in hand: delivered once that is committed. */
    record Sent(String code) implements DeliveryOutcome {}

    /**
     * Try again later.
     *
     * @param code  what happened
     * @param after what the receiver asked for, or null
     */
    record TryLater(String code, @Nullable Duration after, String said) implements DeliveryOutcome {

        /** Without a word of the receiver. */
        TryLater(String code, @Nullable Duration after) {
            this(code, after, "");
        }
    }

    /**
     * The destination is gone for good, and with it this delivery.
     *
     * @param code what it said
     */
    record Gone(String code, String said) implements DeliveryOutcome {}

    /** Never will be. */
    record Failed(String code, String said) implements DeliveryOutcome {

        /** Without a word of the receiver. */
        Failed(String code) {
            this(code, "");
        }
    }
}
