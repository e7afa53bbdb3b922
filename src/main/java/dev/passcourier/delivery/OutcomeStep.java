package dev.passcourier.delivery;

import dev.passcourier.broker.FailedMessages;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.outbox.GoneDestinations;
import dev.passcourier.outbox.OutboxCodec;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.request.Verdict;
import dev.passcourier.retry.RetryRule;
import dev.passcourier.retry.RetryTable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Last step of a sink before the hand-on: reads how the receiver answered, records it, and leaves the outbound messages to
 * hand on in the body: none, the confirmation of what is sent with this very transaction, the next attempt, the failed
 * delivery to be kept, or the message for quarantine.
 */
final class OutcomeStep implements Processor {

    /** Name of the exchange variable that a sink's catch clause keeps the exception in. */
    static final String FAILURE = "failure";

    private final OutcomeReader reader;
    private final DeliveryRecord record;
    private final GoneDestinations.Destination destination;
    private final boolean inClear;
    private final Duration keep;
    private final CallsInHand calls;
    private final Clock clock;
    private final RetryTable retryTable;

    /**
     * For one destination.
     *
     * @param inClear whether results go there without a recipient's seal
     * @param keep    how long what fails is kept that never expires
     */
    OutcomeStep(
            OutcomeReader reader,
            DeliveryRecord record,
            GoneDestinations.Destination destination,
            boolean inClear,
            Duration keep,
            CallsInHand calls,
            Clock clock,
            RetryTable retryTable) {
        this.reader = reader;
        this.record = record;
        this.destination = destination;
        this.inClear = inClear;
        this.keep = keep;
        this.calls = calls;
        this.clock = clock;
        this.retryTable = retryTable;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        List<OutboundMessage> next = next(
                exchange.getVariable(ComposeStep.Attempt.VARIABLE, ComposeStep.Attempt.class),
                message,
                exchange.getVariable(FAILURE, Throwable.class));
        message.removeHeaders("*");
        message.setBody(next);
    }

    private List<OutboundMessage> next(ComposeStep.Attempt attempt, Message answer, @Nullable Throwable failure) {
        if (attempt instanceof ComposeStep.Attempt.Refused refused) {
            return List.of(record.quarantined(refused.arrival(), refused.code().name()));
        }
        if (attempt instanceof ComposeStep.Attempt.Settled settled) {
            return settle(settled.item(), settled.outcome());
        }
        OutboxItem item = ((ComposeStep.Attempt.Due) attempt).item();
        return failure != null && calls.isCut()
                ? sameAgain(item)
                : settle(item, reader.read(answer, failure, clock.instant()));
    }

    private List<OutboundMessage> settle(OutboxItem item, DeliveryOutcome outcome) {
        if (outcome instanceof DeliveryOutcome.Delivered delivered) {
            record.delivered(item, delivered.code());
            return List.of();
        }
        if (outcome instanceof DeliveryOutcome.Sent sent) {
            return List.of(OutboxCodec.confirmation(item, sent.code()));
        }
        if (outcome instanceof DeliveryOutcome.TryLater later) {
            return postpone(item, later);
        }
        if (outcome instanceof DeliveryOutcome.Gone) {
            destination.disable();
        }
        return failed(item, outcome, outcome.code().equals(FailureCodes.EXPIRED) ? Verdict.EXPIRED : Verdict.FAILED);
    }

    private List<OutboundMessage> postpone(OutboxItem item, DeliveryOutcome.TryLater later) {
        Optional<Duration> wait = retryTable.after(RetryRule.DELIVERY, item.attempt(), later.after());
        if (wait.isEmpty()) {
            return failed(item, later, Verdict.FAILED);
        }
        Instant then = clock.instant().plus(wait.get());
        Instant notAfter = item.notAfter();
        if (notAfter != null && !then.isBefore(notAfter)) {
            return failed(item, later, Verdict.EXPIRED);
        }
        record.postponed(item, later.code(), then);
        record.logged(item, inClear, later, then, "");
        return List.of(OutboxCodec.outboundMessage(item.nextAttempt(), then));
    }

    /** A send that our own stop has cut does not count: the next start makes the same attempt. */
    private List<OutboundMessage> sameAgain(OutboxItem item) {
        record.postponed(item, FailureCodes.STOPPING, null);
        return List.of(OutboxCodec.outboundMessage(item, null));
    }

    private List<OutboundMessage> failed(OutboxItem item, DeliveryOutcome outcome, Verdict verdict) {
        record.failed(item, outcome.code(), verdict);
        record.logged(item, inClear, outcome, null, verdict.name());
        return verdict == Verdict.EXPIRED ? List.of() : List.of(kept(item, outcome.code(), verdict));
    }

    private OutboundMessage kept(OutboxItem item, String code, Verdict verdict) {
        Instant end = item.notAfter() == null ? clock.instant().plus(keep) : item.notAfter();
        return FailedMessages.failed(OutboxCodec.outboundMessage(item, null), verdict.name(), code, end);
    }
}
