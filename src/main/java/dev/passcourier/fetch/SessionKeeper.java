package dev.passcourier.fetch;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.SignIn;
import dev.passcourier.provider.TransientFailure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one account's session. All threads share it, and only one signs in at a time. Credentials that the cloud refused
 * are not tried again for a while: clouds lock accounts after a few failures.
 */
public final class SessionKeeper {

    private static final Duration REFUSED_FOR = Duration.ofMinutes(5);
    private static final Logger LOG = LoggerFactory.getLogger(SessionKeeper.class);

    private final String account;
    private final SignIn signIn;
    private final UnaryOperator<Object> exchange;
    private final Clock clock;
    private @Nullable Session session;
    private @Nullable Answer refusal;
    private Instant refusedUntil = Instant.MIN;
    private boolean ended;

    /**
     * For one account.
     *
     * @param exchange sends an {@link HttpCall} to the sign-in endpoint and returns an {@link HttpReply} or
     *                 {@link HttpFailureStep.Unreachable}
     */
    public SessionKeeper(String account, SignIn signIn, UnaryOperator<Object> exchange, Clock clock) {
        this.account = account;
        this.signIn = signIn;
        this.exchange = exchange;
        this.clock = new MonotonicClock(clock);
    }

    /**
     * The current session; signs in if there is none or it is about to end.
     *
     * @throws CannotAskException with what the failure means for the request
     */
    public synchronized Session current() throws CannotAskException {
        if (ended) {
            throw new CannotAskException(new Answer.Retry(TransientFailure.SERVER, "STOPPING", null));
        }
        Instant now = clock.instant();
        if (session != null && now.isBefore(session.expiresAt())) {
            return session;
        }
        if (refusal != null && now.isBefore(refusedUntil)) {
            throw new CannotAskException(refusal);
        }
        session = signIn();
        refusal = null;
        return session;
    }

    /** Forgets a session that the cloud does not take any more, unless another thread has renewed it already. */
    @SuppressWarnings("ReferenceEquality") // this very session, not one that looks like it
    public synchronized void forget(Session stale) {
        if (session == stale) {
            session = null;
        }
    }

    /**
     * Ends the session at the cloud, for clouds that count sessions. Never fails: the service is stopping. Whoever still
     * asks for a session gets none and asks again after the next start.
     */
    public synchronized void signOut() {
        ended = true;
        if (session != null) {
            signIn.signOut(session).ifPresent(call -> {
                if (exchange.apply(call) instanceof HttpFailureStep.Unreachable unreachable) {
                    LOG.warn("SIGN_OUT_FAILED account {}: {}", account, unreachable.code());
                }
            });
            session = null;
        }
    }

    private Session signIn() throws CannotAskException {
        HttpCall call = signIn.call();
        try {
            Object reply = exchange.apply(call);
            if (reply instanceof HttpReply answered) {
                return read(answered);
            }
            String code = reply instanceof HttpFailureStep.Unreachable unreachable ? unreachable.code() : "IO";
            throw new CannotAskException(new Answer.Retry(TransientFailure.SERVER, "SIGN_IN_" + code, null));
        } finally {
            if (call.body() != null) {
                Arrays.fill(call.body(), (byte) 0);
            }
        }
    }

    private Session read(HttpReply reply) throws CannotAskException {
        try {
            return signIn.read(reply);
        } catch (CannotAskException e) {
            if (e.answer() instanceof Answer.Ended ended) {
                refusal = ended;
                refusedUntil = clock.instant().plus(REFUSED_FOR);
                LOG.warn("SIGN_IN_REFUSED account {}: {}; not tried again for {}", account, ended.code(), REFUSED_FOR);
            }
            throw e;
        }
    }
}
