package dev.passcourier.redrive;

import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditReader;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.PlainSend;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.Settings;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.OpenRequest;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.outbox.Notice;
import dev.passcourier.outbox.Notices;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.request.Advice;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Permission;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.Requester;
import dev.passcourier.request.Verdict;
import dev.passcourier.request.WorkCodec;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles requests that are open and in no queue: a crash, or an older copy put back, has cost the broker messages whose
 * acts are on record. A request that the trail holds whole, and that today's settings and policy still allow, is asked
 * again, for those destinations only that have no result and will get none. Its deliveries have the ids that they had, so
 * whoever has got one after all knows the second as the same. Every other ends with {@code LOST}, which its
 * destinations are told. On record first; a crash before the send leaves it lost, and to be found again.
 */
public final class LostRequests {

    private static final Logger LOG = LoggerFactory.getLogger(LostRequests.class);
    private static final int NAMED = 20;

    private final Settings settings;
    private final Permission permission;
    private final ConnectionFactory pool;
    private final AuditTrail audit;
    private final Notices notices;
    private final Clock clock;

    /** On our broker. */
    public LostRequests(Settings settings, ConnectionFactory pool, AuditTrail audit, Notices notices, Clock clock) {
        this.settings = settings;
        this.permission = new Permission(settings);
        this.pool = pool;
        this.audit = audit;
        this.notices = notices;
        this.clock = clock;
    }

    /** What the trail says of a request: the record of the first origin that asked it, and the latest that allowed it. */
    private static final class Recorded {
        private AuditEvent asked;
        private AuditEvent allowed;
    }

