package dev.passcourier.delivery;

import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.outbox.GoneDestinations;
import dev.passcourier.outbox.OutboxCodec;
import dev.passcourier.outbox.OutboxException;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.RestoredWork;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Second step of a sink: the {@link InboundMessage} in the body becomes what the channel sends, recorded beforehand, or null if
 * there is nothing to send: the message confirms what was sent, or is not one of ours, the broker refused it when it came
 * before, the result's lifetime is over, the destination is gone, or a secret is missing.
 */
final class ComposeStep implements Processor {

    /** What a sink's routes know of the delivery in hand: the value of the exchange variable {@value #VARIABLE}. */
    sealed interface Attempt {

        /** Name of the exchange variable. */
        String VARIABLE = "attempt";

        /** To be sent: the message is composed. */
        record Due(OutboxItem item) implements Attempt {}

        /** Settled without a send. */
        record Settled(OutboxItem item, DeliveryOutcome outcome) implements Attempt {}

        /** Not one of ours: goes to quarantine. */
        record Refused(InboundMessage arrival, OutboxException.Code code) implements Attempt {}
    }

    private final String alias;
    private final Composer composer;
    private final DeliveryRecord record;
    private final GoneDestinations.Destination destination;
    private final RolledBackSends rolledBack;
    private final RestoredWork restored;
    private final Clock clock;

    ComposeStep(
            String alias,
            Composer composer,
            DeliveryRecord record,
            GoneDestinations.Destination destination,
            RolledBackSends rolledBack,
            RestoredWork restored,
            Clock clock) {
        this.alias = alias;
        this.composer = composer;
        this.record = record;
        this.destination = destination;
        this.rolledBack = rolledBack;
        this.restored = restored;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        InboundMessage arrival = message.getBody(InboundMessage.class);
        message.removeHeaders("*");
        message.setBody(null);
        Attempt attempt = attempt(arrival, message);
        if (!(attempt instanceof Attempt.Due)) {
            message.removeHeaders("*");
            message.setBody(null);
        }
        exchange.setVariable(Attempt.VARIABLE, attempt);
    }

    private Attempt attempt(InboundMessage arrival, Message message) {
        try {
            OutboxItem read = OutboxCodec.item(arrival);
            OutboxItem item = read.waitedAt(restored.restore(read.requestId()));
            if (!item.alias().equals(alias) || !arrival.queue().equals(Queues.outbox(alias))) {
                return new Attempt.Refused(arrival, OutboxException.Code.OUTBOX_WRONG_QUEUE);
            }
            String sent = OutboxCodec.confirmedCode(arrival);
            return sent != null
                    ? new Attempt.Settled(item, new DeliveryOutcome.Delivered(sent))
                    : attempt(item, rolledBack.code(arrival.messageId()), message);
        } catch (OutboxException e) {
            return new Attempt.Refused(arrival, e.code());
        }
    }

    private Attempt attempt(OutboxItem item, @Nullable String refusal, Message message) throws OutboxException {
        Instant now = clock.instant();
        Instant notAfter = item.notAfter();
        if (notAfter != null && !now.isBefore(notAfter)) {
            return new Attempt.Settled(item, new DeliveryOutcome.Failed(FailureCodes.EXPIRED));
        }
        if (destination.isGone()) {
            return new Attempt.Settled(item, new DeliveryOutcome.Failed(FailureCodes.GONE));
        }
        if (refusal != null) {
            return new Attempt.Settled(item, new DeliveryOutcome.TryLater(refusal, null));
        }
        record.delivering(item);
        try {
            composer.compose(item, now, message);
            return new Attempt.Due(item);
        } catch (ConfigurationException e) {
            return new Attempt.Settled(item, new DeliveryOutcome.TryLater(FailureCodes.SECRET, null));
        } catch (IOException e) {
            return new Attempt.Settled(item, FailureCodes.outcome(e));
        }
    }
}
