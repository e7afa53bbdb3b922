package dev.passcourier.fetch;

import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.PathSegment;
import dev.passcourier.provider.Session;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Gives the attempt its account's session, and the request line the variables that the protocol knows. If there is none
 * it leaves the call for one in the body, and takes its reply. If that fails the attempt is settled, and the steps after
 * it let it pass.
 */
final class SignInStep implements Processor {

    private final CloudProtocol protocol;
    private final @Nullable SessionKeeper sessions;

    /** For one account; {@code sessions} is null for clouds that sign every call. */
    SignInStep(CloudProtocol protocol, @Nullable SessionKeeper sessions) {
        this.protocol = protocol;
        this.sessions = sessions;
    }

    /** The step: the attempt begins with the session, or signs in by the call in the body. */
    @Override
    public void process(Exchange exchange) {
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

    /** The call's reply: the attempt begins with the session that it brings. */
    void signedIn(Exchange exchange, @Nullable HttpReply reply, String failure) {
        Attempt attempt = exchange.getVariable(Attempt.VARIABLE, Attempt.class);
        if (reply != null) {
            attempt.received(reply);
        }
        try {
            begin(exchange, attempt, Objects.requireNonNull(sessions).signedIn(attempt, reply, failure));
        } catch (CannotAskException e) {
            if (reply != null) {
                attempt.heard(reply);
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

    /** Should the route end between the two, nothing is left behind and others may sign in. */
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
