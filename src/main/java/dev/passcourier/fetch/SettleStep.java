package dev.passcourier.fetch;

import dev.passcourier.broker.Envelope;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.VaultException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Turns a cloud's answer into what is handed on: sealed results, the request itself with a delay, or notices of its end.
 * Wipes what the conversation left in memory.
 */
public final class SettleStep implements Processor {

    /** Longer than the five minutes that clouds lock a key for. */
    private static final Duration LOCKED_FOR = Duration.ofMinutes(6);

    private final Sealing sealing;
    private final Postponing postponing;
    private final Ending ending;
    private final NotOpened notOpened;
    private final AccountGate gate;
    private final Clock clock;

    SettleStep(
            Sealing sealing, Postponing postponing, Ending ending, NotOpened notOpened, AccountGate gate, Clock clock) {
        this.sealing = sealing;
        this.postponing = postponing;
        this.ending = ending;
        this.notOpened = notOpened;
        this.gate = gate;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) throws VaultException {
        Conversation conversation = exchange.getVariable(Conversation.VARIABLE, Conversation.class);
        exchange.removeVariable(Conversation.VARIABLE);
        try {
            Answer answer = conversation.answer();
            if (!conversation.isRefused()) {
                tellGate(answer);
            }
            exchange.getMessage().setBody(settle(conversation.work(), answer));
        } finally {
            conversation.wipe();
        }
    }

    private void tellGate(Answer answer) {
        if (answer instanceof Answer.Retry retry && retry.failure() == TransientFailure.SERVER) {
            gate.failed();
            return;
        }
        gate.answered();
        if (answer instanceof Answer.Retry retry) {
            pause(retry);
        }
    }

    /** A locked key must rest whole: every further call would lock it again. */
    private void pause(Answer.Retry retry) {
        if (retry.after() != null) {
            gate.pause(retry.after());
        } else if (retry.failure() == TransientFailure.LOCKED) {
            gate.pause(LOCKED_FOR);
        }
    }

    private List<Envelope> settle(FetchWork work, Answer answer) throws VaultException {
        if (answer instanceof Answer.Found found) {
            return seal(work, found);
        }
        if (answer instanceof Answer.NotYet notYet) {
            return postponing.notYet(work, notYet);
        }
        if (answer instanceof Answer.Retry retry) {
            return postponing.failed(work, retry);
        }
        if (answer instanceof Answer.Ended ended) {
            return ending.end(work, ended.verdict(), ended.code());
        }
        throw new IllegalStateException(
                "a settled answer cannot be " + answer.getClass().getSimpleName());
    }

    private List<Envelope> seal(FetchWork work, Answer.Found found) throws VaultException {
        Instant began = clock.instant();
        try {
            return sealing.seal(work, found);
        } catch (VaultException e) {
            return switch (e.code()) {
                case WRONG_KEY -> notOpened.end(work, began);
                case KEY_MISSING -> ending.end(work, Verdict.WRONG_KEY, e.code().name());
                case KEY_NOT_RSA, MASKED ->
                    ending.end(work, Verdict.NEVER, e.code().name());
                case NO_SECRET ->
                    postponing.notYet(work, new Answer.NotYet(e.code().name()));
                case TRANSPLANTED -> ending.end(work, Verdict.REFUSED, e.code().name());
                case RECIPIENT_EXPIRED ->
                    ending.end(work, Verdict.FAILED, e.code().name());
                case SEAL, NOT_OPENED, EXPIRED -> throw e;
            };
        }
    }
}
