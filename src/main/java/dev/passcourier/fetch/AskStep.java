package dev.passcourier.fetch;

import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.SignInException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Puts the account's next call into the body, signing in before if the cloud wants it. If there is no call to make, the
 * conversation is settled and the body is null.
 */
public final class AskStep implements Processor {

    private final CloudProtocol protocol;
    private final @Nullable SessionKeeper sessions;

    /** For one account; {@code sessions} is null for clouds that sign every call. */
    public AskStep(CloudProtocol protocol, @Nullable SessionKeeper sessions) {
        this.protocol = protocol;
        this.sessions = sessions;
    }

    @Override
    public void process(Exchange exchange) {
        Conversation conversation = exchange.getVariable(Conversation.VARIABLE, Conversation.class);
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(call(conversation));
    }

    private @Nullable HttpCall call(Conversation conversation) {
        try {
            HttpCall next = conversation.next();
            Session session = sessions == null ? null : sessions.current();
            HttpCall call =
                    next != null ? next : protocol.ask(conversation.work().request(), session);
            conversation.sending(call, session);
            return call;
        } catch (SignInException e) {
            conversation.settle(e.answer());
        } catch (CannotAskException e) {
            conversation.settle(e.answer());
        }
        return null;
    }
}
