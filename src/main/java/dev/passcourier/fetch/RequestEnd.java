package dev.passcourier.fetch;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.FailedMessages;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.Queues;
import dev.passcourier.outbox.Notice;
import dev.passcourier.outbox.Notices;
import dev.passcourier.provider.Answer;
import dev.passcourier.remote.FailureLog;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a request without a password: records it and tells its destinations. Work that a mended cause may yet bring to
 * success is kept for a while.
 */
final class RequestEnd {

    private static final Logger LOG = LoggerFactory.getLogger(RequestEnd.class);

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
    private final InspectionRecord inspections;
    private final Clock clock;
    private final FailureLog failures = new FailureLog(LOG);

    /**
     * For all accounts alike.
     *
     * @param keep        how long failed work is kept
     * @param inspections told how inspections end, which have no destinations to be told
     */
    RequestEnd(AuditTrail audit, Notices notices, Duration keep, InspectionRecord inspections, Clock clock) {
        this.audit = audit;
        this.notices = notices;
        this.keep = keep;
        this.inspections = inspections;
        this.clock = clock;
    }

    /**
     * Now.
     *
     * @param said the cloud's words on it, or empty
     */
    List<OutboundMessage> end(FetchWork work, Verdict verdict, String code, String said) {
        return end(work, verdict, code, said, clock.instant(), null);
    }

    /** The same. */
    List<OutboundMessage> end(FetchWork work, Answer.Ended ended, String said) {
        return end(work, ended, said, clock.instant(), null);
    }

    private static String advice(Answer.Ended ended) {
        String advice = Advice.on(ended.verdict(), ended.code());
        return ended.until() == null
                ? advice
                : advice + " The sign-in is not tried again until " + ended.until()
                        + ", unless the account's secret changes.";
    }

    /**
     * With the time of the end given.
     *
     * @param at        when it ended, which record and notices say
     * @param notBefore when the notices may leave, or null for at once
     */
    List<OutboundMessage> end(
            FetchWork work, Verdict verdict, String code, String said, Instant at, @Nullable Instant notBefore) {
        return end(work, new Answer.Ended(verdict, code), said, at, notBefore);
    }

    private List<OutboundMessage> end(
            FetchWork work, Answer.Ended ended, String said, Instant at, @Nullable Instant notBefore) {
        Verdict verdict = ended.verdict();
        String code = ended.code();
        PasswordRequest request = work.request();
        long sequence = audit.append(new AuditEvent(
                AuditEvent.Type.ENDED,
                at,
                Map.of(
                        Fact.REQUEST, request.id(),
                        Fact.VERDICT, verdict.name(),
                        Fact.CODE, code,
                        Fact.ATTEMPT, String.valueOf(work.attempt()))));
        if (work.inspects()) {
            inspections.ended(work, sequence);
            return List.of();
        }
        logged(work, code, null, verdict.name(), said);
        Notice notice = new Notice(
                request.id(),
                request.account(),
                request.instance(),
                verdict,
                code,
                said,
                advice(ended),
                work.attempt(),
                at);
        List<OutboundMessage> outbound =
                new ArrayList<>(notices.notices(notice, request.id(), request.deliverTo(), notBefore));
        if (CURABLE.contains(verdict)) {
            outbound.add(FailedMessages.failed(message(work), verdict.name(), code, at.plus(keep)));
        }
        return outbound;
    }

    /**
     * Says in the log how an attempt came out.
     *
     * @param next when the cloud is asked again, or null if it is not
     * @param end  how the request ended, or empty
     */
    void logged(FetchWork work, String code, @Nullable Instant next, String end, String said) {
        PasswordRequest request = work.request();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("request", request.id());
        facts.put("account", request.account());
        facts.put("instance", request.instance());
        facts.put("attempt", String.valueOf(work.attempt()));
        failures.attempt("NOT_FETCHED", request.account(), facts, new FailureLog.Outcome(code, next, end, said));
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
