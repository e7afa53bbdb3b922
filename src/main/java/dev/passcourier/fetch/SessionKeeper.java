package dev.passcourier.fetch;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.RefusedSecrets;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.SignIn;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one account's session. All attempts share it, and only one signs in at a time: whoever enters and finds none has
 * the turn, makes the call and hands the reply in; the others wait meanwhile. Credentials that the cloud refused are not
 * tried again for a while, unless their secret has changed: clouds lock accounts after a few failures.
 */
final class SessionKeeper {

    private final String account;
    private final SignIn signIn;
    private final Clock clock;
    private final Semaphore turn = new Semaphore(1);
    private final AtomicReference<@Nullable Object> holder = new AtomicReference<>();
    private final AtomicReference<@Nullable Session> session = new AtomicReference<>();
    private final RefusedSecrets refused;
    private byte @Nullable [] tried;
    private volatile boolean ended;

    /** For one account. */
    SessionKeeper(String account, SignIn signIn, Clock clock) {
        this.account = account;
        this.signIn = signIn;
        this.clock = new MonotonicClock(clock);
        this.refused = new RefusedSecrets(() -> List.of(signIn.secret()), this.clock);
    }

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
                throw new CannotAskException(HttpReplyStep.retry(HttpReplyStep.STOPPING, ""));
            }
            tried = refused.demandNotRefused();
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
            refused.taken();
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
        return refused.latest();
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

    /** Goes on after an end, without a session. */
    void goOn() {
        ended = false;
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
            if (e.answer() instanceof Answer.Ended ended) {
                throw new CannotAskException(refused.refuse(account, tried, ended));
            }
            throw e;
        }
    }
}