    /**
     * Settles open requests that are in no queue. While it works nobody may take from the queues, and no
     * other node may have requests in the ledger.
     *
     * @param lost   of which {@link QueuedWork#isLost} holds
     * @param queued what lies in the queues
     * @param trail  the audit trail's directory, read only if something is lost
     * @throws JMSException if the broker does not answer; what was settled before that stays settled
     */
    public void settle(List<OpenRequest> lost, QueuedWork queued, Path trail)
            throws JMSException, IOException, AuditDamage {
        if (lost.isEmpty()) {
            return;
        }
        Map<String, Recorded> recorded = recorded(lost, trail);
        List<String> again = new ArrayList<>();
        List<String> ended = new ArrayList<>();
        try (Connection connection = pool.createConnection();
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED)) {
            for (OpenRequest request : lost) {
                Optional<FetchWork> work = work(
                        request,
                        queued.missing(request),
                        recorded.get(request.row().id()));
                List<OutboundMessage> outbound = work.isPresent() ? List.of(again(work.get())) : end(request, queued);
                for (OutboundMessage message : outbound) {
                    PlainSend.send(session, message, clock.instant());
                }
                session.commit();
                (work.isPresent() ? again : ended).add(request.row().id());
            }
        } finally {
            say("are asked again", again);
            say("end with " + Advice.LOST, ended);
        }
    }

    private static void say(String what, List<String> requests) {
        if (!requests.isEmpty()) {
            LOG.warn(
                    "REQUESTS_LOST {} were open and in no queue, and {}: {}{}",
                    requests.size(),
                    what,
                    String.join(", ", requests.subList(0, Math.min(NAMED, requests.size()))),
                    requests.size() > NAMED ? ", …" : "");
        }
    }

    private static Map<String, Recorded> recorded(List<OpenRequest> lost, Path trail) throws IOException, AuditDamage {
        Map<String, Recorded> recorded = new HashMap<>();
        lost.forEach(request -> recorded.put(request.row().id(), new Recorded()));
        try (AuditReader reader = AuditReader.whole(trail)) {
            for (AuditRecord next = reader.next(); next != null; next = reader.next()) {
                AuditEvent event = next.event();
                Recorded found = recorded.get(event.facts().getOrDefault(Fact.REQUEST, ""));
                if (found != null && event.type() == AuditEvent.Type.ASKED && found.asked == null) {
                    found.asked = event;
                } else if (found != null && event.type() == AuditEvent.Type.ALLOWED) {
                    found.allowed = event;
                }
            }
        }
        return recorded;
    }

    /** The request's work, if the record holds all of it and it is still allowed to that requester. */
    private Optional<FetchWork> work(OpenRequest open, List<String> missing, Recorded recorded) {
        if (recorded.asked == null || recorded.allowed == null || missing.isEmpty()) {
            return Optional.empty();
        }
        Map<Fact, String> asked = recorded.asked.facts();
        Map<Fact, String> allowed = recorded.allowed.facts();
        try {
            PasswordRequest request = new PasswordRequest(
                    open.row().id(),
                    asked.getOrDefault(Fact.ACCOUNT, ""),
                    asked.getOrDefault(Fact.INSTANCE, ""),
                    WorkCodec.parametersFromText(allowed.getOrDefault(Fact.PARAMETERS, "")),
                    allowed.get(Fact.KEY),
                    missing,
                    null,
                    asked.get(Fact.WHO),
                    asked.get(Fact.REASON));
            Requester requester = new Requester(origin(asked), asked.get(Fact.SIGNER));
            permission.demandSignature(requester);
            permission.rule(request, requester);
            return Optional.of(new FetchWork(
                    request,
                    requester.origin(),
                    recorded.allowed.at(),
                    Instant.parse(allowed.getOrDefault(Fact.DEADLINE, "")),
                    open.row().attempts() + 1,
                    0));
        } catch (RequestException | IllegalArgumentException | DateTimeException notWhole) {
            return Optional.empty();
        }
    }

    private static Origin origin(Map<Fact, String> asked) {
        return new Origin(
                Origin.Source.valueOf(asked.getOrDefault(Fact.SOURCE, "")),
                asked.getOrDefault(Fact.REFERENCE, ""),
                asked.get(Fact.USER),
                asked.get(Fact.BATCH),
                Integer.parseInt(asked.getOrDefault(Fact.LINE, "0")));
    }

    private OutboundMessage again(FetchWork work) {
        PasswordRequest request = work.request();
        String queue = Queues.fetch(request.account());
        record(
                AuditEvent.Type.REDRIVEN,
                Map.of(
                        Fact.REQUEST,
                        request.id(),
                        Fact.REFERENCE,
                        work.origin().reference(),
                        Fact.QUEUE,
                        queue,
                        Fact.CODE,
                        Advice.LOST));
        return new OutboundMessage(
                queue, WorkCodec.toBytes(work), Map.of(MessageProperties.REQUEST, request.id()), null, null);
    }

    /** Ends what is missing: the request, or if some of its results have arrived or will, those that will not. */
    private List<OutboundMessage> end(OpenRequest open, QueuedWork queued) {
        RequestRow row = open.row();
        List<String> missing = queued.missing(open);
        if (missing.size() == row.destinations().size()) {
            record(
                    AuditEvent.Type.ENDED,
                    Map.of(
                            Fact.REQUEST, row.id(),
                            Fact.VERDICT, Verdict.FAILED.name(),
                            Fact.CODE, Advice.LOST,
                            Fact.ATTEMPT, Integer.toString(row.attempts())));
        } else {
            missing.forEach(alias -> record(AuditEvent.Type.DELIVERY_FAILED, delivery(open, alias)));
        }
        Notice notice = new Notice(
                row.id(),
                row.account(),
                row.instance(),
                Verdict.FAILED,
                Advice.LOST,
                Advice.on(Verdict.FAILED, Advice.LOST),
                row.attempts(),
                clock.instant());
        return notices.notices(
                notice,
                row.id(),
                missing.stream().filter(settings.destinations()::containsKey).toList());
    }

    private static Map<Fact, String> delivery(OpenRequest open, String alias) {
        Map<Fact, String> facts = new EnumMap<>(Map.of(
                Fact.REQUEST, open.row().id(),
                Fact.ALIAS, alias,
                Fact.KIND, OutboxItem.Kind.RESULT.name(),
                Fact.CODE, Advice.LOST,
                Fact.VERDICT, Verdict.FAILED.name()));
        open.results().stream()
                .filter(result -> result.alias().equals(alias))
                .map(DeliveryRow::deliveryId)
                .findFirst()
                .ifPresent(id -> facts.put(Fact.DELIVERY, id));
        return facts;
    }

    private void record(AuditEvent.Type type, Map<Fact, String> facts) {
        audit.append(new AuditEvent(type, clock.instant(), facts));
    }
}
