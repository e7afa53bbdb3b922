package dev.passcourier.fetch;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.Queues;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Verdict;
import dev.passcourier.request.WorkCodec;
import dev.passcourier.retry.RetryRule;
import dev.passcourier.retry.RetryTable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks again later: sends the request to its own queue with a delay, or ends it when that makes no sense any more. */
final class RetryScheduler {

    /** A wait that would end this close to the deadline is cut to end at it, so that the last ask happens. */
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);

    /** How often an inspection asks: a report must not wait for a machine that has no password yet. */
    private static final Map<RetryRule, Integer> INSPECTED_AGAIN = Map.of(
            RetryRule.NOT_YET, 2,
            RetryRule.CLOUD_SERVER, 3);

    private final AuditTrail audit;
    private final RequestEnd ending;
    private final Clock clock;
    private final RetryTable retryTable;
    private final CloudObserver observer;

    RetryScheduler(AuditTrail audit, RequestEnd ending, Clock clock, RetryTable retryTable, CloudObserver observer) {
        this.audit = audit;
        this.ending = ending;
        this.clock = clock;
        this.retryTable = retryTable;
        this.observer = observer;
    }

    List<OutboundMessage> notYet(FetchWork work, Answer.NotYet answer, String said) {
        return again(
                work, RetryRule.NOT_YET, work.attempt(), work.failures(), null, Verdict.NOT_YET, answer.code(), said);
    }

    List<OutboundMessage> failed(FetchWork work, Answer.Retry answer, String said) {
        int failures = work.failures() + 1;
        return again(
                work,
                rule(answer.failure()),
                failures,
                failures,
                answer.after(),
                verdict(answer.failure()),
                answer.code(),
                said);
    }

    private List<OutboundMessage> again(
            FetchWork work,
            RetryRule rule,
            int turn,
            int failures,
            @Nullable Duration askedFor,
            Verdict otherwise,
            String code,
            String said) {
        Instant now = clock.instant();
        Instant deadline = deadline(work, now);
        Duration left = Duration.between(now, deadline);
        Optional<Duration> wait = work.inspects() && turn >= INSPECTED_AGAIN.getOrDefault(rule, Integer.MAX_VALUE)
                ? Optional.empty()
                : retryTable.after(rule, turn, askedFor);
        if (wait.isEmpty() || left.compareTo(SHORTEST_WAIT) < 0) {
            return ending.end(work, otherwise, code, said);
        }
        Duration delay = wait.get().compareTo(left) < 0 ? wait.get() : left;
        ending.logged(work, code, now.plus(delay), "", said);
        observer.postponed(rule);
        return postponed(work, failures, now, now.plus(delay), deadline, code);
    }

    /**
     * A deadline that nobody wrote is counted from the first ask: how long a request waited behind others for its turn must
     * not decide how it ends.
     */
    private static Instant deadline(FetchWork work, Instant now) {
        return work.attempt() > 1 || work.request().deadline() != null
                ? work.deadline()
                : now.plus(Duration.between(work.acceptedAt(), work.deadline()));
    }

    /** Asks again when the service is back: a call that our own stop has cut is no failure, whatever the deadline. */
    List<OutboundMessage> afterTheStop(FetchWork work, String code) {
        Instant now = clock.instant();
        return postponed(work, work.failures(), now, null, deadline(work, now), code);
    }

    private List<OutboundMessage> postponed(
            FetchWork work, int failures, Instant now, @Nullable Instant notBefore, Instant deadline, String code) {
        Map<Fact, String> facts = new EnumMap<>(Map.of(
                Fact.REQUEST, work.request().id(),
                Fact.CODE, code,
                Fact.ATTEMPT, String.valueOf(work.attempt())));
        if (notBefore != null) {
            facts.put(Fact.NEXT, notBefore.toString());
        }
        audit.append(new AuditEvent(AuditEvent.Type.POSTPONED, now, facts));
        FetchWork next =
                new FetchWork(work.request(), work.origin(), work.acceptedAt(), deadline, work.attempt() + 1, failures);
        return List.of(new OutboundMessage(
                        Queues.fetch(work.request().account()),
                        WorkCodec.toBytes(next),
                        Map.of(MessageProperties.REQUEST, work.request().id()),
                        notBefore,
                        null)
                .yielding(work.inspects()));
    }

    /** The retry table's rule for a failure of a cloud. */
    static RetryRule rule(TransientFailure failure) {
        return switch (failure) {
            case SERVER, STOPPING -> RetryRule.CLOUD_SERVER;
            case FEW -> RetryRule.CLOUD_FEW;
            case THROTTLED -> RetryRule.CLOUD_THROTTLED;
            case LOCKED -> RetryRule.CLOUD_LOCKED;
        };
    }

    /** How it ends if the failure does not pass. */
    static Verdict verdict(TransientFailure failure) {
        return failure == TransientFailure.THROTTLED ? Verdict.THROTTLED : Verdict.FAILED;
    }
}
