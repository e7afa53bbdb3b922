package dev.passcourier.fetch;

import dev.passcourier.broker.Gate;
import dev.passcourier.ledger.SharedGate;
import dev.passcourier.ledger.SharedTurns;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.TransientFailure;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets an account's consumers take their next message only when the cloud may be asked: its rate allows it, it has not
 * asked us to wait, and its breaker is closed. The rate is paid <em>before</em> a message is taken, so a backlog waits
 * in the queue and neither spins nor trips the cloud's limit; and once more before each call, as the time from leave to
 * call varies, and some messages need two calls: whatever happens between, no second sees more calls than the rate.
 *
 * <p>Of an account that several nodes ask, each call has a turn among those of all nodes, and each node's gate a share of
 * the messages in hand, for some seconds at a time; nothing is asked without one.
 */
public final class AccountGate implements Gate, SharedGate {

    private static final int FAILURES_TO_OPEN = 10;
    private static final Duration OPEN_FOR = Duration.ofSeconds(30);
    /** A probe whose message came to nothing must not keep the gate shut for ever. */
    private static final Duration LONGEST_PROBE = Duration.ofMinutes(2);

    /** Longer than the five minutes that clouds lock a key for. */
    private static final Duration LOCKED_FOR = Duration.ofMinutes(6);

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);

    /** What the way of a call to the cloud may take more or less than that of another: its seconds are not ours. */
    private static final Duration UNEVEN_WAY = Duration.ofMillis(20);

    /** Whoever has no turn for so long returns the work: the broker's transaction has a limit too. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);

    /** Of what may be in hand: what waits for its turn there is in a transaction, and might wait in its queue. */
    private static final double SECONDS_IN_HAND = 30;

    private final int atOnce;
    private final @Nullable PacedTurns turns;
    private final double perSecond;
    private final Rate leaves;
    private final Rate calls;
    private final InHand inHand = new InHand();
    private final CircuitBreaker breaker;
    private final Clock clock;

    /** The leave that a thread has, to be given back by it. */
    private final ThreadLocal<@Nullable Turn> leave = new ThreadLocal<>();

    private volatile Instant pausedUntil = Instant.MIN;

    /** Until when the share holds, and when it was asked for. */
    private volatile Instant shareEnds = Instant.MAX;

    private volatile Instant shareAsked = Instant.MIN;

    /** Whether another node has found that the cloud fails. */
    private volatile boolean rests;

    /** Has the other nodes told at once. */
    private volatile Runnable news = () -> {};

    /**
     * For one account that only this node asks.
     *
     * @param perSecond calls per second; fractions are allowed
     */
    public AccountGate(String account, double perSecond, Clock clock) {
        this(account, perSecond, Integer.MAX_VALUE, null, clock);
    }

    /**
     * For one account that other nodes ask too: shut until it has a share.
     *
     * @param perSecond calls per second of all nodes; fractions are allowed
     * @param atOnce    messages in hand of all nodes
     * @param turns     of all nodes
     */
    public static AccountGate shared(String account, double perSecond, int atOnce, SharedTurns turns, Clock clock) {
        return new AccountGate(account, perSecond, atOnce, turns, clock);
    }

    private AccountGate(String account, double perSecond, int atOnce, @Nullable SharedTurns shared, Clock clock) {
        this.clock = new MonotonicClock(clock);
        this.perSecond = perSecond;
        int most = (int) Math.ceil(perSecond);
        Duration span = Duration.ofNanos(Math.round(most / perSecond * 1_000_000_000.0));
        this.atOnce = Math.min(atOnce, (int) Math.ceil(perSecond * SECONDS_IN_HAND));
        this.turns = shared == null ? null : new PacedTurns(account, most, span, shared, this.clock);
        this.leaves = new Rate(most, span.plus(UNEVEN_WAY));
        this.calls = new Rate(most, span.plus(UNEVEN_WAY));
        this.breaker = CircuitBreaker.of(
                account,
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(FAILURES_TO_OPEN)
                        .minimumNumberOfCalls(FAILURES_TO_OPEN)
                        .failureRateThreshold(100)
                        .waitDurationInOpenState(OPEN_FOR)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .clock(this.clock)
                        .maxWaitDurationInHalfOpenState(LONGEST_PROBE)
                        .build());
        if (turns != null) {
            shareEnds = Instant.MIN;
            breaker.getEventPublisher().onStateTransition(event -> news.run());
        }
    }

    /** Whom to tell that the other nodes should hear something. */
    void tell(Runnable others) {
        news = others;
    }

    @Override
    public boolean enter(Duration atMost) throws InterruptedException {
        if (!mayAsk()) {
            Thread.sleep(atMost.toMillis());
            return false;
        }
        if (turns != null && !inHand.enter(atMost)) {
            return false;
        }
        boolean entered = false;
        try {
            entered = tookLeave(atMost);
            return entered;
        } finally {
            if (!entered) {
                inHand.leave();
            }
        }
    }

    private boolean mayAsk() {
        Instant now = clock.instant();
        return !rests && now.isBefore(shareEnds) && !now.isBefore(pausedUntil);
    }

    private boolean tookLeave(Duration atMost) throws InterruptedException {
        if (!breaker.tryAcquirePermission()) {
            Thread.sleep(atMost.toMillis());
            return false;
        }
        Turn turn = leaves.take(clock.instant(), atMost);
        if (turn.delay.compareTo(atMost) <= 0) {
            enter(turn);
            return true;
        }
        breaker.releasePermission();
        Thread.sleep(atMost.toMillis());
        return false;
    }

    private void enter(Turn turn) throws InterruptedException {
        try {
            sleep(turn, leaves);
            leave.set(turn);
        } catch (InterruptedException e) {
            breaker.releasePermission();
            throw e;
        }
    }

    @Override
    public void giveBack() {
        breaker.releasePermission();
        Turn unused = leave.get();
        if (unused != null) {
            leaves.giveBack(unused);
            leave.remove();
        }
        inHand.leave();
    }

    /**
     * Waits until the rate allows one more call, which must follow at once.
     *
     * @return false if there is none for two minutes, or this node has no share any more
     */
    boolean awaitTurn() throws InterruptedException {
        if (turns != null) {
            return turns.await(LONGEST_WAIT, () -> clock.instant().isBefore(shareEnds));
        }
        sleep(nextCall(), calls);
        return true;
    }

    /** Takes the turn of the next call. Returns how long it must wait. */
    Duration turn() {
        return nextCall().delay;
    }

    private Turn nextCall() {
        return calls.take(clock.instant(), Duration.ofDays(1));
    }

    private static void sleep(Turn turn, Rate taken) throws InterruptedException {
        if (turn.delay.isZero()) {
            return;
        }
        try {
            Thread.sleep(turn.delay.plusNanos(999_999).toMillis());
        } catch (InterruptedException e) {
            taken.giveBack(turn);
            throw e;
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>One that ended without an answer of the cloud, in quarantine or rolled back, must not keep the only leave to
     * probe.
     */
    @Override
    public void left() {
        breaker.releasePermission();
        inHand.leave();
    }

    @Override
    public int atOnce() {
        return atOnce;
    }

    @Override
    public Use use() {
        Instant now = clock.instant();
        shareAsked = now;
        return new Use(
                inHand.count(),
                pausedUntil().map(until -> Duration.between(now, until)).orElse(Duration.ZERO),
                breaker.getState() != CircuitBreaker.State.CLOSED);
    }

    @Override
    public void share(Share share) {
        inHand.most(share.calls());
        pauseFor(share.pause());
        if (rests && !share.rests()) {
            // What this node saw of the cloud before is over too.
            breaker.reset();
        }
        rests = share.rests();
        shareEnds = shareAsked.plus(share.lasts());
    }

    /** The cloud answered as a cloud should. */
    public void answered() {
        breaker.onSuccess(0, TimeUnit.MILLISECONDS);
    }

    /** The cloud failed; after enough failures in a row nobody asks it for a while, then one consumer probes. */
    public void failed() {
        breaker.onError(0, TimeUnit.MILLISECONDS, new IllegalStateException("cloud failed"));
    }

    /** Takes to heart what the cloud's answer says about the cloud. */
    void heard(Answer answer) {
        if (answer instanceof Answer.Retry cut && cut.failure() == TransientFailure.STOPPING) {
            return;
        }
        if (answer instanceof Answer.Retry retry && retry.failure() == TransientFailure.SERVER) {
            failed();
            return;
        }
        answered();
        if (answer instanceof Answer.Retry retry) {
            // A locked key must rest whole: every further call would lock it again.
            Duration wait =
                    retry.after() == null && retry.failure() == TransientFailure.LOCKED ? LOCKED_FOR : retry.after();
            if (wait != null) {
                pause(wait);
            }
        }
    }

    /** Nobody asks before the time is over, 15 minutes at most: the cloud said so. */
    public void pause(Duration wait) {
        pauseFor(wait);
        news.run();
    }

    private void pauseFor(Duration wait) {
        Instant until = clock.instant().plus(wait.compareTo(LONGEST_PAUSE) < 0 ? wait : LONGEST_PAUSE);
        if (until.isAfter(pausedUntil)) {
            pausedUntil = until;
        }
    }

    /** Calls a second that the settings allow, of all nodes together. */
    public double perSecond() {
        return perSecond;
    }

    /** Whether the cloud is left alone because it failed too often, as this node or another one found. */
    public boolean isBroken() {
        return rests || breaker.getState() == CircuitBreaker.State.OPEN;
    }

    /** When the pause that the cloud asked for is over, or empty without one. */
    public Optional<Instant> pausedUntil() {
        return Optional.of(pausedUntil).filter(clock.instant()::isBefore);
    }

    /** One turn of a rate, told from others by its identity. */
    private static final class Turn {

        private final Instant at;
        private final Duration delay;

        Turn(Instant at, Duration delay) {
            this.at = at;
            this.delay = delay;
        }
    }

    /** The last turns taken: never more than so many within a second, wherever that begins. */
    private static final class Rate {

        private final int most;
        private final Duration within;

        /** In the order of their times; those that are longer ago than {@code within} matter to none that follows. */
        private final Deque<Turn> taken = new ArrayDeque<>();

        Rate(int most, Duration within) {
            this.most = most;
            this.within = within;
        }

        /** The next turn; it is taken if its delay is not longer than {@code atMost}. */
        synchronized Turn take(Instant now, Duration atMost) {
            forget(now);
            Instant at = now;
            if (taken.size() >= most) {
                Instant free = before().at.plus(within);
                at = free.isAfter(now) ? free : now;
            }
            if (!taken.isEmpty() && taken.getLast().at.isAfter(at)) {
                at = taken.getLast().at;
            }
            Turn turn = new Turn(at, Duration.between(now, at));
            if (turn.delay.compareTo(atMost) <= 0) {
                taken.addLast(turn);
            }
            return turn;
        }

        /** The turn that is as many turns ago as there may be in a second. */
        private Turn before() {
            Iterator<Turn> newestFirst = taken.descendingIterator();
            for (int i = 1; i < most; i++) {
                newestFirst.next();
            }
            return newestFirst.next();
        }

        private void forget(Instant now) {
            while (!taken.isEmpty() && !taken.getFirst().at.plus(within).isAfter(now)) {
                taken.removeFirst();
            }
        }

        /** A turn was not used. */
        synchronized void giveBack(Turn turn) {
            taken.remove(turn);
        }
    }

    /** The threads that have a message in hand, or wait for one to take. */
    private static final class InHand {

        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private final Set<Thread> threads = new HashSet<>();
        private int most;

        void most(int share) {
            lock.lock();
            try {
                most = share;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** A thread that is still here has lost its last message without leaving: it has one at a time. */
        boolean enter(Duration atMost) throws InterruptedException {
            lock.lock();
            try {
                threads.removeIf(thread -> !thread.isAlive());
                long left = atMost.toNanos();
                while (!threads.contains(Thread.currentThread()) && threads.size() >= most) {
                    if (left <= 0) {
                        return false;
                    }
                    left = changed.awaitNanos(left);
                }
                threads.add(Thread.currentThread());
                return true;
            } finally {
                lock.unlock();
            }
        }

        void leave() {
            lock.lock();
            try {
                threads.remove(Thread.currentThread());
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        int count() {
            lock.lock();
            try {
                return threads.size();
            } finally {
                lock.unlock();
            }
        }
    }
}
