package dev.passcourier.health;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditException;
import dev.passcourier.audit.AuditTrail;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether the audit trail can be written. After a failed append only a record proves it: that the trail goes on, and why
 * it did not.
 */
final class AuditCheck implements HealthCheck {

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
