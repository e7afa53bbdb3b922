package dev.passcourier.health;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** How the latest delivery to each destination went, as the audit trail has it; nobody calls a destination to ask. */
public final class DestinationChecks {

    private final Map<String, String> codes = new ConcurrentHashMap<>();

    /** The check of one destination. */
    public HealthCheck of(String alias) {
        return () -> Optional.ofNullable(codes.get(alias)).map(HealthProblem::new);
    }

    void heard(AuditEvent event) {
        String alias = event.facts().get(Fact.ALIAS);
        if (alias == null) {
            return;
        }
        switch (event.type()) {
            case DELIVERED -> codes.remove(alias);
            case DELIVERY_POSTPONED, DELIVERY_FAILED ->
                codes.put(alias, event.facts().getOrDefault(Fact.CODE, "DELIVERY_FAILED"));
            default -> {
                // Says nothing about the destination.
            }
        }
    }
}
