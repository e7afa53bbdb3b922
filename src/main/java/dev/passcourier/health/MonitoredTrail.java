package dev.passcourier.health;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditException;
import dev.passcourier.audit.AuditTrail;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The audit trail as all hops see it. If it cannot be written the service stops taking work before the failed hop's
 * message is back on its queue; and what it records of deliveries tells how destinations are.
 */
public final class MonitoredTrail implements AuditTrail {

    private final AuditTrail trail;
    private final Checks checks;
    private final Destinations destinations;
    private final Metrics metrics;
    private final Clock clock;

    /** Watches a trail and adds the check of it. */
    public MonitoredTrail(AuditTrail trail, Checks checks, Destinations destinations, Metrics metrics, Clock clock) {
        this.trail = trail;
        this.checks = checks;
        this.destinations = destinations;
        this.metrics = metrics;
        this.clock = clock;
        checks.add(AuditCheck.NAME, Stops.EVERYTHING, new AuditCheck(trail, clock));
    }

    @Override
    public long append(AuditEvent event) throws AuditException {
        return append(List.of(event));
    }

    @Override
    public long append(List<AuditEvent> events) throws AuditException {
        try {
            Instant began = clock.instant();
            long sequence = trail.append(events);
            metrics.appended(Duration.between(began, clock.instant()));
            for (AuditEvent event : events) {
                destinations.heard(event);
                metrics.heard(event);
            }
            return sequence;
        } catch (AuditException e) {
            checks.suspect(AuditCheck.NAME, String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /**
     * Whether the audit trail can be written. After a failed append only a record proves it: that the trail goes on, and why
     * it did not.
     */
    private static final class AuditCheck implements HealthCheck {

        static final String NAME = "audit";

        private final AuditTrail trail;
        private final Clock clock;
        private volatile @Nullable String code;

        AuditCheck(AuditTrail trail, Clock clock) {
            this.trail = trail;
            this.clock = clock;
        }

        @Override
        public void suspect(String newCode) {
            code = newCode;
        }

        @Override
        public Optional<HealthProblem> check() {
            String why = code;
            if (why == null) {
                return Optional.empty();
            }
            code = null;
            try {
                trail.append(new AuditEvent(AuditEvent.Type.RESUMED, clock.instant(), Map.of(Fact.CODE, why)));
                return Optional.empty();
            } catch (AuditException e) {
                why = String.valueOf(e.getMessage());
                code = why;
                return Optional.of(new HealthProblem(why));
            }
        }
    }

    /** How the latest delivery to each destination went, as the audit trail has it; nobody calls a destination to ask. */
    public static final class Destinations {

        private final Map<String, String> codes = new ConcurrentHashMap<>();

        /** What was so at the start: codes by alias of those whose deliveries are tried again. */
        public void begin(Map<String, String> failing) {
            codes.putAll(failing);
        }

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
}
