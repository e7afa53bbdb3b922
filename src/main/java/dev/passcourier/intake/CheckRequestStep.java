package dev.passcourier.intake;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditText;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.Settings;
import dev.passcourier.ledger.KnownRequest;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.outbox.Notices;
import dev.passcourier.outbox.RestoredWork;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PartialRequest;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Permission;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.Requester;
import dev.passcourier.request.Signatures;
import dev.passcourier.request.Submission;
import dev.passcourier.request.WorkCodec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * The check of every request: valid, new, known, allowed? The body goes in as {@link InboundMessage} and comes out as a list of
 * {@link OutboundMessage}: work for the account's fetch queue, or notices of the refusal. Every decision is on record before
 * it takes effect.
 */
public final class CheckRequestStep implements Processor {

    private static final Duration PUT_OFF = Duration.ofMillis(200);

    /** A line before this one that has not been checked for so long was lost: five minutes. */
    private static final int MOST_PUT_OFF = 1500;

    private final Settings settings;
    private final Permission permission;
    private final AuditTrail audit;
    private final Ledger ledger;
    private final Refusals refusals;
    private final Signatures signatures;
    private final RestoredWork restored;
    private final Clock clock;

    /** With everything that a decision depends on. */
    public CheckRequestStep(
            Settings settings, AuditTrail audit, Ledger ledger, Notices notices, Signatures signatures, Clock clock) {
        this(settings, audit, ledger, notices, signatures, RestoredWork.none(), clock);
    }

    /**
     * The same after backups were restored.
     *
     * @param restored told of the requests that waited here then
     */
    public CheckRequestStep(
            Settings settings,
            AuditTrail audit,
            Ledger ledger,
            Notices notices,
            Signatures signatures,
            RestoredWork restored,
            Clock clock) {
        this.settings = settings;
        this.permission = new Permission(settings);
        this.audit = audit;
        this.ledger = ledger;
        this.refusals = new Refusals(permission, audit, ledger, notices);
        this.signatures = signatures;
        this.restored = restored;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) {
        InboundMessage arrival = exchange.getMessage().getBody(InboundMessage.class);
        exchange.getMessage().setBody(check(arrival));
    }

    List<OutboundMessage> check(InboundMessage arrival) {
        Requester unsigned = Requester.unsigned(Origins.of(arrival));
        if (arrival.internal() && comesTooEarly(arrival, unsigned.origin())) {
            return List.of(putOff(arrival));
        }
        Submission submission;
        try {
            submission = Submission.open(arrival.body(), signatures);
        } catch (RequestException forged) {
            return refusals.pretended(unsigned, PartialRequest.NOTHING, forged, clock.instant());
        }
        return check(submission, new Requester(unsigned.origin(), submission.signer()));
    }

    /** Several lines are checked at once; of two with one id, the first in the file is to have it. */
    private boolean comesTooEarly(InboundMessage arrival, Origin origin) {
        int before = number(arrival, MessageProperties.REPEATS);
        return before > 0
                && origin.batch() != null
                && number(arrival, MessageProperties.PUT_OFF) < MOST_PUT_OFF
                && ledger.lines(origin.batch(), before - 1, 1).stream().noneMatch(line -> line.line() == before);
    }

    private OutboundMessage putOff(InboundMessage arrival) {
        Map<String, Object> properties = new HashMap<>(arrival.properties());
        properties.put(MessageProperties.PUT_OFF, number(arrival, MessageProperties.PUT_OFF) + 1);
        return new OutboundMessage(
                arrival.queue(), arrival.body(), properties, clock.instant().plus(PUT_OFF), null);
    }

    private static int number(InboundMessage arrival, String property) {
        return arrival.properties().get(property) instanceof Integer number ? number : 0;
    }

    private List<OutboundMessage> check(Submission submission, Requester requester) {
        Instant now = clock.instant();
        try {
            permission.demandSignature(requester);
            return check(submission.request(now), requester, now);
        } catch (RequestException malformed) {
            PartialRequest salvaged = submission.salvage();
            return isOnRecord(salvaged, requester)
                    ? refusals.refused(requester, salvaged, malformed, now)
                    : refusals.pretended(requester, salvaged, malformed, now);
        }
    }

    /** A crash may lie between the record and this refusal: a signature expires, or the settings have changed since. */
    private boolean isOnRecord(PartialRequest salvaged, Requester requester) {
        return ledger.request(salvaged.id())
                .filter(known -> known.isOwnedBy(requester.origin()))
                .isPresent();
    }

    private List<OutboundMessage> check(PasswordRequest request, Requester requester, Instant now) {
        ledger.awaitApplied(
                audit.append(new AuditEvent(AuditEvent.Type.ASKED, now, RequestFacts.of(request, requester))));
        KnownRequest known = ledger.request(request.id()).orElseThrow(() -> new IllegalStateException("LEDGER_BEHIND"));
        if (!known.isOwnedBy(requester.origin())) {
            RequestException repeated = new RequestException(RefusalCode.DUPLICATE_REQUEST, "id");
            return refusals.pretended(requester, PartialRequest.of(request), repeated, now);
        }
        noteRestored(request.id(), requester.origin());
        if (known.handedOn()) {
            return List.of();
        }
        try {
            return List.of(accept(request, requester, now));
        } catch (RequestException refused) {
            return refusals.refused(requester, PartialRequest.of(request), refused, now);
        }
    }

    /** Of what waited in a backup as a message, or as a line of a batch, the request's id is known only now. */
    private void noteRestored(String request, Origin origin) {
        List<String> ids = new ArrayList<>(List.of(request, AuditText.clean(origin.reference())));
        if (origin.batch() != null) {
            ids.add(origin.batch());
        }
        restored.restore(ids)
                .or(() -> origin.planned().flatMap(restored::restoreAfter))
                .ifPresent(restore -> {
                    restored.add(restore, request);
                    if (origin.batch() != null) {
                        restored.add(restore, origin.batch());
                    }
                });
    }

    private OutboundMessage accept(PasswordRequest request, Requester requester, Instant now) throws RequestException {
        String rule = permission.rule(request, requester);
        Instant deadline = deadline(request, now);
        audit.append(new AuditEvent(AuditEvent.Type.ALLOWED, now, RequestFacts.allowed(request, rule, deadline)));
        FetchWork work = new FetchWork(request, requester.origin(), now, deadline, 1, 0);
        return new OutboundMessage(
                        Queues.fetch(request.account()),
                        WorkCodec.toBytes(work),
                        Map.of(MessageProperties.REQUEST, request.id()),
                        null,
                        null)
                .yielding(work.inspects());
    }

    private Instant deadline(PasswordRequest request, Instant now) throws RequestException {
        Instant deadline = Objects.requireNonNullElse(
                request.deadline(), now.plus(settings.service().defaultDeadline()));
        if (!deadline.isAfter(now)) {
            throw new RequestException(RefusalCode.DEADLINE_PAST, "deadline");
        }
        if (deadline.isAfter(now.plus(Settings.LONGEST_DEADLINE))) {
            throw new RequestException(RefusalCode.DEADLINE_TOO_FAR, "deadline");
        }
        return deadline;
    }
}
