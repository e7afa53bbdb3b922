package dev.passcourier.health;

import dev.passcourier.broker.Gate;
import dev.passcourier.ledger.LedgerException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets consumers take work only while the service runs and nothing essential is down. Consumers wait here, so they go on
 * by themselves; their messages wait in the queues and burn no attempts.
 */
public final class ServiceGate implements Gate {

    private final Checks checks;
    private final Probe probe;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean running;
    private boolean hasRun;

    /** Shut until {@link #open}. */
    public ServiceGate(Checks checks, Probe probe) {
        this.checks = checks;
        this.probe = probe;
        checks.onChange(this::wake);
    }

    /** Everything is started: work may be taken as far as the checks allow it. */
    public void open() {
        running(true);
    }

    /** Nothing more is taken. */
    public void shut() {
        running(false);
    }

    private void running(boolean now) {
        lock.lock();
        try {
            running = now;
            hasRun |= now;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Why nothing is taken whatever the checks say: the service starts or stops; empty while it runs. */
    Optional<HealthProblem> closed() {
        lock.lock();
        try {
            return running ? Optional.empty() : Optional.of(new HealthProblem(hasRun ? "STOPPING" : "STARTING"));
        } finally {
            lock.unlock();
        }
    }

    /** Whether work may be taken. */
    public boolean isOpen() {
        return isOpen(EnumSet.of(Stops.EVERYTHING));
    }

    /** Whether files may be taken. */
    public boolean isOpenForFiles() {
        return isOpen(EnumSet.of(Stops.EVERYTHING, Stops.FILES));
    }

    private boolean isOpen(Set<Stops> stopped) {
        lock.lock();
        try {
            return running && checks.allow(stopped);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean enter(Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (!isOpen() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return isOpen();
        } finally {
            lock.unlock();
        }
    }

    /** Shuts at once if the ledger is the reason, and runs all checks whatever the reason. */
    @Override
    public void failed(String messageId, Throwable why) {
        for (Throwable cause = why; cause != null; cause = cause.getCause()) {
            if (cause instanceof LedgerException ledger) {
                checks.suspect(LedgerCheck.NAME, String.valueOf(ledger.getMessage()));
            }
        }
        probe.checkSoon();
    }
}
