package dev.passcourier.health;

import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What a restart of this process would help against. What waits for a disk, a database or a broker is none of it. */
public final class Liveness {

    /** No check takes so long; a run may have to start the embedded broker with all its journal. */
    private static final Duration LONGEST_RUN = Duration.ofMinutes(5);

    private static final Duration FRESH = Duration.ofSeconds(10);

    private final Supplier<Optional<String>> ledger;
    private final LongSupplier runs;
    private final Supplier<long[]> deadlocked;
    private final Clock clock;
    private long seen = -1;
    private Instant heard = Instant.MIN;
    private Instant next = Instant.MIN;
    private boolean isDeadlocked;

    Liveness(Supplier<Optional<String>> ledger, LongSupplier runs, Supplier<long[]> deadlocked, Clock clock) {
        this.ledger = ledger;
        this.runs = runs;
        this.deadlocked = deadlocked;
        this.clock = clock;
    }

    /**
     * Of this process.
     *
     * @param ledger why the ledger has stopped for good, or empty
     */
    public static Liveness of(Supplier<Optional<String>> ledger, Probe probe, Clock clock) {
        return new Liveness(
                ledger, probe::runs, () -> ManagementFactory.getThreadMXBean().findDeadlockedThreads(), clock);
    }

    /** Whether there is no cause. */
    public boolean lives() {
        return causes().isEmpty();
    }

    /** The causes; empty while it lives. */
    synchronized List<HealthProblem> causes() {
        Instant now = clock.instant();
        List<HealthProblem> causes = new ArrayList<>();
        ledger.get()
                .ifPresent(code -> causes.add(
                        new HealthProblem(code, "the ledger has stopped for good and is opened anew by a restart")));
        long ended = runs.getAsLong();
        // Before its first run the process still starts.
        if (ended != seen || ended == 0) {
            seen = ended;
            heard = now;
        } else if (heard.plus(LONGEST_RUN).isBefore(now)) {
            causes.add(new HealthProblem(
                    "CHECKS_STUCK",
                    "no check has ended for " + LONGEST_RUN.toMinutes()
                            + " minutes: a disk or a library does not come back"));
        }
        if (!now.isBefore(next)) {
            next = now.plus(FRESH);
            long[] threads = deadlocked.get();
            isDeadlocked = threads != null && threads.length > 0;
        }
        if (isDeadlocked) {
            causes.add(new HealthProblem("DEADLOCK", "threads wait for each other for ever"));
        }
        return causes;
    }
}
