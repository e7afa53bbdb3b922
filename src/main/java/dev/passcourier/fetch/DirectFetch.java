package dev.passcourier.fetch;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.Requester;
import dev.passcourier.request.Verdict;
import dev.passcourier.request.WorkCodec;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.RecipientKey;
import dev.passcourier.vault.SealTarget;
import dev.passcourier.vault.Sealed;
import dev.passcourier.vault.VaultException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Does what a command wants of one account's cloud, one attempt at a time: allowed by the policy, on record before, over
 * the routes and through the vault that requests go through, and sealed when it comes out.
 */
public final class DirectFetch {

    /** Code of an order whose result cannot be sealed for whom it names. */
    public static final String UNUSABLE_RECIPIENT = "RECIPIENT_UNUSABLE";

    private static final Duration LONGEST_TURN = Duration.ofSeconds(20);

    /** From when on no further call begins: with the last one's end, sooner than who waits for the answer gives up. */
    private static final Duration CALLS = Duration.ofSeconds(60);

    private final CloudAccount cloud;
    private final AccountGate gate;
    private final Opening opening;
    private final FailedOpenings failures;
    private final AuditTrail audit;
    private final RandomGenerator jitter;
    private final Clock clock;

    DirectFetch(
            CloudAccount cloud,
            AccountGate gate,
            Opening opening,
            FailedOpenings failures,
            AuditTrail audit,
            RandomGenerator jitter,
            Clock clock) {
        this.cloud = cloud;
        this.gate = gate;
        this.opening = opening;
        this.failures = failures;
        this.audit = audit;
        this.jitter = jitter;
        this.clock = clock;
    }

    /** What allows an order. */
    @FunctionalInterface
    public interface Grant {

        /**
         * The name of the rule that allows it.
         *
         * @throws RequestException if none does
         */
        String rule(PasswordRequest request, Requester requester) throws RequestException;
    }

    /**
     * Who gave the command.
     *
     * @param user    the operating system's
     * @param hasGone whether nobody waits for the answer any more
     */
    public record Caller(String user, BooleanSupplier hasGone) {}

    /** Whom a result is sealed for; asked for only once that is allowed and on record. */
    @FunctionalInterface
    public interface Receiver {

        /**
         * Their key.
         *
         * @throws KeyLoadException       saying what is wrong with it
         * @throws ConfigurationException if there is none
         */
        RecipientKey key() throws KeyLoadException, ConfigurationException;
    }

    /**
     * One attempt to get a password.
     *
     * @param sealFor whom to seal it for
     * @throws Exception if it cannot be recorded or sealed; nothing was handed out then
     */
    public DirectAnswer get(DirectOrder order, Caller caller, Grant grant, Receiver sealFor) throws Exception {
        FetchWork work;
        try {
            order.demandReceiver(DirectOrder.GET);
            work = allowed(order, caller.user(), grant, AuditEvent.Type.GET, AuditEvent.Type.NOT_GOT);
        } catch (RequestException refused) {
            return DirectAnswer.refused(refused);
        }
        return recorded(work, AuditEvent.Type.NOT_GOT, () -> get(work, caller, sealFor.key()));
    }

    /**
     * One attempt to have the cloud forget a password.
     *
     * @throws Exception if it cannot be recorded or made
     */
    public DirectAnswer clear(DirectOrder order, Caller caller, Grant grant) throws Exception {
        FetchWork work;
        try {
            order.demandReceiver(DirectOrder.CLEAR_ORDER);
            work = allowed(order, caller.user(), grant, AuditEvent.Type.CLEARING, AuditEvent.Type.NOT_CLEARED);
        } catch (RequestException refused) {
            return DirectAnswer.refused(refused);
        }
        return recorded(work, AuditEvent.Type.NOT_CLEARED, () -> clear(work, caller));
    }

    private interface Act {
        DirectAnswer make() throws Exception;
    }

    /** What has begun on record ends on record, however it ends. */
    private DirectAnswer recorded(FetchWork work, AuditEvent.Type not, Act act) throws Exception {
        DirectAnswer answer;
        try {
            answer = act.make();
        } catch (Exception | Error e) {
            recordNot(not, work, code(e), Verdict.FAILED);
            throw e;
        }
        if (!answer.isDone()) {
            recordNot(not, work, answer.code(), answer.again() == null ? answer.verdict() : null);
        }
        return answer;
    }

    /** Of what the caller is told in words. */
    private static String code(Throwable e) {
        if (e instanceof VaultException vault) {
            return vault.code().name();
        }
        if (e instanceof KeyLoadException || e instanceof ConfigurationException) {
            return UNUSABLE_RECIPIENT;
        }
        return e instanceof InterruptedException ? "STOPPING" : "UNFORESEEN";
    }

    private DirectAnswer clear(FetchWork work, Caller caller) throws Exception {
        Attempt attempt = Attempt.clearing(work);
        try {
            call(attempt, caller, () -> cloud.clear(attempt));
        } finally {
            attempt.wipe();
        }
        if (attempt.answer() instanceof Answer.Cleared) {
            Clearing.recordCleared(audit, work, attempt.answer(), clock.instant());
            return new DirectAnswer(Verdict.DELIVERED, "CLEARED", "", "", null, 0, null, null, null, null, null, null);
        }
        return DirectAnswer.of(attempt.answer(), attempt.said());
    }

