package dev.passcourier.fetch;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.Envelope;
import dev.passcourier.delivery.Notices;
import dev.passcourier.request.Advice;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Ends a request without a password: records it and tells its destinations. */
final class Ending {

    private final AuditTrail audit;
    private final Notices notices;
    private final Clock clock;

    Ending(AuditTrail audit, Notices notices, Clock clock) {
        this.audit = audit;
        this.notices = notices;
        this.clock = clock;
    }

    List<Envelope> end(FetchWork work, Verdict verdict, String code) {
        PasswordRequest request = work.request();
        Instant now = clock.instant();
        audit.append(new AuditEvent(
                AuditEvent.Type.ENDED,
                now,
                Map.of(
                        Fact.REQUEST, request.id(),
                        Fact.VERDICT, verdict.name(),
                        Fact.CODE, code,
                        Fact.ATTEMPT, String.valueOf(work.attempt()))));
        return notices.notices(
                request.id(),
                request.account(),
                request.instance(),
                verdict,
                code,
                Advice.on(verdict, code),
                work.attempt(),
                request.deliverTo(),
                now);
    }
}
