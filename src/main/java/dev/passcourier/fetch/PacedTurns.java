package dev.passcourier.fetch;

import dev.passcourier.ledger.LedgerException;
import dev.passcourier.ledger.SharedTurns;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turns of an account that several nodes ask: one for each call, at even distances, whichever node has it. A turn is
 * good for a moment. Who comes late to it, as the thread or the database was slow, makes no call by it but takes another,
 * after which the next one keeps more distance. So no second sees more calls than the rate, however slow a node is.
 */
final class PacedTurns {

    private static final Logger LOG = LoggerFactory.getLogger(PacedTurns.class);

    /** How late a call may be, as a rule: the distances make up for it. */
    private static final Duration LATE = Duration.ofMillis(60);

    /** The same where all is slow; the rate is not reached then. */
    private static final Duration VERY_LATE = Duration.ofSeconds(2);

    /** How far ahead a turn is taken. What its node does not use, as it dies, is lost to the others. */
    private static final Duration AHEAD = Duration.ofMinutes(1);

    /** Of what one transaction takes for all threads that wait: other nodes come in between soon. */
    private static final Duration AT_ONCE = Duration.ofMillis(100);

    private static final Duration LOOK = Duration.ofMillis(250);

    private final String account;
    private final Duration apart;
    private final SharedTurns turns;
    private final Clock clock;
    private final AtomicInteger waiting = new AtomicInteger();
    private final ReentrantLock asking = new ReentrantLock(true);
    private final Deque<Turn> taken = new ArrayDeque<>();
    private volatile Duration late = LATE;
    private boolean silent;

    /**
     * Of one account.
     *
     * @param most   calls within any {@code within}
     * @param within a second, or longer for rates below one a second
     */
    PacedTurns(String account, int most, Duration within, SharedTurns turns, Clock clock) {
        this.account = account;
        this.apart = within.plus(LATE).dividedBy(most);
        this.turns = turns;
        this.clock = clock;
    }

    /**
     * Waits for a turn of one call, which must follow at once.
     *
     * @param mayAsk whether this node may ask at all
     * @return false if there was none for so long, or this node may not ask
     */
    boolean await(Duration atMost, BooleanSupplier mayAsk) throws InterruptedException {
        Instant end = clock.instant().plus(atMost);
        while (mayAsk.getAsBoolean() && clock.instant().isBefore(end)) {
            Turn turn = next(end);
            if (turn != null) {
                sleepUntil(turn.from);
                if (isInTime(turn) && mayAsk.getAsBoolean()) {
                    return true;
                }
            }
        }
        return false;
    }

    private void sleepUntil(Instant time) throws InterruptedException {
        Duration left = Duration.between(clock.instant(), time);
        if (!left.isNegative()) {
            Thread.sleep(left.plusNanos(999_999).toMillis());
        }
    }

    /** The threads ask one after the other, and the first of them for all. Null if there is no turn now. */
    private @Nullable Turn next(Instant end) throws InterruptedException {
        waiting.incrementAndGet();
        try {
            asking.lockInterruptibly();
            try {
                Instant now = clock.instant();
                taken.removeIf(turn -> now.isAfter(turn.until));
                return taken.isEmpty() ? take(now, end) : taken.removeFirst();
            } finally {
                asking.unlock();
            }
        } finally {
            waiting.decrementAndGet();
        }
    }

    private @Nullable Turn take(Instant asked, Instant end) throws InterruptedException {
        Duration room = late;
        Duration distance = apart.plus(room).minus(LATE);
        int many = (int) Math.max(1, Math.min(waiting.get(), AT_ONCE.dividedBy(distance)));
        Duration left = Duration.between(asked, end);
        Optional<Duration> first = ask(distance, many, left.compareTo(AHEAD) < 0 ? left : AHEAD);
        if (first.isEmpty()) {
            Thread.sleep(LOOK.toMillis());
            return null;
        }
        // When, between the two, the database said so is not known: no call is before its turn, and each counts as
        // late.
        Instant heard = clock.instant();
        for (int i = 0; i < many; i++) {
            Duration wait = first.get().plus(distance.multipliedBy(i));
            taken.addLast(new Turn(heard.plus(wait), asked.plus(wait).plus(room), room));
        }
        return taken.removeFirst();
    }

    private Optional<Duration> ask(Duration distance, int many, Duration furthest) {
        try {
            Optional<Duration> first = turns.take(account, distance, many, furthest);
            if (silent) {
                LOG.info("TURNS_BACK account {}", account);
            }
            silent = false;
            return first;
        } catch (LedgerException e) {
            if (!silent) {
                LOG.warn("TURNS_AWAY account {}: {}; its cloud is not asked meanwhile", account, e.getMessage());
            }
            silent = true;
            return Optional.empty();
        }
    }

    /** If not, turns have more room from now on; as much as ever once somebody comes in good time. */
    private boolean isInTime(Turn turn) {
        Instant now = clock.instant();
        if (now.isAfter(turn.until)) {
            Duration more = turn.room.multipliedBy(2);
            late = more.compareTo(VERY_LATE) < 0 ? more : VERY_LATE;
            return false;
        }
        if (!now.isAfter(turn.until.minus(turn.room).plus(LATE))) {
            late = LATE;
        }
        return true;
    }

    /**
     * When a call may be made.
     *
     * @param until not later
     * @param room  how late that is: the turn after it is further away accordingly
     */
    private record Turn(Instant from, Instant until, Duration room) {}
}
