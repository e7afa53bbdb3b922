package dev.passcourier.fetch;

import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.PathSegment;
import dev.passcourier.provider.Session;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Gives the attempt its account's session, signing in if there is none, and the request line the variables that the
 * protocol knows. If that fails the attempt is settled, and the steps after it let it pass.
 */
final class SignInStep implements Processor {

    private final CloudProtocol protocol;
    private final @Nullable SessionKeeper sessions;

    /** For one account; {@code sessions} is null for clouds that sign every call. */
    SignInStep(CloudProtocol protocol, @Nullable SessionKeeper sessions) {
        this.protocol = protocol;
        this.sessions = sessions;
    }

    @Override
    public void process(Exchange exchange) {
        Attempt attempt = exchange.getVariable(Attempt.VARIABLE, Attempt.class);
        try {
            Session session = sessions == null ? null : sessions.current();
            attempt.begin(session);
            protocol.variables(session).forEach((name, value) -> exchange.setVariable(name, PathSegment.encode(value)));
        } catch (CannotAskException e) {
            attempt.settle(e.answer());
        }
    }
}
