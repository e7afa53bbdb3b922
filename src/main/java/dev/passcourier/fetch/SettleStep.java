package dev.passcourier.fetch;

import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.FetchWork;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Ends the attempt: tells the account's gate how the cloud was, and turns an answer without a password into what is
 * handed on, which is the request itself with a delay or notices of its end.
 */
final class SettleStep implements Processor {

    private final RetryScheduler retries;
    private final RequestEnd end;
    private final AccountGate gate;

    SettleStep(RetryScheduler retries, RequestEnd end, AccountGate gate) {
        this.retries = retries;
        this.end = end;
        this.gate = gate;
    }

    @Override
    public void process(Exchange exchange) {
        Attempt attempt = exchange.getVariable(Attempt.VARIABLE, Attempt.class);
        exchange.removeVariable(Attempt.VARIABLE);
        Answer answer = attempt.answer();
        if (!attempt.isUnasked()) {
            gate.heard(answer);
        }
        if (!(answer instanceof Answer.Found)) {
            exchange.getMessage().setBody(settle(attempt.work(), answer, attempt.said()));
        }
    }

    private static boolean isCut(Answer answer) {
        return answer instanceof Answer.Retry retry && retry.failure() == TransientFailure.STOPPING;
    }

    private List<OutboundMessage> settle(FetchWork work, Answer answer, String said) {
        if (answer instanceof Answer.NotYet notYet) {
            return retries.notYet(work, notYet, said);
        }
        if (answer instanceof Answer.Retry retry) {
            return isCut(answer) ? retries.afterTheStop(work, retry.code()) : retries.failed(work, retry, said);
        }
        if (answer instanceof Answer.Ended ended) {
            return end.end(work, ended, said);
        }
        throw new IllegalStateException(
                "a settled answer cannot be " + answer.getClass().getSimpleName());
    }
}