    private FetchWork allowed(
            DirectOrder order, String user, Grant grant, AuditEvent.Type begins, AuditEvent.Type refused)
            throws RequestException {
        PasswordRequest request = order.request();
        Instant now = clock.instant();
        Origin origin = new Origin(Origin.Source.CLI, request.id(), user, null, 0);
        Map<Fact, String> facts = facts(request);
        facts.put(Fact.SOURCE, origin.source().name());
        facts.put(Fact.USER, user);
        facts.put(Fact.DESTINATIONS, order.to());
        try {
            facts.put(Fact.RULE, grant.rule(request, Requester.unsigned(origin)));
        } catch (RequestException e) {
            facts.put(Fact.VERDICT, Verdict.REFUSED.name());
            facts.put(Fact.CODE, e.code().name());
            audit.append(new AuditEvent(refused, now, facts));
            throw e;
        }
        facts.put(Fact.ATTEMPT, String.valueOf(order.attempt()));
        facts.put(Fact.PARAMETERS, WorkCodec.parametersToText(request.parameters()));
        if (request.key() != null) {
            facts.put(Fact.KEY, request.key());
        }
        audit.append(new AuditEvent(begins, now, facts));
        return new FetchWork(request, origin, now, now.plus(Duration.ofMinutes(2)), order.attempt(), 0);
    }

    private DirectAnswer get(FetchWork work, Caller caller, RecipientKey sealFor) throws Exception {
        if (failures.tooMany(work)) {
            return DirectAnswer.ended(Verdict.REFUSED, FailedOpenings.CODE, "");
        }
        Attempt attempt = new Attempt(work);
        try {
            call(attempt, caller, () -> cloud.ask(attempt));
            return attempt.answer() instanceof Answer.Found found
                    ? open(work, found, sealFor)
                    : DirectAnswer.of(attempt.answer(), attempt.said());
        } finally {
            attempt.wipe();
        }
    }

    private DirectAnswer open(FetchWork work, Answer.Found found, RecipientKey sealFor) throws Exception {
        Instant began = clock.instant();
        PasswordRequest request = work.request();
        try {
            Opening.Result result = opening.seal(
                    request, found, List.of(new SealTarget(request.deliverTo().get(0), sealFor)));
            Sealed sealed = result.opened().sealed().get(0);
            KeyRing.KeyInfo key = result.opened().key();
            Map<Fact, String> facts = opening.facts(request, key);
            facts.put(Fact.ALIAS, sealed.alias());
            facts.put(Fact.DELIVERY, sealed.deliveryId());
            audit.append(new AuditEvent(AuditEvent.Type.GOT, clock.instant(), facts));
            return new DirectAnswer(
                    Verdict.DELIVERED,
                    "SEALED",
                    "",
                    "",
                    null,
                    0,
                    sealed.bytes(),
                    sealed.mediaType(),
                    result.opened().kind(),
                    found.userName(),
                    key == null ? null : key.name(),
                    key == null ? null : key.fingerprint());
        } catch (VaultException e) {
            if (e.code() != VaultException.Code.WRONG_KEY) {
                return DirectAnswer.of(Opening.answer(e), "");
            }
            failures.count(work, opening.fingerprint(found.secret()));
            Instant then = WrongKeyReply.answerAt(began, clock.instant(), jitter);
            Thread.sleep(Math.max(0, Duration.between(clock.instant(), then).toMillis()));
            return DirectAnswer.ended(Verdict.WRONG_KEY, e.code().name(), "");
        }
    }

    private interface Call {
        void make() throws Exception;
    }

    /** As soon as the account's rate allows it, and only while somebody waits for it. */
    private void call(Attempt attempt, Caller caller, Call call) throws Exception {
        Instant began = clock.instant();
        attempt.haltWhen(() -> halt(caller, began));
        while (!gate.enter(Duration.ofSeconds(1))) {
            if (attempt.halts()) {
                return;
            }
            if (clock.instant().isAfter(began.plus(LONGEST_TURN))) {
                attempt.settleUnasked(new Answer.Retry(TransientFailure.THROTTLED, "NO_TURN", null));
                return;
            }
        }
        if (attempt.halts()) {
            gate.giveBack();
            return;
        }
        try {
            call.make();
            if (!attempt.isUnasked()) {
                gate.heard(attempt.answer());
            }
        } finally {
            gate.left();
        }
    }

    private Optional<Answer> halt(Caller caller, Instant began) {
        if (caller.hasGone().getAsBoolean()) {
            return Optional.of(new Answer.Retry(TransientFailure.STOPPING, "HUNG_UP", null));
        }
        return clock.instant().isAfter(began.plus(CALLS))
                ? Optional.of(new Answer.Retry(TransientFailure.FEW, "TOO_LONG", null))
                : Optional.empty();
    }

    private void recordNot(AuditEvent.Type type, FetchWork work, String code, @Nullable Verdict verdict) {
        Map<Fact, String> facts = facts(work.request());
        facts.put(Fact.CODE, code);
        facts.put(Fact.ATTEMPT, String.valueOf(work.attempt()));
        if (verdict != null) {
            facts.put(Fact.VERDICT, verdict.name());
        }
        audit.append(new AuditEvent(type, clock.instant(), facts));
    }

    private static Map<Fact, String> facts(PasswordRequest request) {
        return new EnumMap<>(
                Map.of(Fact.REQUEST, request.id(), Fact.ACCOUNT, request.account(), Fact.INSTANCE, request.instance()));
    }
}
