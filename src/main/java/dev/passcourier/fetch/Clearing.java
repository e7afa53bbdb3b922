package dev.passcourier.fetch;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.FailedMessages;
import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.Queues;
import dev.passcourier.ledger.KnownRequest;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.PasswordRequest;
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
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has one account's cloud forget a password once every destination of its request has it: the steps of the route
 * {@code clear}. The call is idempotent, so work that comes again after a crash does no harm. What it ends with changes
 * nothing of how the request ended.
 */
final class Clearing {

    /** Code of a cloud that has no such call. */
    static final String NO_CALL = "NO_CLEAR_CALL";

    private static final String NOT_DELIVERED = "NOT_DELIVERED";
    private static final Logger LOG = LoggerFactory.getLogger(Clearing.class);

    /** Not all destinations have the result yet; no failure, and nobody was asked. */
    private static final Answer NOT_DELIVERED_YET = new Answer.NotYet("NOT_DELIVERED_YET");

    /** The account's rate has to be paid first. */
    private static final Answer NO_TURN = new Answer.NotYet("NO_TURN");

    private static final Duration TURN = Duration.ofSeconds(1);

    private final Ledger ledger;
    private final AccountGate gate;
    private final AuditTrail audit;
    private final RetryTable retryTable;
    private final Duration keep;
    private final Clock clock;

    /**
     * For one account.
     *
     * @param keep how long work that failed is kept to be returned
     */
    Clearing(Ledger ledger, AccountGate gate, AuditTrail audit, RetryTable retryTable, Duration keep, Clock clock) {
        this.ledger = ledger;
        this.gate = gate;
        this.audit = audit;
        this.retryTable = retryTable;
        this.keep = keep;
        this.clock = clock;
    }

    /**
     * The message that has it looked into later whether a password can be cleared.
     *
     * @param work of which {@code deadline} is when nobody looks any more
     */
    static OutboundMessage later(FetchWork work, RetryTable retryTable, Instant now) {
        Duration wait = retryTable.after(RetryRule.NOT_YET, 1, null).orElseThrow();
        return message(work, now.plus(wait));
    }

    private static OutboundMessage message(FetchWork work, @Nullable Instant notBefore) {
        return new OutboundMessage(
                Queues.clear(work.request().account()),
                WorkCodec.toBytes(work),
                Map.of(MessageProperties.CLEARS, work.request().id()),
                notBefore,
                null);
    }

    /** Puts on record that the cloud's record stays, as something else than the cloud decided. */
    static void leave(FetchWork work, String code, AuditTrail audit, Instant now) {
        Map<Fact, String> facts = facts(work.request());
        facts.put(Fact.CODE, code);
        audit.append(new AuditEvent(AuditEvent.Type.NOT_CLEARED, now, facts));
        LOG.info("NOT_CLEARED {} request {}", code, work.request().id());
    }

    /** The first step: the attempt is settled already unless all destinations have the result and the rate is paid. */
    void take(Exchange exchange) throws InterruptedException {
        InboundMessage arrival = exchange.getMessage().getBody(InboundMessage.class);
        if (!arrival.internal()) {
            throw new SecurityException("NOT_OUR_MESSAGE");
        }
        Attempt attempt = Attempt.clearing(WorkCodec.fromBytes(arrival.body()));
        Optional<Answer> before = before(attempt.work().request().id());
        if (before.isPresent()) {
            attempt.settleUnasked(before.get());
        } else {
            recordClearing(audit, attempt.work(), clock.instant());
        }
        attempt.variables().forEach(exchange::setVariable);
        exchange.getMessage().setBody(null);
    }

    /** What keeps the cloud from being told, if anything does. */
    private Optional<Answer> before(String request) throws InterruptedException {
        Verdict verdict = ledger.request(request).map(KnownRequest::verdict).orElse(null);
        if (verdict == null) {
            return Optional.of(NOT_DELIVERED_YET);
        }
        if (verdict != Verdict.DELIVERED) {
            return Optional.of(new Answer.Ended(Verdict.REFUSED, NOT_DELIVERED));
        }
        return gate.enter(TURN) ? Optional.empty() : Optional.of(NO_TURN);
    }

    /** The last step before the hand-on: records the answer, and leaves what is to be handed on in the body. */
    void settle(Exchange exchange) {
        Attempt attempt = exchange.getVariable(Attempt.VARIABLE, Attempt.class);
        exchange.removeVariable(Attempt.VARIABLE);
        attempt.wipe();
        Answer answer = attempt.answer();
        if (!attempt.isUnasked()) {
            gate.heard(answer);
        }
        if (hadTurn(attempt, answer)) {
            gate.left();
        }
        exchange.getMessage().setBody(next(attempt, answer));
    }

