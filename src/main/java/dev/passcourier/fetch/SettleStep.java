package dev.passcourier.fetch;

import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.FetchWork;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Ends the attempt: tells the account's gate how the cloud was, and turns an answer without a password into what is
 * handed on, which is the request itself with a delay or notices of its end.
 */
final class SettleStep implements Processor {

    /** Longer than the five minutes that clouds lock a key for. */
    private static final Duration LOCKED_FOR = Duration.ofMinutes(6);

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
            tellGate(answer);
        }
        if (!(answer instanceof Answer.Found)) {
            exchange.getMessage().setBody(settle(attempt.work(), answer, attempt.said()));
        }
    }

    private void tellGate(Answer answer) {
        if (isCut(answer)) {
            return;
        }
        if (answer instanceof Answer.Retry retry && retry.failure() == TransientFailure.SERVER) {
            gate.failed();
            return;
        }
        gate.answered();
        if (answer instanceof Answer.Retry retry) {
            pause(retry);
        }
    }

    private static boolean isCut(Answer answer) {
        return answer instanceof Answer.Retry retry && retry.failure() == TransientFailure.STOPPING;
    }

    /** A locked key must rest whole: every further call would lock it again. */
    private void pause(Answer.Retry retry) {
        if (retry.after() != null) {
            gate.pause(retry.after());
        } else if (retry.failure() == TransientFailure.LOCKED) {
            gate.pause(LOCKED_FOR);
        }
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
