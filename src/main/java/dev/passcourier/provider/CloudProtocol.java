package dev.passcourier.provider;

import dev.passcourier.request.PasswordRequest;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One cloud's protocol for one account: authorizes the calls that the route {@code provider-<id>} makes, and reads the
 * replies. Knows nothing of Camel and does no I/O. Used by many threads at once.
 */
public interface CloudProtocol {

    /**
     * What the route's request lines name beside {@code instance}: names to values as they are, encoded by the caller.
     *
     * @param session the current session, or null for a cloud without {@link #signIn()}
     * @throws CannotAskException if one is missing, with what that means for the request
     */
    default Map<String, String> variables(@Nullable Session session) throws CannotAskException {
        return Map.of();
    }

    /**
     * Completes a call with the headers and the body that the cloud wants with it, signed or with the session's token.
     *
     * @param line    what the route asks, as it will be sent
     * @param session the current session, or null for a cloud without {@link #signIn()}
     * @throws CannotAskException if there is no call to make, with what that means for the request
     */
    HttpCall authorize(PasswordRequest request, RequestLine line, @Nullable Session session) throws CannotAskException;

    /** Says what the reply means. Never throws because of what the cloud sent. */
    Answer read(PasswordRequest request, HttpReply reply);

    /**
     * Says what the reply to the route's further call means, for clouds whose {@link #read} returns
     * {@link Answer.Further}. Never throws because of what the cloud sent.
     */
    default Answer readFurther(PasswordRequest request, HttpReply reply) {
        throw new IllegalStateException("this cloud is asked no further");
    }

    /**
     * Says what the reply to the route's call means that clears the record of a password, for clouds that
     * {@linkplain ProviderType#clears() have one}: {@link Answer.Cleared}, also if the record was gone already, or what
     * {@link #read} says of a call that failed. Never throws because of what the cloud sent.
     */
    default Answer readCleared(PasswordRequest request, HttpReply reply) {
        throw new IllegalStateException("this cloud clears nothing");
    }

    /**
     * How the cloud refused the secrets that its calls carry, with the time until which they are not tried again; empty if
     * it did not, or once it has taken them.
     */
    default Optional<Answer.Ended> refusal() {
        return Optional.empty();
    }

    /** How to get a session, for clouds that need one before the call. */
    default Optional<SignIn> signIn() {
        return Optional.empty();
    }
}
