package dev.passcourier.ledger;

import dev.passcourier.audit.AuditCarry;
import dev.passcourier.audit.AuditCut;
import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.audit.AuditTail;
import dev.passcourier.audit.FileAuditTrail;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the audit trail with one thread and applies it to the tables, each step with its position in one transaction.
 * A database that is away is asked again four times a second; a trail that does not fit the ledger stops it for good.
 */
final class LedgerProjector implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LedgerProjector.class);
    private static final int CERTAIN = 3;
    private static final int STEP = 500;
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration IDLE = Duration.ofSeconds(1);

    /** SQL's class of states for a transaction that was rolled back, so that another one can go on. */
    private static final String GIVEN_UP = "40";

    private static final int MOST_TRIES = 10;

    private final LedgerDatabase database;
    private final FileAuditTrail trail;
    private final Thread thread = new Thread(this::run, "ledger");
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Who waits for which record: when some are applied, only those wake that it concerns. */
    private final NavigableMap<Long, Condition> waiting = new TreeMap<>();

    private long applied = -1;
    /** Failures in a row that look like a database contradicting itself; for the thread alone. */
    private int inconsistencies;

    /** Whose records make no rows any more; for the thread alone. */
    private LedgerCarry.Spent spent = LedgerCarry.Spent.NONE;

    private volatile Consumer<Ledger.Ended> ends = ended -> {};
    /** The last record whose end has been told: what is applied again is not told again. For the thread alone. */
    private long told;

    private @Nullable String broken;
    private @Nullable String trouble;
    private long progress;
    private long proofs;
    private boolean closed;

    LedgerProjector(LedgerDatabase database, FileAuditTrail trail) {
        this.database = database;
        this.trail = trail;
        thread.setDaemon(true);
    }

    /** What tells the trail that it follows from all others. */
    String trail() {
        return trail.name();
    }

    void start() {
        thread.start();
    }

    /** How far a trail has been applied. */
    private record Applied(long sequence, String hash) {}

    /** Waits until the record has been applied. */
    void await(long sequence, Duration atMost) {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (applied < sequence && broken == null && !closed && left > 0) {
                left = waiting.computeIfAbsent(sequence, record -> lock.newCondition())
                        .awaitNanos(left);
            }
            if (applied < sequence) {
                throw new LedgerException(broken == null ? "LEDGER_BEHIND" : broken);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LedgerException("LEDGER_INTERRUPTED");
        } finally {
            lock.unlock();
        }
    }

    /** How many records of the trail have not been applied. Never waits for the database. */
    long behind() {
        long position = trail.position();
        lock.lock();
        try {
            return Math.max(0, position - applied);
        } finally {
            lock.unlock();
        }
    }

    void onEnd(Consumer<Ledger.Ended> told) {
        ends = told;
    }

    /** Why it stopped for good, if it did. */
    Optional<String> broken() {
        lock.lock();
        try {
            return Optional.ofNullable(broken);
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (!isClosed()) {
            try (AuditTail tail = begin()) {
                follow(tail);
            } catch (SQLException e) {
                if (isNew("LEDGER_DATABASE")) {
                    LOG.warn("The ledger's database does not answer, trying again: SQL state {}", e.getSQLState());
                }
                recover(e);
                pause();
            } catch (IOException e) {
                if (isNew("LEDGER_TRAIL")) {
                    LOG.warn(
                            "The audit trail cannot be read, trying again: {}",
                            e.getClass().getSimpleName());
                }
                pause();
            } catch (AuditDamage e) {
                LOG.error("The ledger stops, the audit trail is damaged: {}", e.getMessage());
                stop("LEDGER_TRAIL_DAMAGED");
            } catch (LedgerException e) {
                LOG.error("The ledger stops: {}", e.getMessage());
                stop(String.valueOf(e.getMessage()));
            } catch (InterruptedException e) {
                stop("LEDGER_INTERRUPTED");
            } catch (RuntimeException e) {
                LOG.error("The ledger stops: {}", e.getClass().getSimpleName());
                stop("LEDGER_FAULT");
            }
        }
    }

    private void recover(SQLException failure) {
        inconsistencies = database.mayBeInconsistent(failure) ? inconsistencies + 1 : 0;
        try {
            if (inconsistencies < CERTAIN) {
                database.renew();
            } else {
                inconsistencies = 0;
                database.beginAnew();
            }
        } catch (SQLException | IOException e) {
            LOG.warn(
                    "The ledger's database cannot be opened, trying again: {}",
                    e.getClass().getSimpleName());
        }
    }

    /** Begins after the last applied record, which must still be the same in the trail. */
    private AuditTail begin() throws SQLException, IOException, AuditDamage, InterruptedException {
        Optional<Applied> last = database.inTransaction(sql -> sql.first(
                "select sequence, hash from applied where trail = ?",
                row -> new Applied(row.getLong(1), row.getString(2)),
                trail.name()));
        Optional<AuditCarry> carry = trail.carry();
        spent = carry.isPresent() ? LedgerCarry.spent(carry.get()) : LedgerCarry.Spent.NONE;
        if (last.isEmpty()) {
            publish(carry.isPresent() ? beginAt(carry.get()) : 0);
            return trail.tail(0);
        }
        Applied position = last.get();
        long archived = carry.map(each -> each.cut().last()).orElse(0L);
        if (position.sequence() < archived) {
            throw new LedgerException("LEDGER_BEHIND_CUT");
        }
        if (position.sequence() == archived) {
            publish(archived);
            return trail.tail(0);
        }
        if (position.sequence() > trail.position()) {
            throw new LedgerException("LEDGER_AHEAD_OF_TRAIL");
        }
        AuditTail tail = trail.tail(position.sequence() - 1);
        List<AuditRecord> same = tail.next(1, Duration.ZERO);
        if (same.isEmpty() || !same.get(0).hash().equals(position.hash())) {
            tail.close();
            throw new LedgerException("LEDGER_OF_ANOTHER_TRAIL");
        }
        publish(position.sequence());
        return tail;
    }

    /** Takes over what was carried over from archived records, as if they had been applied. */
    private long beginAt(AuditCarry carry) throws SQLException, IOException {
        AuditCut cut = carry.cut();
        try {
            return database.inTransaction(sql -> {
                try {
                    LedgerCarry.apply(carry, sql);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                new Projection(sql).position(trail.name(), cut.last(), cut.hash());
                return cut.last();
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void follow(AuditTail tail) throws SQLException, IOException, AuditDamage, InterruptedException {
        while (!isClosed()) {
            List<AuditRecord> records = tail.next(STEP, IDLE);
            if (records.isEmpty()) {
                ping();
            } else {
                apply(records);
            }
        }
    }

    /** Keeps in touch while there is nothing to apply; after trouble the database must be able to write again. */
    private void ping() throws SQLException {
        if (trouble().isPresent()) {
            database.inTransaction(
                    sql -> sql.update("update applied set sequence = sequence where trail = ?", trail.name()));
        } else {
            database.inTransaction(sql -> sql.first("select 1", row -> row.getInt(1)));
        }
        answered(true);
    }

    private void answered(boolean caughtUp) {
        lock.lock();
        try {
            trouble = null;
            progress++;
            proofs += caughtUp ? 1 : 0;
        } finally {
            lock.unlock();
        }
    }

    /** Notes what is wrong; false if it was known. */
    private boolean isNew(String code) {
        lock.lock();
        try {
            progress++;
            boolean known = code.equals(trouble);
            trouble = code;
            return !known;
        } finally {
            lock.unlock();
        }
    }

    Optional<String> trouble() {
        lock.lock();
        try {
            return Optional.ofNullable(broken == null ? trouble : broken);
        } finally {
            lock.unlock();
        }
    }

    long progress() {
        lock.lock();
        try {
            return progress;
        } finally {
            lock.unlock();
        }
    }

    long proofs() {
        lock.lock();
        try {
            return proofs;
        } finally {
            lock.unlock();
        }
    }

    private void apply(List<AuditRecord> records) throws SQLException {
        AuditRecord last = records.get(records.size() - 1);
        List<Ledger.Ended> ended = unlessGivenUp(sql -> {
            List<Ledger.Ended> found = new ArrayList<>();
            Projection projection = new Projection(sql, found::add);
            Projection repetition = new Projection(sql);
            for (AuditRecord record : records) {
                if (!spent.has(record)) {
                    (record.sequence() > told ? projection : repetition).apply(record.event());
                }
            }
            projection.position(trail.name(), last.sequence(), last.hash());
            return found;
        });
        ended.forEach(ends);
        told = Math.max(told, last.sequence());
        inconsistencies = 0;
        answered(false);
        publish(last.sequence());
    }

    /** Nodes may hold rows that the other one needs. Then the database gives one up, which is no sign that it is unwell. */
    private <T> T unlessGivenUp(Sql.Work<T> work) throws SQLException {
        for (int tries = 1; ; tries++) {
            try {
                return database.inTransaction(work);
            } catch (SQLException e) {
                if (tries == MOST_TRIES
                        || e.getSQLState() == null
                        || !e.getSQLState().startsWith(GIVEN_UP)) {
                    throw e;
                }
                LOG.debug("LEDGER_TRIED_AGAIN {}", e.getSQLState());
            }
        }
    }

    private void publish(long sequence) {
        lock.lock();
        try {
            applied = sequence;
            wake(waiting.headMap(sequence, true));
        } finally {
            lock.unlock();
        }
    }

    /** Called with the lock held. */
    private static void wake(NavigableMap<Long, Condition> those) {
        those.values().forEach(Condition::signalAll);
        those.clear();
    }

    private void pause() {
        lock.lock();
        try {
            long left = PAUSE.toNanos();
            while (!closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            stop("LEDGER_INTERRUPTED");
        } finally {
            lock.unlock();
        }
    }

    private void stop(String code) {
        lock.lock();
        try {
            broken = code;
            closed = true;
            changed.signalAll();
            wake(waiting);
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            wake(waiting);
        } finally {
            lock.unlock();
        }
        trail.wakeFollowers();
        try {
            thread.join(Duration.ofSeconds(10).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
