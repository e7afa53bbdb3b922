package dev.passcourier.fetch;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.SignIn;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one account's session. All attempts share it, and only one signs in at a time: whoever enters and finds none has
 * the turn, makes the call and hands the reply in; the others wait meanwhile. Credentials that the cloud refused are not
 * tried again for a while, unless their secret has changed: clouds lock accounts after a few failures.
 */
final class SessionKeeper {

    private static final Duration REFUSED_FOR = Duration.ofMinutes(5);
    private static final Logger LOG = LoggerFactory.getLogger(SessionKeeper.class);

    private final String account;
    private final SignIn signIn;
    private final Clock clock;
    private final Semaphore turn = new Semaphore(1);
    private final AtomicReference<@Nullable Object> holder = new AtomicReference<>();
    private final AtomicReference<@Nullable Session> session = new AtomicReference<>();
    private final byte[] markKey = new byte[32];
    private volatile @Nullable Refusal refusal;
    private byte @Nullable [] tried;
    private volatile boolean ended;

    /** For one account. */
    SessionKeeper(String account, SignIn signIn, Clock clock) {
        this.account = account;
        this.signIn = signIn;
        this.clock = new MonotonicClock(clock);
        new SecureRandom().nextBytes(markKey);
    }

    /** The latest sign-in, which the cloud refused, and the mark of the secret that it refused. */
    @SuppressWarnings("ArrayRecordComponent") // compared by its content
    private record Refusal(Answer.Ended answer, Instant until, byte @Nullable [] secret) {}

    /**
     * The current session. Waits while another attempt signs in.
     *
     * @param who the attempt; it has the turn if there is no session
     * @return null if there is none or it is about to end: then {@link #call}, {@link #signedIn} and {@link #leave} follow
     */
    @Nullable
    Session enter(Object who) {
        turn.acquireUninterruptibly();
        holder.set(who);
        Session kept = session.get();
        if (ended || kept == null || !clock.instant().isBefore(kept.expiresAt())) {
            return null;
        }
        leave(who);
        return kept;
    }

    /**
     * The call that gets a session. Its body may hold the account's secret; the caller wipes it.
     *
     * @param who has the turn, and loses it if there is no call to make
     * @throws CannotAskException with what that means for the request
     */
    HttpCall call(Object who) throws CannotAskException {
        boolean made = false;
        try {
            if (ended) {
                throw new CannotAskException(HttpReplyStep.retry("STOPPING", ""));
            }
            tried = mark();
            Refusal last = refusal;
            if (last != null && clock.instant().isBefore(last.until()) && Arrays.equals(last.secret(), tried)) {
                throw new CannotAskException(last.answer());
            }
            HttpCall call = signIn.call();
            made = true;
            return call;
        } finally {
            if (!made) {
                leave(who);
            }
        }
    }

    /**
     * Keeps the session that the reply brings.
     *
     * @param who     has the turn, and loses it
     * @param reply   null if none came
     * @param failure why none came, a code
     * @throws CannotAskException with what the failure means for the request
     */
    Session signedIn(Object who, @Nullable HttpReply reply, String failure) throws CannotAskException {
        try {
            if (reply == null) {
                throw new CannotAskException(HttpReplyStep.retry(failure, "SIGN_IN_"));
            }
            Session fresh = read(reply);
            refusal = null;
            session.set(fresh);
            return fresh;
        } finally {
            leave(who);
        }
    }

    /**
     * How the cloud refused the latest sign-in, with the time until which it is not tried again; empty once one has
     * succeeded.
     */
    Optional<Answer.Ended> refusal() {
        return Optional.ofNullable(refusal).map(Refusal::answer);
    }

    /**
     * What tells one secret from another in this process, and neither from what it is; null if it cannot be read, which
     * the call says then.
     */
    private byte @Nullable [] mark() {
        byte[] secret;
        try {
            secret = signIn.secret().read();
        } catch (ConfigurationException e) {
            return null;
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(markKey, "HmacSHA256"));
            return mac.doFinal(secret);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is part of every JDK", e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** Gives the turn up; does nothing if it has been given up before. */
    void leave(Object who) {
        if (holder.compareAndSet(who, null)) {
            turn.release();
        }
    }

    /** Forgets a session that the cloud does not take any more, unless another thread has renewed it already. */
    void forget(Session stale) {
        session.compareAndSet(stale, null);
    }

    /**
     * Ends the keeping: whoever still asks for a session gets none and asks again after the next start.
     *
     * @return the call that ends the session at the cloud, for clouds that count sessions, or null
     */
    @Nullable
    HttpCall signOut() {
        // Before the turn: whoever waits for it must not sign in any more.
        ended = true;
        turn.acquireUninterruptibly();
        try {
            Session last = session.getAndSet(null);
            return last == null ? null : signIn.signOut(last).orElse(null);
        } finally {
            turn.release();
        }
    }

    private Session read(HttpReply reply) throws CannotAskException {
        try {
            return signIn.read(reply);
        } catch (CannotAskException e) {
            if (e.answer() instanceof Answer.Ended refused) {
                Instant until = clock.instant().plus(REFUSED_FOR);
                Answer.Ended answer = new Answer.Ended(refused.verdict(), refused.code(), until);
                refusal = new Refusal(answer, until, tried);
                LOG.warn(
                        "SIGN_IN_REFUSED account {}: {}; not tried again until {}, unless its secret changes",
                        account,
                        refused.code(),
                        until);
                throw new CannotAskException(answer);
            }
            throw e;
        }
    }
}
