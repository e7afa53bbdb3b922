package dev.passcourier.fetch;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/** Reads the cloud's reply and settles the conversation, or keeps it open for one more call. */
public final class AnswerStep implements Processor {

    private final CloudProtocol protocol;
    private final @Nullable SessionKeeper sessions;

    /** For one account; {@code sessions} is null for clouds that sign every call. */
    public AnswerStep(CloudProtocol protocol, @Nullable SessionKeeper sessions) {
        this.protocol = protocol;
        this.sessions = sessions;
    }

    @Override
    public void process(Exchange exchange) {
        Conversation conversation = exchange.getVariable(Conversation.VARIABLE, Conversation.class);
        Object reply = exchange.getMessage().getBody();
        exchange.getMessage().setBody(null);
        if (reply instanceof HttpReply answered) {
            conversation.received(answered);
            take(conversation, read(conversation, answered));
        } else if (reply instanceof Unreachable unreachable) {
            conversation.settle(new Answer.Retry(TransientFailure.SERVER, unreachable.code(), null));
        }
    }

    private Answer read(Conversation conversation, HttpReply reply) {
        PasswordRequest request = conversation.work().request();
        Answer.Reader reader = conversation.reader();
        try {
            return reader != null ? reader.read(request, reply) : protocol.read(request, conversation.session(), reply);
        } catch (RuntimeException unexpected) {
            conversation.wipe();
            throw unexpected;
        }
    }

    private void take(Conversation conversation, Answer answer) {
        if (answer instanceof Answer.Next next) {
            conversation.goOn(next);
        } else if (answer instanceof Answer.Renew renew) {
            renew(conversation, renew);
        } else {
            conversation.settle(answer);
        }
    }

    private void renew(Conversation conversation, Answer.Renew renew) {
        if (sessions == null || conversation.session() == null || !conversation.renew()) {
            conversation.settle(new Answer.Ended(Verdict.DENIED, renew.code()));
        } else {
            sessions.forget(conversation.session());
        }
    }
}
