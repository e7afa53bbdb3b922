package dev.passcourier.intake;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.outbox.Notice;
import dev.passcourier.outbox.Notices;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PartialRequest;
import dev.passcourier.request.Permission;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.Requester;
import dev.passcourier.request.Verdict;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Ends requests that are refused: on record first, then told to those who may be told. These are the destinations that
 * the request names, that the configuration has, and that some policy rule grants to the request's source and user;
 * otherwise anybody could have mail sent to our destinations with requests that are never allowed.
 */
final class Refusals {

    private final Permission permission;
    private final AuditTrail audit;
    private final Ledger ledger;
    private final Notices notices;

    /** With the ledger, which keeps how inspections end. */
    Refusals(Permission permission, AuditTrail audit, Ledger ledger, Notices notices) {
        this.permission = permission;
        this.ledger = ledger;
        this.audit = audit;
        this.notices = notices;
    }

    /**
     * A file of the drop directory, as a whole.
     *
     * @param sha256 of its content, or empty if it was not read
     */
    static void file(AuditTrail audit, String name, String sha256, RefusalCode code, Instant now) {
        Map<Fact, String> facts = new EnumMap<>(Fact.class);
        facts.put(Fact.SOURCE, Origin.Source.FILE.name());
        facts.put(Fact.NAME, name);
        facts.put(Fact.VERDICT, Verdict.REFUSED.name());
        facts.put(Fact.CODE, code.name());
        if (!sha256.isEmpty()) {
            facts.put(Fact.REFERENCE, sha256);
        }
        audit.append(new AuditEvent(AuditEvent.Type.ENDED, now, facts));
    }

    /** A request that is on record as asked under its own id. */
    List<OutboundMessage> refused(Requester requester, PartialRequest request, RequestException why, Instant now) {
        Map<Fact, String> facts = RequestFacts.of(requester);
        facts.put(Fact.REQUEST, request.id());
        if (why.code() == RefusalCode.NOT_ALLOWED) {
            facts.put(Fact.RULE, why.where());
        }
        end(requester.origin(), request.id(), facts, why.code(), now);
        return tell(request.id(), request.id(), requester, request, why, now);
    }

    /**
     * A request that could not be read, or whose id another one has. It is not recorded under an id that it only
     * pretends to have: that would end, or block, the other one.
     */
    List<OutboundMessage> pretended(Requester requester, PartialRequest salvaged, RequestException why, Instant now) {
        String id = salvaged.id().isEmpty() ? requester.origin().reference() : salvaged.id();
        end(requester.origin(), id, RequestFacts.of(requester), why.code(), now);
        return tell(id, requester.origin().reference(), requester, salvaged, why, now);
    }

    private void end(Origin origin, String id, Map<Fact, String> facts, RefusalCode code, Instant now) {
        facts.put(Fact.VERDICT, Verdict.REFUSED.name());
        facts.put(Fact.CODE, code.name());
        long sequence = audit.append(new AuditEvent(AuditEvent.Type.ENDED, now, facts));
        if (origin.purpose() == Origin.Purpose.INSPECT && origin.batch() != null) {
            ledger.reports().ended(origin.batch(), origin.line(), id, sequence);
        }
    }

    private List<OutboundMessage> tell(
            String id, String key, Requester requester, PartialRequest salvaged, RequestException why, Instant now) {
        List<String> aliases = salvaged.deliverTo().stream()
                .filter(alias -> requester.origin().purpose() == Origin.Purpose.DELIVER)
                .filter(alias -> permission.mayTell(requester, alias))
                .toList();
        Notice notice = new Notice(
                id,
                salvaged.account(),
                salvaged.instance(),
                Verdict.REFUSED,
                why.code().name(),
                advice(why),
                0,
                now);
        return notices.notices(notice, key, aliases);
    }

    private static String advice(RequestException why) {
        return why.where().isEmpty() ? why.code().advice() : why.code().advice() + " It is about: " + why.where() + ".";
    }
}
