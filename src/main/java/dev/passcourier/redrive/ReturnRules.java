package dev.passcourier.redrive;

import dev.passcourier.broker.ArrivalStep;
import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.Settings;
import dev.passcourier.outbox.GoneDestinations;
import dev.passcourier.outbox.OutboxCodec;
import dev.passcourier.outbox.OutboxException;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Policy;
import dev.passcourier.request.Requester;
import dev.passcourier.request.WorkCodec;
import jakarta.jms.JMSException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * What a message may be returned as. Nobody gains rights by it: our own work goes back to its own queue if today's
 * configuration and policy still allow it; a stranger's message goes back to the intake only, in its sender's name.
 */
final class ReturnRules {

    private static final int LONGEST_WORK = 32 * 1024 * 1024;

    private final Settings settings;
    private final Policy policy;
    private final GoneDestinations gone;
    private final Clock clock;

    ReturnRules(Settings settings, GoneDestinations gone, Clock clock) {
        this.settings = settings;
        this.policy = new Policy(settings.policy());
        this.gone = gone;
        this.clock = clock;
    }

    /** The message to send. */
    OutboundMessage returned(FailedMessageReader kept) throws JMSException, ReturnException {
        demand(kept.place() != FailedMessage.Place.DEAD, FailedMessage.Refusal.STILL_DEAD);
        demand(kept.isOurs(), FailedMessage.Refusal.NOT_OURS);
        demand(!kept.isOfNewerRelease(), FailedMessage.Refusal.NOT_READABLE);
        if (kept.from().equals(intake())) {
            return toIntake(kept);
        }
        demand(kept.wasOurs(), FailedMessage.Refusal.SENDER_UNKNOWN);
        if (kept.wasToClear()) {
            return toClear(kept);
        }
        if (kept.account() != null && settings.accounts().containsKey(kept.account())) {
            return toFetch(kept);
        }
        demand(
                kept.destination() != null && settings.destinations().containsKey(kept.destination()),
                FailedMessage.Refusal.QUEUE_UNKNOWN);
        return toOutbox(kept);
    }

    private String intake() {
        return settings.sources().jms().queue();
    }

    /** Our own hand-over says where the request came from; of a stranger, quarantine has noted sender and id. */
    private OutboundMessage toIntake(FailedMessageReader kept) throws JMSException, ReturnException {
        InboundMessage arrival = kept.arrival(ArrivalStep.MAX_REQUEST);
        Map<String, Object> properties = new HashMap<>();
        if (kept.wasOurs()) {
            properties.putAll(arrival.properties());
            properties.keySet().removeIf(ReturnRules::isNote);
        } else {
            String reference = kept.text(MessageProperties.REFERENCE);
            demand(reference != null, FailedMessage.Refusal.SENDER_UNKNOWN);
            Origin origin = new Origin(Origin.Source.JMS, reference, kept.text(MessageProperties.USER), null, 0);
            properties.put(MessageProperties.ORIGIN, WorkCodec.originToText(origin));
        }
        return new OutboundMessage(intake(), arrival.body(), properties, null, null);
    }

    private static boolean isNote(String property) {
        return property.equals(MessageProperties.REASON)
                || property.equals(MessageProperties.FROM)
                || property.equals(MessageProperties.OWN);
    }

    private OutboundMessage toFetch(FailedMessageReader kept) throws JMSException, ReturnException {
        FetchWork work = work(kept.arrival(LONGEST_WORK).body());
        PasswordRequest request = work.request();
        demand(kept.from().equals(Queues.fetch(request.account())), FailedMessage.Refusal.NOT_READABLE);
        demand(
                settings.destinations().keySet().containsAll(request.deliverTo()),
                FailedMessage.Refusal.DESTINATION_UNKNOWN);
        demand(isGranted(request, work.origin()), FailedMessage.Refusal.NOT_ALLOWED);
        Instant now = clock.instant();
        FetchWork fresh = new FetchWork(
                request, work.origin(), now, now.plus(settings.service().defaultDeadline()), 1, 0);
        return new OutboundMessage(
                kept.from(), WorkCodec.toBytes(fresh), Map.of(MessageProperties.REQUEST, request.id()), null, null);
    }

    /** As long as the account still has the cloud forget passwords. */
    private OutboundMessage toClear(FailedMessageReader kept) throws JMSException, ReturnException {
        FetchWork work = work(kept.arrival(LONGEST_WORK).body());
        PasswordRequest request = work.request();
        demand(kept.from().equals(Queues.clear(request.account())), FailedMessage.Refusal.NOT_READABLE);
        Settings.Account account = settings.accounts().get(request.account());
        demand(
                account != null && account.afterDelivery() != Settings.AfterDelivery.KEEP,
                FailedMessage.Refusal.QUEUE_UNKNOWN);
        Instant now = clock.instant();
        FetchWork fresh = new FetchWork(
                request, work.origin(), now, now.plus(settings.service().keepFailedWork()), 1, 0);
        return new OutboundMessage(
                kept.from(), WorkCodec.toBytes(fresh), Map.of(MessageProperties.CLEARS, request.id()), null, null);
    }

    /** Who signed it is not kept with the work, so it is enough that the policy grants it to one who may have. */
    private boolean isGranted(PasswordRequest request, Origin origin) {
        return policy.allows(request, Requester.unsigned(origin)).isPresent()
                || settings.policy().signers().keySet().stream()
                        .anyMatch(signer -> policy.allows(request, new Requester(origin, signer))
                                .isPresent());
    }

    private static FetchWork work(byte[] body) throws ReturnException {
        try {
            return WorkCodec.fromBytes(body);
        } catch (IllegalArgumentException e) {
            throw new ReturnException(FailedMessage.Refusal.NOT_READABLE);
        }
    }

    private OutboundMessage toOutbox(FailedMessageReader kept) throws JMSException, ReturnException {
        InboundMessage arrival = kept.arrival(LONGEST_WORK);
        OutboxItem item = item(arrival);
        Instant now = clock.instant();
        demand(kept.from().equals(Queues.outbox(item.alias())), FailedMessage.Refusal.NOT_READABLE);
        String sent = OutboxCodec.confirmedCode(arrival);
        if (sent != null) {
            return OutboxCodec.confirmation(item, sent);
        }
        demand(item.notAfter() == null || now.isBefore(item.notAfter()), FailedMessage.Refusal.EXPIRED);
        demand(!gone.aliases().contains(item.alias()), FailedMessage.Refusal.DESTINATION_GONE);
        return OutboxCodec.outboundMessage(item.afresh(now), null);
    }

    private static OutboxItem item(InboundMessage arrival) throws ReturnException {
        try {
            return OutboxCodec.item(arrival);
        } catch (OutboxException e) {
            throw new ReturnException(FailedMessage.Refusal.NOT_READABLE);
        }
    }

    private static void demand(boolean holds, FailedMessage.Refusal otherwise) throws ReturnException {
        if (!holds) {
            throw new ReturnException(otherwise);
        }
    }
}
