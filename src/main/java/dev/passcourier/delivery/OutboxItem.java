package dev.passcourier.delivery;

import dev.passcourier.vault.AtRest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What lies in an {@code outbox.<destination>} queue: the message's body and the ids that travel as its properties.
 *
 * @param kind        what it is
 * @param alias       the destination
 * @param deliveryId  stable over all attempts and in every channel
 * @param requestId   the request, or the report's id
 * @param attempt     1 for the first try
 * @param firstTryAt  when the first attempt was made possible: the retry span counts from here
 * @param notAfter    when a result expires; null for notices and reports
 * @param mediaType   of the body
 * @param body        sealed bytes ({@link Kind#RESULT}), or JSON ({@link Kind#NOTICE}, {@link Kind#REPORT})
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record OutboxItem(
        Kind kind,
        String alias,
        String deliveryId,
        String requestId,
        int attempt,
        Instant firstTryAt,
        @Nullable Instant notAfter,
        String mediaType,
        byte[] body) {

    /** Kinds of item. */
    public enum Kind {
        /** A sealed result. */
        RESULT,
        /** A verdict other than DELIVERED, as a {@link Notice}. */
        NOTICE,
        /** A credential report, as a {@link CredentialReport}. */
        REPORT
    }

    /** The same delivery, tried once more. */
    OutboxItem nextAttempt() {
        return new OutboxItem(kind, alias, deliveryId, requestId, attempt + 1, firstTryAt, notAfter, mediaType, body);
    }

    /** The same delivery, given a second life: all its tries are before it. */
    OutboxItem afresh(Instant now) {
        return new OutboxItem(kind, alias, deliveryId, requestId, 1, now, notAfter, mediaType, body);
    }

    /** Whether the body is under the service's own seal, to be opened at the send. */
    boolean isAtRest() {
        return mediaType.equals(AtRest.MEDIA_TYPE);
    }

    /** Names ids only. */
    @Override
    public String toString() {
        return "OutboxItem[" + kind + " " + deliveryId + " attempt " + attempt + "]";
    }
}
