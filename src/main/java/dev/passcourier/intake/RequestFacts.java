package dev.passcourier.intake;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Requester;
import dev.passcourier.request.WorkCodec;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The facts of a request and of its origin, as the audit trail has them. */
final class RequestFacts {

    private RequestFacts() {}

    static Map<Fact, String> of(PasswordRequest request, Requester requester) {
        Map<Fact, String> facts = of(requester);
        facts.put(Fact.REQUEST, request.id());
        facts.put(Fact.ACCOUNT, request.account());
        facts.put(Fact.INSTANCE, request.instance());
        put(facts, Fact.WHO, request.requestedBy());
        put(facts, Fact.REASON, request.reason());
        return facts;
    }

    static Map<Fact, String> allowed(PasswordRequest request, String rule, Instant deadline) {
        Map<Fact, String> facts = new EnumMap<>(Fact.class);
        facts.put(Fact.REQUEST, request.id());
        facts.put(Fact.RULE, rule);
        facts.put(Fact.DESTINATIONS, String.join(",", request.deliverTo()));
        facts.put(Fact.DEADLINE, deadline.toString());
        facts.put(Fact.PARAMETERS, WorkCodec.parametersToText(request.parameters()));
        put(facts, Fact.KEY, request.key());
        return facts;
    }

    static Map<Fact, String> of(Requester requester) {
        Origin origin = requester.origin();
        Map<Fact, String> facts = new EnumMap<>(Fact.class);
        facts.put(Fact.SOURCE, origin.source().name());
        facts.put(Fact.REFERENCE, origin.reference());
        put(facts, Fact.USER, origin.user());
        put(facts, Fact.SIGNER, requester.signer());
        if (origin.batch() != null) {
            facts.put(Fact.BATCH, origin.batch());
            facts.put(Fact.LINE, Integer.toString(origin.line()));
        }
        return facts;
    }

    private static void put(Map<Fact, String> facts, Fact fact, @Nullable String value) {
        if (value != null) {
            facts.put(fact, value);
        }
    }
}
