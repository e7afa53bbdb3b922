package dev.passcourier.provider;

import dev.passcourier.request.PasswordRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One cloud's protocol for one account: builds and signs the call, reads the answer. Knows nothing of Camel and does no
 * I/O; the account's {@code provider-<id>} route sends the calls. Used by many threads at once.
 */
public interface CloudProtocol {

    /**
     * Builds the call that asks for the password.
     *
     * @param session the current session, or null for a cloud without {@link #signIn()}
     * @throws CannotAskException if there is no call to make, with what that means for the request
     */
    HttpCall ask(PasswordRequest request, @Nullable Session session) throws CannotAskException;

    /**
     * Says what the reply to {@link #ask} means. Never throws because of what the cloud sent.
     *
     * @param session the session the call was made with, for the call of an {@link Answer.Next}
     */
    Answer read(PasswordRequest request, @Nullable Session session, HttpReply reply);

    /** How to get a session, for clouds that need one before the call. */
    default Optional<SignIn> signIn() {
        return Optional.empty();
    }
}
