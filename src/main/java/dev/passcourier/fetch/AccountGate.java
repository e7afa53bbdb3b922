package dev.passcourier.fetch;

import dev.passcourier.broker.Gate;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.TransientFailure;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets an account's consumers take their next message only when the cloud may be asked: its rate allows it, it has not
 * asked us to wait, and its breaker is closed. The rate is paid <em>before</em> a message is taken, so a backlog waits
 * in the queue and neither spins nor trips the cloud's limit; and once more before each call, as the time from leave to
 * call varies, and some messages need two calls: whatever happens between, no second sees more calls than the rate.
 */
public final class AccountGate implements Gate {

    private static final int FAILURES_TO_OPEN = 10;
    private static final Duration OPEN_FOR = Duration.ofSeconds(30);
    /** A probe whose message came to nothing must not keep the gate shut for ever. */
    private static final Duration LONGEST_PROBE = Duration.ofMinutes(2);

    /** Longer than the five minutes that clouds lock a key for. */
    private static final Duration LOCKED_FOR = Duration.ofMinutes(6);

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);

    /** What the way of a call to the cloud may take more or less than that of another: its seconds are not ours. */
    private static final Duration UNEVEN_WAY = Duration.ofMillis(20);

    private final Rate leaves;
    private final Rate calls;
    private final CircuitBreaker breaker;
    private final Clock clock;

    /** The leave that a thread has, to be given back by it. */
    private final ThreadLocal<@Nullable Turn> leave = new ThreadLocal<>();

    private volatile Instant pausedUntil = Instant.MIN;

    /**
     * For one account.
     *
     * @param perSecond calls per second; fractions are allowed
     */
    public AccountGate(String account, double perSecond, Clock clock) {
        this.clock = new MonotonicClock(clock);
        this.leaves = new Rate(perSecond);
        this.calls = new Rate(perSecond);
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
    }

    @Override
    public boolean enter(Duration atMost) throws InterruptedException {
        if (clock.instant().isBefore(pausedUntil) || !breaker.tryAcquirePermission()) {
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
    }

    /** Waits until the rate allows one more call, which must follow at once. */
    void awaitTurn() throws InterruptedException {
        sleep(nextCall(), calls);
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
        Instant until = clock.instant().plus(wait.compareTo(LONGEST_PAUSE) < 0 ? wait : LONGEST_PAUSE);
        if (until.isAfter(pausedUntil)) {
            pausedUntil = until;
        }
    }

    /** Whether the cloud is left alone because it failed too often. */
    public boolean isBroken() {
        return breaker.getState() == CircuitBreaker.State.OPEN;
    }

    /** When the pause that the cloud asked for is over, or empty without one. */
    public Optional<Instant> pausedUntil() {
        return Optional.of(pausedUntil).filter(clock.instant()::isBefore);
    }

    /** One turn of a rate, told from others by its identity. */
    private static final class Turn {

        private final Instant at;
        private final Duration delay;

        /** Whose place it took, until another takes its own. */
        private @Nullable Turn before;

        Turn(Instant at, Duration delay, @Nullable Turn before) {
            this.at = at;
            this.delay = delay;
            this.before = before;
        }
    }

    /** The last turns taken: never more than the rate, rounded up, within a second, wherever that begins. */
    private static final class Rate {

        private final int most;
        private final Duration within;
        private final Deque<Turn> taken = new ArrayDeque<>();

        Rate(double perSecond) {
            most = (int) Math.ceil(perSecond);
            within = Duration.ofNanos(Math.round(most / perSecond * 1_000_000_000.0))
                    .plus(UNEVEN_WAY);
        }

        /** The next turn; it is taken if its delay is not longer than {@code atMost}. */
        synchronized Turn take(Instant now, Duration atMost) {
            Turn before = taken.size() < most ? null : taken.getFirst();
            Instant free = before == null ? now : before.at.plus(within);
            Instant at = free.isAfter(now) ? free : now;
            Turn turn = new Turn(at, Duration.between(now, at), before);
            if (turn.delay.compareTo(atMost) <= 0) {
                if (before != null) {
                    before.before = null;
                    taken.removeFirst();
                }
                taken.addLast(turn);
            }
            return turn;
        }

        /** A turn was not used: the one whose place it took counts again, as another turn must keep its distance to it. */
        synchronized void giveBack(Turn turn) {
            if (taken.remove(turn) && turn.before != null) {
                taken.addFirst(turn.before);
            }
        }
    }
}
