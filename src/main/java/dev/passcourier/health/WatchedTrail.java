package dev.passcourier.health;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditException;
import dev.passcourier.audit.AuditTrail;
import java.time.Clock;

/**
 * The audit trail as all hops see it. If it cannot be written the service stops taking work before the failed hop's
 * message is back on its queue; and what it records of deliveries tells how destinations are.
 */
public final class WatchedTrail implements AuditTrail {

    private final AuditTrail trail;
    private final Checks checks;
    private final DestinationChecks destinations;

    /** Watches a trail and adds the check of it. */
    public WatchedTrail(AuditTrail trail, Checks checks, DestinationChecks destinations, Clock clock) {
        this.trail = trail;
        this.checks = checks;
        this.destinations = destinations;
        checks.add(AuditCheck.NAME, Stops.EVERYTHING, new AuditCheck(trail, clock));
    }

    @Override
    public long append(AuditEvent event) throws AuditException {
        try {
            long sequence = trail.append(event);
            destinations.heard(event);
            return sequence;
        } catch (AuditException e) {
            checks.suspect(AuditCheck.NAME, String.valueOf(e.getMessage()));
            throw e;
        }
    }
}
