package dev.passcourier.request;

import java.time.Instant;

/**
 * An accepted request on its way to a cloud: the body of a message on a {@code fetch.<account>} queue.
 *
 * @param request    the request
 * @param origin     where it came from
 * @param acceptedAt when it was accepted
 * @param deadline   when to give up
 * @param attempt    1 for the first ask, counted up at every delayed re-send
 * @param failures   transient failures so far, which set the next back-off (NOT_YET answers do not count)
 */
public record FetchWork(
        PasswordRequest request, Origin origin, Instant acceptedAt, Instant deadline, int attempt, int failures) {

    /** Takes the destinations from what is only inspected: from here on it has nowhere to go. */
    public FetchWork {
        if (origin.purpose() == Origin.Purpose.INSPECT) {
            request = request.withoutDestinations();
        }
    }

    /** Whether the password is only looked at. */
    public boolean inspects() {
        return origin.purpose() == Origin.Purpose.INSPECT;
    }
}
