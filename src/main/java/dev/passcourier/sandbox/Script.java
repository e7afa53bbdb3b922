package dev.passcourier.sandbox;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a pretend cloud does wrong, and when. Thread-safe; may be changed while calls come in. */
public final class Script {

    private static final long LONGEST_HOLD_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final Deque<Misbehaviour> queue = new ArrayDeque<>();
    private @Nullable Misbehaviour always;
    private int held;
    private int releases;
    private boolean closed;

    Script() {}

    /** The next call goes wrong. */
    public Script next(Misbehaviour what) {
        return next(1, what);
    }

    /** So many calls go wrong, after those that were asked for before. */
    public synchronized Script next(int calls, Misbehaviour what) {
        for (int i = 0; i < calls; i++) {
            queue.add(what);
        }
        return this;
    }

    /** Every call goes wrong that is not spoken for by {@link #next}. */
    public synchronized Script always(Misbehaviour what) {
        always = what;
        return this;
    }

    /** All is fine from now on; held calls stay held. */
    public synchronized Script clear() {
        queue.clear();
        always = null;
        return this;
    }

    /** Lets the calls go on that {@link Misbehaviour#SLOW} holds now. */
    public synchronized void release() {
        releases++;
        notifyAll();
    }

    /** How many calls {@link Misbehaviour#SLOW} holds now. */
    public synchronized int held() {
        return held;
    }

    synchronized Optional<Misbehaviour> take() {
        return Optional.ofNullable(queue.isEmpty() ? always : queue.poll());
    }

    /** Waits for {@link #release}. Returns false if the sandbox was closed or the wait took too long. */
    synchronized boolean hold() {
        int before = releases;
        long end = System.nanoTime() + LONGEST_HOLD_NANOS;
        held++;
        try {
            while (before == releases && !closed && System.nanoTime() - end < 0) {
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, end - System.nanoTime()));
            }
            return before != releases;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            held--;
        }
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
