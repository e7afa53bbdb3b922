package dev.passcourier.redrive;

import dev.passcourier.broker.Queues;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One message that is kept for a redrive, without its body.
 *
 * @param message     its id
 * @param request     the request whose work it is, or null if that is not known without reading it
 * @param place       where it lies
 * @param from        the queue it came from
 * @param account     whose queue that is, or null
 * @param destination whose queue that is, or null
 * @param verdict     how it ended, of failed work only
 * @param reason      why it is kept, a code
 * @param since       since when it is kept
 * @param refusal     why it cannot be returned, or null if it can
 */
public record FailedMessage(
        String message,
        @Nullable String request,
        Place place,
        String from,
        @Nullable String account,
        @Nullable String destination,
        @Nullable String verdict,
        String reason,
        Instant since,
        @Nullable Refusal refusal) {

    /** The same, with why it could not be returned, or null. */
    FailedMessage refusedFor(@Nullable Refusal why) {
        return new FailedMessage(message, request, place, from, account, destination, verdict, reason, since, why);
    }

    /** The queues that keep. */
    public enum Place {
        FAILED(Queues.FAILED),
        QUARANTINE(Queues.QUARANTINE),
        DEAD(Queues.DEAD);

        private final String queue;

        Place(String queue) {
            this.queue = queue;
        }

        /** The queue's name. */
        public String queue() {
            return queue;
        }
    }

    /** Why a message cannot be returned. */
    public enum Refusal {
        /** The service takes it to quarantine by itself; from there it can be returned. */
        STILL_DEAD,
        /** The service did not put it there. */
        NOT_OURS,
        /** It is kept without a note of who had sent it: to return it would lend it our rights. */
        SENDER_UNKNOWN,
        /** This configuration does not have the queue it came from. */
        QUEUE_UNKNOWN,
        /** No text, no bytes, or too large: it would come back. */
        MESSAGE_TYPE,
        /** Its content is not what its queue holds: it would come back. */
        NOT_READABLE,
        /** The policy does not grant it any more. */
        NOT_ALLOWED,
        /** It goes to a destination that is not configured any more. */
        DESTINATION_UNKNOWN,
        /** Its webhook said that it is gone: enable it first. */
        DESTINATION_GONE,
        /** The sealed result's lifetime is over: ask again. */
        EXPIRED,
        /** Somebody else took it meanwhile. */
        TAKEN
    }
}
