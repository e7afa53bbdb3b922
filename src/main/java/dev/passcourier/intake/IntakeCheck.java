package dev.passcourier.intake;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.Arrival;
import dev.passcourier.broker.Envelope;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.Settings;
import dev.passcourier.delivery.Notices;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Policy;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.RequestReader;
import dev.passcourier.request.Salvaged;
import dev.passcourier.request.WorkCodec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * The check at the door: valid, new, known, allowed? The body goes in as {@link Arrival} and comes out as a list of
 * {@link Envelope}: work for the account's fetch queue, or notices of the refusal. Every decision is on record before
 * it takes effect.
 */
public final class IntakeCheck implements Processor {

    /** Longest a request may ask us to keep trying. */
    static final Duration LONGEST_WAIT = Duration.ofDays(30);

    private final Settings settings;
    private final Policy policy;
    private final AuditTrail audit;
    private final IntakeLedger ledger;
    private final Refusals refusals;
    private final Clock clock;

    /** With everything that a decision depends on. */
    public IntakeCheck(Settings settings, AuditTrail audit, IntakeLedger ledger, Notices notices, Clock clock) {
        this.settings = settings;
        this.policy = new Policy(settings.policy());
        this.audit = audit;
        this.ledger = ledger;
        this.refusals = new Refusals(settings.destinations().keySet(), policy, audit, notices);
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) {
        Arrival arrival = exchange.getMessage().getBody(Arrival.class);
        exchange.getMessage().setBody(check(arrival));
    }

    List<Envelope> check(Arrival arrival) {
        Origin origin = Origins.of(arrival);
        PasswordRequest request;
        try {
            request = RequestReader.read(arrival.body());
        } catch (RequestException malformed) {
            return refusals.pretended(origin, RequestReader.salvage(arrival.body()), malformed, clock.instant());
        }
        return check(request, origin);
    }

    private List<Envelope> check(PasswordRequest request, Origin origin) {
        Instant now = clock.instant();
        ledger.awaitApplied(audit.append(new AuditEvent(AuditEvent.Type.ASKED, now, Asked.facts(request, origin))));
        IntakeLedger.Seen seen =
                ledger.request(request.id(), origin).orElseThrow(() -> new IllegalStateException("LEDGER_BEHIND"));
        if (!seen.sameOrigin()) {
            RequestException repeated = new RequestException(RefusalCode.DUPLICATE_REQUEST, "id");
            return refusals.pretended(origin, Salvaged.of(request), repeated, now);
        }
        if (seen.handedOn()) {
            return List.of();
        }
        try {
            return List.of(accept(request, origin, now));
        } catch (RequestException refused) {
            return refusals.refused(origin, request, refused, now);
        }
    }

    private Envelope accept(PasswordRequest request, Origin origin, Instant now) throws RequestException {
        demandKnownNames(request);
        String rule =
                policy.allows(request, origin).orElseThrow(() -> new RequestException(RefusalCode.NOT_ALLOWED, ""));
        Instant deadline = deadline(request, now);
        audit.append(new AuditEvent(
                AuditEvent.Type.ALLOWED,
                now,
                Map.of(
                        Fact.REQUEST, request.id(),
                        Fact.RULE, rule,
                        Fact.DESTINATIONS, String.join(",", request.deliverTo()),
                        Fact.DEADLINE, deadline.toString())));
        FetchWork work = new FetchWork(request, origin, now, deadline, 1, 0);
        return new Envelope(
                Queues.fetch(request.account()),
                WorkCodec.toBytes(work),
                Map.of(Envelope.REQUEST, request.id()),
                null,
                null);
    }

    private void demandKnownNames(PasswordRequest request) throws RequestException {
        if (!settings.accounts().containsKey(request.account())) {
            throw new RequestException(RefusalCode.ACCOUNT_UNKNOWN, "account");
        }
        if (!settings.destinations().keySet().containsAll(request.deliverTo())) {
            throw new RequestException(RefusalCode.DESTINATION_UNKNOWN, "deliverTo");
        }
    }

    private Instant deadline(PasswordRequest request, Instant now) throws RequestException {
        Instant deadline = Objects.requireNonNullElse(
                request.deadline(), now.plus(settings.service().defaultDeadline()));
        if (!deadline.isAfter(now)) {
            throw new RequestException(RefusalCode.DEADLINE_PAST, "deadline");
        }
        if (deadline.isAfter(now.plus(LONGEST_WAIT))) {
            throw new RequestException(RefusalCode.DEADLINE_TOO_FAR, "deadline");
        }
        return deadline;
    }
}
