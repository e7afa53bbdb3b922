package dev.passcourier.fetch;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.PasswordRequest;
import java.util.function.BiFunction;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/** Has the account's protocol say what the cloud's reply means, and settles the attempt with it or keeps it open. */
final class ReadAnswerStep implements Processor {

    private final BiFunction<PasswordRequest, HttpReply, Answer> protocol;
    private final @Nullable SessionKeeper sessions;

    /** For one account; {@code sessions} is null for clouds that sign every call. */
    ReadAnswerStep(BiFunction<PasswordRequest, HttpReply, Answer> protocol, @Nullable SessionKeeper sessions) {
        this.protocol = protocol;
        this.sessions = sessions;
    }

    @Override
    public void process(Exchange exchange) {
        Attempt attempt = exchange.getVariable(Attempt.VARIABLE, Attempt.class);
        Object reply = exchange.getMessage().getBody();
        exchange.getMessage().setBody(null);
        if (reply instanceof HttpReply answered) {
            attempt.received(answered);
            Answer answer = read(attempt, answered);
            if (!(answer instanceof Answer.Found)) {
                attempt.heard(answered);
            }
            attempt.take(answer, sessions);
        } else if (reply instanceof HttpFailureStep.Unreachable unreachable) {
            attempt.settle(new Answer.Retry(TransientFailure.SERVER, unreachable.code(), null));
        }
    }

    private Answer read(Attempt attempt, HttpReply reply) {
        try {
            return protocol.apply(attempt.work().request(), reply);
        } catch (RuntimeException unexpected) {
            attempt.wipe();
            throw unexpected;
        }
    }
}
