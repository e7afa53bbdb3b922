package dev.passcourier.request;

import org.jspecify.annotations.Nullable;

/**
 * Who asks: where the request came from, and who has signed it.
 *
 * @param origin where it came from
 * @param signer configured name of the signer whose signature has been checked, or null if it is not signed
 */
public record Requester(Origin origin, @Nullable String signer) {

    /** Somebody who has signed nothing. */
    public static Requester unsigned(Origin origin) {
        return new Requester(origin, null);
    }

    /** Whether nobody vouches for who asks: a message with no signature, and no user whom the broker has validated. */
    boolean isNobody() {
        return signer == null && origin.source() == Origin.Source.JMS && origin.user() == null;
    }
}
