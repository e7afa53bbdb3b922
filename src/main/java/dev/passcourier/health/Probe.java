package dev.passcourier.health;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The one thread that runs the checks: once a second, and sooner when a hop has failed. */
public final class Probe implements AutoCloseable {

    private static final long PERIOD_MILLIS = 1_000;
    /** Hops that fail by the hundred must not make it spin. */
    private static final long SHORTEST_MILLIS = 50;

    private final Checks checks;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition asked = lock.newCondition();
    private final Thread thread = new Thread(this::run, "health");
    private final AtomicLong runs = new AtomicLong();
    private boolean soon;
    private boolean closed;

    /** Over these checks. */
    public Probe(Checks checks) {
        this.checks = checks;
        thread.setDaemon(true);
    }

    /** Runs them once before it returns, so that a start with a full disk takes nothing; then goes on in its own thread. */
    public void start() {
        checks.run();
        runs.incrementAndGet();
        thread.start();
    }

    /** So many runs have ended. */
    long runs() {
        return runs.get();
    }

    /** Runs them again as soon as possible. */
    void checkSoon() {
        lock.lock();
        try {
            soon = true;
            asked.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (rest()) {
                checks.run();
                runs.incrementAndGet();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the next run; false when there is none. */
    private boolean rest() throws InterruptedException {
        lock.lock();
        try {
            await(SHORTEST_MILLIS, false);
            await(PERIOD_MILLIS - SHORTEST_MILLIS, true);
            soon = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void await(long millis, boolean wakes) throws InterruptedException {
        long left = TimeUnit.MILLISECONDS.toNanos(millis);
        while (!closed && !(wakes && soon) && left > 0) {
            left = asked.awaitNanos(left);
        }
    }

    /** Runs them no more. A run in hand is not waited for longer than a few seconds. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            asked.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(3));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
