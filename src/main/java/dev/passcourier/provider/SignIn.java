package dev.passcourier.provider;

import dev.passcourier.config.SecretRef;
import java.util.Optional;

/** How an account gets a session: one call to the account's {@code sign-in} endpoint. Used by many threads at once. */
public interface SignIn {

    /** The secret that {@link #call} proves: after a refusal a changed one is tried at once. */
    SecretRef secret();

    /**
     * Builds the call. Its body may hold the account's password or secret key; the caller wipes it.
     *
     * @throws CannotAskException if a secret it needs cannot be read
     */
    HttpCall call() throws CannotAskException;

    /**
     * Reads the reply.
     *
     * @return the session
     * @throws CannotAskException with what the failure means for the request
     */
    Session read(HttpReply reply) throws CannotAskException;

    /** The call that ends a session when the service stops, for clouds that count them. */
    default Optional<HttpCall> signOut(Session session) {
        return Optional.empty();
    }
}
