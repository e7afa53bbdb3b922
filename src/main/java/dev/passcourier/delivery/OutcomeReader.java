package dev.passcourier.delivery;

import java.time.Instant;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** Reads how one kind of receiver answered. */
@FunctionalInterface
interface OutcomeReader {

    /**
     * Says what the answer means.
     *
     * @param answer  what the channel left behind
     * @param failure what it threw, or null
     * @param now     the time of the answer
     */
    DeliveryOutcome read(Message answer, @Nullable Throwable failure, Instant now);
}
