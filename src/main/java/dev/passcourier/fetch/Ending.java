package dev.passcourier.fetch;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.Envelope;
import dev.passcourier.delivery.Notice;
import dev.passcourier.delivery.Notices;
import dev.passcourier.request.Advice;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
        return end(work, verdict, code, clock.instant(), null);
    }

    /**
     * With the time of the end given.
     *
     * @param at        when it ended, which record and notices say
     * @param notBefore when the notices may leave, or null for at once
     */
    List<Envelope> end(FetchWork work, Verdict verdict, String code, Instant at, @Nullable Instant notBefore) {
        PasswordRequest request = work.request();
        audit.append(new AuditEvent(
                AuditEvent.Type.ENDED,
                at,
                Map.of(
                        Fact.REQUEST, request.id(),
                        Fact.VERDICT, verdict.name(),
                        Fact.CODE, code,
                        Fact.ATTEMPT, String.valueOf(work.attempt()))));
        Notice notice = new Notice(
                request.id(),
                request.account(),
                request.instance(),
                verdict,
                code,
                Advice.on(verdict, code),
                work.attempt(),
                at);
        return notices.notices(notice, request.id(), request.deliverTo(), notBefore);
    }
}
