package dev.passcourier.fetch;

import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.PathSegment;
import dev.passcourier.provider.Session;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Gives the attempt its account's session, and the request line the variables that the protocol knows. Two steps, with
 * the call for a session between them if there is none. If that fails the attempt is settled, and the steps after it let
 * it pass.
 */
final class SignInStep {

    private final CloudProtocol protocol;
    private final @Nullable SessionKeeper sessions;

    /** For one account; {@code sessions} is null for clouds that sign every call. */
    SignInStep(CloudProtocol protocol, @Nullable SessionKeeper sessions) {
        this.protocol = protocol;
        this.sessions = sessions;
    }

    /** The step before: the attempt begins with the session, or signs in by the call in the body. */
    void session(Exchange exchange) {
        Attempt attempt = exchange.getVariable(Attempt.VARIABLE, Attempt.class);
        try {
            Session session = sessions == null ? null : sessions.enter(attempt);
            if (sessions == null || session != null) {
                begin(exchange, attempt, session);
            } else {
                signIn(exchange, attempt, sessions);
            }
        } catch (CannotAskException e) {
            attempt.settleUnasked(e.answer());
        }
    }

    /** The step after: the attempt begins with the session that the reply in the body brings. */
    void signedIn(Exchange exchange) {
        Attempt attempt = exchange.getVariable(Attempt.VARIABLE, Attempt.class);
        Object reply = exchange.getMessage().getBody();
        exchange.getMessage().setBody(null);
        if (reply instanceof HttpReply answered) {
            attempt.received(answered);
        }
        try {
            begin(exchange, attempt, Objects.requireNonNull(sessions).signedIn(attempt, reply));
        } catch (CannotAskException e) {
            if (reply instanceof HttpReply answered) {
                attempt.heard(answered);
            }
            attempt.settle(e.answer());
        } finally {
            attempt.wipe();
        }
    }

    private static void signIn(Exchange exchange, Attempt attempt, SessionKeeper sessions) throws CannotAskException {
        exchange.getExchangeExtension().addOnCompletion(new Leaving(attempt, sessions));
        HttpCall call = sessions.call(attempt);
        attempt.signIn(call);
        exchange.getMessage().setBody(call);
    }

    private void begin(Exchange exchange, Attempt attempt, @Nullable Session session) throws CannotAskException {
        attempt.begin(session);
        protocol.variables(session).forEach((name, value) -> exchange.setVariable(name, PathSegment.encode(value)));
    }

    /** Should the route end between the two steps, nothing is left behind and others may sign in. */
    private static final class Leaving extends SynchronizationAdapter {

        private final Attempt attempt;
        private final SessionKeeper sessions;

        Leaving(Attempt attempt, SessionKeeper sessions) {
            this.attempt = attempt;
            this.sessions = sessions;
        }

        @Override
        public void onDone(Exchange exchange) {
            if (attempt.isSigningIn()) {
                attempt.wipe();
            }
            sessions.leave(attempt);
        }
    }
}
