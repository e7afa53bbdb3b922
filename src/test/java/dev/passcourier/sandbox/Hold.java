package dev.passcourier.sandbox;

import java.util.concurrent.TimeUnit;

/**
 * No answer until {@link #release} (then the proper one) or until the sandbox is closed; after five minutes the
 * connection is dropped. Serves any number of calls.
 */
public final class Hold implements Misbehaviour {

    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(5);

    private int held;
    private int releases;

    /** Lets the calls go on that are held now. */
    public synchronized void release() {
        releases++;
        notifyAll();
    }

    /** How many calls are held now. */
    public synchronized int held() {
        return held;
    }

    @Override
    public Reply instead(Protocol protocol, Request request) {
        return await() ? protocol.answer(request) : WrongReplies.DROPPED.instead(protocol, request);
    }

    /** Returns false if the sandbox was closed or the wait took too long. */
    private synchronized boolean await() {
        int before = releases;
        long end = System.nanoTime() + LONGEST_NANOS;
        held++;
        try {
            while (before == releases && System.nanoTime() - end < 0) {
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, end - System.nanoTime()));
            }
            return before != releases;
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            held--;
        }
    }
}
