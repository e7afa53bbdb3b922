package dev.passcourier.retention;

import dev.passcourier.audit.AuditArchive;
import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditException;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.config.Settings;
import dev.passcourier.control.ControlException.Reason;
import dev.passcourier.control.OrderException;
import dev.passcourier.intake.DoneFiles;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerAging;
import dev.passcourier.ledger.LedgerCarry;
import dev.passcourier.ledger.LedgerException;
import dev.passcourier.ledger.ReportStore;
import dev.passcourier.retention.RetentionAnswer.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets go, once a day and when a command asks for it, of what the settings no longer keep: on record first, and in steps
 * that hold nobody up. What fails is told and tried again; nothing that goes on depends on it.
 */
public final class RetentionService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RetentionService.class);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration AGAIN = Duration.ofHours(1);

    private volatile Settings.Retention policy;
    private final AuditTrail audit;
    private final Ledger ledger;
    private final @Nullable DoneFiles done;
    private final FileAuditTrail trail;
    private final Path archive;
    private final Clock clock;
    private final ReentrantLock running = new ReentrantLock();
    private final ScheduledExecutorService daily = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "retention");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean closed;
    private Instant next;

    /**
     * For one node.
     *
     * @param audit   where it goes on record
     * @param trail   the same trail's files
     * @param archive where their beginning goes unless the settings say it
     * @param done    the drop directory's finished files, or null without one
     */
    public RetentionService(
            Settings.Retention policy,
            AuditTrail audit,
            FileAuditTrail trail,
            Path archive,
            Ledger ledger,
            @Nullable DoneFiles done,
            Clock clock) {
        this.policy = policy;
        this.audit = audit;
        this.ledger = ledger;
        this.done = done;
        this.trail = trail;
        this.archive = archive;
        this.clock = clock;
        this.next = clock.instant();
    }

    /** Begins to look once a minute whether a day has passed. The first look, an hour after the start, finds it so. */
    @SuppressWarnings("FutureReturnValueIgnored") // ends with the executor
    public RetentionService start() {
        daily.scheduleWithFixedDelay(this::runIfDue, 60, 1, TimeUnit.MINUTES);
        return this;
    }

    /** Keeps things as long as these settings say, from the next run on. */
    public void follow(Settings.Retention other) {
        policy = other;
    }

    /** Runs if a day has passed since the last run, or an hour since one that had a problem. */
    void runIfDue() {
        Instant now = clock.instant();
        if (now.isBefore(next) || !running.tryLock()) {
            return;
        }
        try {
            List<Part> parts = run(false, null);
            boolean isWhole = parts.stream().allMatch(part -> part.problem() == null);
            next = now.plus(isWhole ? DAY : AGAIN);
            parts.forEach(RetentionService::log);
        } finally {
            running.unlock();
        }
    }

    private static void log(Part part) {
        if (part.problem() != null) {
            LOG.warn("RETENTION_STOPPED {}: {}; tried again in an hour", part.what(), part.problem());
        } else if (part.count() > 0) {
            LOG.info("RETENTION {}: {} from before {}", part.what(), part.count(), part.before());
        }
    }

    /**
     * Does it now.
     *
     * @param user who asks
     * @throws OrderException if it is being done already
     */
    public RetentionAnswer carryOut(RetentionOrder order, String user) throws OrderException {
        if (!running.tryLock()) {
            throw new OrderException(
                    Reason.NOT_NOW,
                    "RETENTION_RUNS",
                    "it is being done already: look at the trail, or ask again later");
        }
        try {
            return new RetentionAnswer(run(order.dryRun(), user));
        } finally {
            running.unlock();
        }
    }

    /** Does one kind of thing, and adds up what went. */
    private interface Work {
        void until(Instant until, Tally tally) throws IOException, AuditDamage;
    }

    /** What went so far. */
    private static final class Tally {
        private long count;
        private long bytes;
    }

    private List<Part> run(boolean dryRun, @Nullable String user) {
        Settings.Retention kept = policy;
        List<Part> parts = new ArrayList<>();
        Instant now = clock.instant();
        part(parts, LedgerAging.NAME, now, kept.ledger(), (until, tally) -> ledger(until, dryRun, user, tally));
        part(parts, "reports", now, kept.reports(), (until, tally) -> reports(until, dryRun, user, tally));
        if (done != null) {
            part(parts, "done", now, kept.done(), (until, tally) -> files(done, until, dryRun, user, tally));
        }
        AuditArchive files = trail.archive(Objects.requireNonNullElse(kept.archive(), archive));
        part(parts, "audit", now, kept.audit(), (until, tally) -> audit(files, until, dryRun, user, tally));
        return parts;
    }

    private void part(List<Part> parts, String what, Instant now, @Nullable Duration kept, Work work) {
        if (kept == null) {
            return;
        }
        Instant until = now.minus(kept);
        Tally tally = new Tally();
        String problem = null;
        try {
            work.until(until, tally);
        } catch (AuditException | LedgerException | IOException e) {
            problem = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        } catch (AuditDamage e) {
            problem = "AUDIT_DAMAGED " + e.getMessage();
        }
        parts.add(new Part(what, tally.count, tally.bytes, until, problem));
    }

    /** By the thread that follows the trail, so that the next step waits for it. */
    private void ledger(Instant until, boolean dryRun, @Nullable String user, Tally tally) {
        if (dryRun) {
            tally.count = ledger.aging().due(until);
            return;
        }
        while (!closed) {
            Optional<LedgerAging.Step> step = ledger.inTurn(LedgerAging.NAME, () -> {
                Optional<LedgerAging.Step> due = ledger.aging().next(until);
                due.ifPresent(each -> ledger.awaitApplied(audit.append(each.event(clock.instant(), user))));
                return due;
            });
            if (step.isEmpty()) {
                return;
            }
            tally.count += step.get().count();
        }
    }

    private void reports(Instant until, boolean dryRun, @Nullable String user, Tally tally) {
        ReportStore store = ledger.reports();
        List<String> aged = store.aged(until);
        if (dryRun) {
            tally.count = aged.size();
            return;
        }
        record("reports", aged.size(), until, user);
        for (String run : aged) {
            store.forget(run);
            tally.count++;
        }
    }

    private void files(DoneFiles files, Instant until, boolean dryRun, @Nullable String user, Tally tally)
            throws IOException {
        List<DoneFiles.Aged> aged = files.aged(until);
        if (!dryRun) {
            record("done", aged.size(), until, user);
        }
        for (DoneFiles.Aged file : aged) {
            if (dryRun || files.remove(file)) {
                tally.count++;
                tally.bytes += file.bytes();
            }
        }
    }

    /** A file of the trail goes when all its records are old and nothing that they name is in the ledger any more. */
    private void audit(AuditArchive files, Instant until, boolean dryRun, @Nullable String user, Tally tally)
            throws IOException, AuditDamage {
        LedgerCarry carry = ledger.carry();
        long after = 0;
        while (!closed) {
            LedgerCarry.Free free = carry.free(files.due(until, after));
            if (free.files().isEmpty()) {
                return;
            }
            after = free.last();
            if (!dryRun) {
                LedgerCarry.Spent spent = carry.spent(free, files);
                files.cut(free.files(), until, out -> carry.write(out, spent), user);
            }
            for (AuditArchive.Due file : free.files()) {
                tally.count += file.last() - file.first() + 1;
                tally.bytes += file.bytes();
            }
        }
    }

    private void record(String what, int count, Instant until, @Nullable String user) {
        if (count == 0) {
            return;
        }
        Map<Fact, String> facts = new EnumMap<>(
                Map.of(Fact.NAME, what, Fact.COUNT, Integer.toString(count), Fact.BEFORE, until.toString()));
        if (user != null) {
            facts.put(Fact.USER, user);
        }
        audit.append(new AuditEvent(AuditEvent.Type.RETENTION, clock.instant(), facts));
    }

    @Override
    public void close() {
        closed = true;
        daily.shutdownNow();
    }
}
