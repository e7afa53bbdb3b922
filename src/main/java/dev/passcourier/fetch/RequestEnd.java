package dev.passcourier.fetch;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.KeptWork;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.Queues;
import dev.passcourier.outbox.Notice;
import dev.passcourier.outbox.Notices;
import dev.passcourier.request.Advice;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.request.WorkCodec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Ends a request without a password: records it and tells its destinations. Work that a mended cause may yet bring to
 * success is kept for a while.
 */
final class RequestEnd {

    private static final Set<Verdict> CURABLE = EnumSet.of(
            Verdict.WRONG_KEY,
            Verdict.DENIED,
            Verdict.NOT_FOUND,
            Verdict.THROTTLED,
            Verdict.NOT_YET,
            Verdict.NOT_SET,
            Verdict.FAILED,
            Verdict.PROVIDER_GONE);

    private final AuditTrail audit;
    private final Notices notices;
    private final Duration keep;
    private final Clock clock;

    /** Keeps failed work for {@code keep}. */
    RequestEnd(AuditTrail audit, Notices notices, Duration keep, Clock clock) {
        this.audit = audit;
        this.notices = notices;
        this.keep = keep;
        this.clock = clock;
    }

    List<OutboundMessage> end(FetchWork work, Verdict verdict, String code) {
        return end(work, verdict, code, clock.instant(), null);
    }

    /**
     * With the time of the end given.
     *
     * @param at        when it ended, which record and notices say
     * @param notBefore when the notices may leave, or null for at once
     */
    List<OutboundMessage> end(FetchWork work, Verdict verdict, String code, Instant at, @Nullable Instant notBefore) {
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
        List<OutboundMessage> outbound =
                new ArrayList<>(notices.notices(notice, request.id(), request.deliverTo(), notBefore));
        if (CURABLE.contains(verdict)) {
            outbound.add(KeptWork.failed(message(work), verdict.name(), code, at.plus(keep)));
        }
        return outbound;
    }

    private static OutboundMessage message(FetchWork work) {
        return new OutboundMessage(
                Queues.fetch(work.request().account()),
                WorkCodec.toBytes(work),
                Map.of(MessageProperties.REQUEST, work.request().id()),
                null,
                null);
    }
}