    private static boolean hadTurn(Attempt attempt, Answer answer) {
        return !attempt.isUnasked()
                || answer != NOT_DELIVERED_YET && answer != NO_TURN && !isUndelivered(attempt, answer);
    }

    private static boolean isUndelivered(Attempt attempt, Answer answer) {
        return attempt.isUnasked()
                && answer instanceof Answer.Ended ended
                && ended.code().equals(NOT_DELIVERED);
    }

    private List<OutboundMessage> next(Attempt attempt, Answer answer) {
        FetchWork work = attempt.work();
        Instant now = clock.instant();
        if (answer instanceof Answer.NotYet notYet) {
            return lookAgain(work, notYet, now);
        }
        if (answer instanceof Answer.Retry retry) {
            return again(work, retry, attempt.said(), now);
        }
        if (answer instanceof Answer.Ended ended) {
            if (isUndelivered(attempt, answer)) {
                leave(work, ended.code(), audit, now);
                return List.of();
            }
            if (ended.verdict() != Verdict.NOT_FOUND) {
                return failed(work, ended, attempt.said(), now);
            }
        }
        // An instance that is gone has no record any more.
        recordCleared(audit, work, answer, now);
        return List.of();
    }

    /** What only waits for others is not recorded: it is no attempt. */
    private List<OutboundMessage> lookAgain(FetchWork work, Answer.NotYet why, Instant now) {
        if (!now.isBefore(work.deadline())) {
            leave(work, why.code(), audit, now);
            return List.of();
        }
        Duration wait = retryTable
                .after(RetryRule.NOT_YET, why == NO_TURN ? 1 : work.attempt(), null)
                .orElseThrow();
        return List.of(message(next(work, work.failures()), now.plus(wait)));
    }

    private List<OutboundMessage> again(FetchWork work, Answer.Retry retry, String said, Instant now) {
        boolean cut = retry.failure() == TransientFailure.STOPPING;
        int failures = cut ? work.failures() : work.failures() + 1;
        Optional<Duration> wait = cut
                ? Optional.of(Duration.ZERO)
                : retryTable.after(RetryScheduler.rule(retry.failure()), failures, retry.after());
        if (wait.isEmpty() || now.isAfter(work.deadline())) {
            Answer.Ended ended = new Answer.Ended(RetryScheduler.verdict(retry.failure()), retry.code());
            return failed(work, ended, said, now);
        }
        audit.append(new AuditEvent(
                AuditEvent.Type.CLEAR_POSTPONED,
                now,
                Map.of(
                        Fact.REQUEST, work.request().id(),
                        Fact.CODE, retry.code(),
                        Fact.ATTEMPT, String.valueOf(work.attempt()))));
        return List.of(message(next(work, failures), now.plus(wait.get())));
    }

    private List<OutboundMessage> failed(FetchWork work, Answer.Ended ended, String said, Instant now) {
        recordNotCleared(audit, work, ended, now);
        LOG.warn(
                "NOT_CLEARED {} request {} account {} instance {}: {}{}; the cloud still has the password, and redrive has it"
                        + " told again",
                ended.verdict(),
                work.request().id(),
                work.request().account(),
                work.request().instance(),
                ended.code(),
                said.isEmpty() ? "" : " '" + said + "'");
        return List.of(
                FailedMessages.failed(message(work, null), ended.verdict().name(), ended.code(), now.plus(keep)));
    }

    private static FetchWork next(FetchWork work, int failures) {
        return new FetchWork(
                work.request(), work.origin(), work.acceptedAt(), work.deadline(), work.attempt() + 1, failures);
    }

    static void recordClearing(AuditTrail audit, FetchWork work, Instant now) {
        Map<Fact, String> facts = facts(work.request());
        facts.put(Fact.ATTEMPT, String.valueOf(work.attempt()));
        audit.append(new AuditEvent(AuditEvent.Type.CLEARING, now, facts));
    }

    static void recordCleared(AuditTrail audit, FetchWork work, Answer answer, Instant now) {
        Map<Fact, String> facts = facts(work.request());
        facts.put(Fact.CODE, answer instanceof Answer.Ended gone ? gone.code() : "CLEARED");
        audit.append(new AuditEvent(AuditEvent.Type.CLEARED, now, facts));
    }

    static void recordNotCleared(AuditTrail audit, FetchWork work, Answer.Ended ended, Instant now) {
        Map<Fact, String> facts = facts(work.request());
        facts.put(Fact.CODE, ended.code());
        facts.put(Fact.VERDICT, ended.verdict().name());
        audit.append(new AuditEvent(AuditEvent.Type.NOT_CLEARED, now, facts));
    }

    private static Map<Fact, String> facts(PasswordRequest request) {
        return new EnumMap<>(
                Map.of(Fact.REQUEST, request.id(), Fact.ACCOUNT, request.account(), Fact.INSTANCE, request.instance()));
    }
}
