package dev.passcourier.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads something that may hang, such as a database or a network's file system, in a thread beside: whoever wants it waits
 * for a while at most and then gets what was read before. Only one reading is under way at a time, however often it is
 * asked for.
 */
final class BoundedReader<T> {

    private static final Logger LOG = LoggerFactory.getLogger(BoundedReader.class);
    /** A reader has one reading under way at most, so there are never more threads than readers. */
    private static final Executor THREADS = Executors.newCachedThreadPool(BoundedReader::thread);

    private final Supplier<T> source;
    private final Clock clock;
    private volatile @Nullable Read<T> latest;
    private CompletableFuture<Void> reading = CompletableFuture.completedFuture(null);

    /** What was read, and when that began. */
    record Read<T>(T value, Instant at) {}

    /** Of a source. What it throws is nothing that was read. */
    BoundedReader(Supplier<T> source, Clock clock) {
        this.source = source;
        this.clock = clock;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "figures");
        thread.setDaemon(true);
        return thread;
    }

    /** Begins to read, if no reading is under way, and answers the one that is. */
    synchronized CompletableFuture<Void> begin() {
        if (reading.isDone()) {
            reading = CompletableFuture.runAsync(this::read, THREADS);
        }
        return reading;
    }

    private void read() {
        Instant at = clock.instant();
        try {
            latest = new Read<>(source.get(), at);
        } catch (RuntimeException e) {
            LOG.debug("FIGURE_MISSING {}", e.getClass().getName());
            latest = null;
        }
    }

    /** Waits until readings have ended, but no longer than this. */
    static void await(CompletableFuture<Void> readings, Duration atMost) {
        try {
            readings.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // What was read before, then.
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What was read last, or null for nothing. Never waits. */
    @Nullable
    Read<T> latest() {
        return latest;
    }
}
