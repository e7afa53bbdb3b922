package dev.passcourier.ledger;

import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.request.Origin;
import dev.passcourier.request.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What has been asked and how it ended, read from tables that follow the audit trail. Who has appended a record and
 * needs its effect waits for it with {@link #awaitApplied(long)} first.
 *
 * <p>All methods throw {@link LedgerException} if the database does not answer.
 */
public final class Ledger implements AutoCloseable {

    /** The instance that a ciphertext was first opened for. */
    public record Owner(String provider, String account, String instance) {}

    /**
     * That a request has ended.
     *
     * @param account as it was asked for, or null of one that could not be read or only pretended to be another
     * @param source  where it came from, or null if that is not known
     */
    public record Ended(@Nullable String account, Origin.@Nullable Source source, Verdict verdict) {

        static Ended of(@Nullable String account, @Nullable String source, String verdict) {
            return new Ended(
                    account,
                    word(Origin.Source.class, source, null),
                    Objects.requireNonNull(word(Verdict.class, verdict, Verdict.FAILED)));
        }

        private static <E extends Enum<E>> @Nullable E word(Class<E> type, @Nullable String name, @Nullable E other) {
            for (E each : type.getEnumConstants()) {
                if (each.name().equals(name)) {
                    return each;
                }
            }
            return other;
        }
    }

    /** A record of the trail, by its number and its hash in hex. */
    public record Position(long sequence, String hash) {}

    /** A machine. */
    public record Machine(String account, String instance) {}

    /**
     * A result that was delivered.
     *
     * @param user        who asked, or null where its source has no users
     * @param source      of the request
     * @param rule        of the policy that allowed it, or null of requests from before it was kept
     * @param destination that has it
     * @param begunAt     when its delivery began, after the password was fetched
     * @param at          when it was delivered
     */
    public record HandedOver(
            String account,
            String instance,
            @Nullable String user,
            Origin.Source source,
            @Nullable String rule,
            String destination,
            Instant begunAt,
            Instant at) {}

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final LedgerDatabase database;
    private final LedgerProjector projector;
    private final ReportStore reports;

    private Ledger(LedgerDatabase database, LedgerProjector projector) {
        this.database = database;
        this.projector = projector;
        this.reports = new ReportStore(database, projector.trail());
    }

    /** Begins to follow the trail, from the first record that has not been applied. The database is closed with it. */
    public static Ledger follow(FileAuditTrail trail, LedgerDatabase database) {
        Ledger ledger = new Ledger(database, new LedgerProjector(database, trail));
        ledger.projector.start();
        return ledger;
    }

    /**
     * Waits until the record with this number has been applied, 10 seconds at most.
     *
     * @throws LedgerException {@code LEDGER_BEHIND} after that time, or why the ledger has stopped for good
     */
    public void awaitApplied(long sequence) {
        projector.await(sequence, PATIENCE);
    }

    /** The same with a time of one's own: a replay at the start may take minutes. */
    public void awaitApplied(long sequence, Duration atMost) {
        projector.await(sequence, atMost);
    }

    /** Why the ledger has stopped for good, or empty while it works: for the health page. */
    public Optional<String> broken() {
        return projector.broken();
    }

    /** What keeps the ledger from following the trail, for good or for now; empty while it works. Never waits. */
    public Optional<String> trouble() {
        return projector.trouble();
    }

    /** Counts every transaction of the thread that follows the trail; rises once a second at least. Never waits. */
    public long progress() {
        return projector.progress();
    }

    /** Counts how often the database has answered while everything was applied. Never waits. */
    public long proofs() {
        return projector.proofs();
    }

    /** How many records of this node's trail have not been applied. Never waits. */
    public long behind() {
        return projector.behind();
    }

    /**
     * Who is told of each request that ends from now on, once it is in the tables, by the thread that follows the trail: of
     * one whose end was taken back and that ended again, twice. A ledger that is made again from the trail tells none again.
     */
    public void onEnd(Consumer<Ended> told) {
        projector.onEnd(told);
    }

    /** The request as its first origin asked it. */
    public Optional<KnownRequest> request(String id) {
        return database.read(sql -> LedgerQueries.request(sql, id));
    }

    /** The instance that the ciphertext with this fingerprint was first opened for. */
    public Optional<Owner> owner(String fingerprint) {
        return database.read(sql -> LedgerQueries.owner(sql, fingerprint));
    }

    /** When the ciphertext with this fingerprint was first opened. */
    public Optional<Instant> firstSeen(String fingerprint) {
        return database.read(sql ->
                sql.first("select seen_at from fingerprint where hmac = ?", row -> Sql.instant(row, 1), fingerprint));
    }

    /** The latest result of every machine that was delivered, for the machines of some accounts. */
    public List<HandedOver> handedOver(Collection<String> accounts) {
        return database.read(sql -> LedgerQueries.handedOver(sql, accounts));
    }

    /** The machines of some accounts whose passwords anybody has asked for, but for reports. */
    public List<Machine> machines(Collection<String> accounts) {
        return database.read(sql -> LedgerQueries.machines(sql, accounts));
    }

    /** How far this node's trail has been applied: the record's number and hash, or empty before the first. */
    public Optional<Position> position() {
        return database.read(TrailPosition::all).stream()
                .filter(each -> each.trail().equals(projector.trail()))
                .map(each -> new Position(each.sequence(), each.hash()))
                .findFirst();
    }

    /** What has come to its end and is no longer to be listed. */
    public LedgerAging aging() {
        return new LedgerAging(database);
    }

    /** What is kept of records that are archived. */
    public LedgerCarry carry() {
        return new LedgerCarry(database, projector.trail());
    }

    /** The runs of credential reports. */
    public ReportStore reports() {
        return reports;
    }

    /** Batches whose results have not been reported, oldest first: they are under way, or have just ended. */
    public List<BatchSummary> unreportedBatches() {
        return database.read(BatchQueries::unreported);
    }

    /** How many lines of a batch have ended, by verdict. All have if there are as many as the batch has lines. */
    public Map<Verdict, Long> verdicts(String batch) {
        return database.read(sql -> BatchQueries.verdicts(sql, batch));
    }

    /** Whether a batch is on record as reported. */
    public boolean isReported(String batch) {
        return database.read(sql -> sql.first(
                        "select 1 from batch where id = ? and reported_at is not null", row -> row.getInt(1), batch)
                .isPresent());
    }

    /**
     * Whether batches of this name, which came from files, have all been reported.
     *
     * @return empty if there is none
     */
    public Optional<Boolean> areReported(String name) {
        return database.read(sql -> BatchQueries.areReported(sql, name));
    }

    /** A batch or run by its id. */
    public Optional<BatchSummary> batch(String id) {
        return database.read(sql -> BatchQueries.batch(sql, id));
    }

    /** The lines of a batch that ended without a request of their own; empty if the batch is not on record. */
    public Optional<Set<Integer>> refusedLines(String batch) {
        return batch(batch).map(known -> database.read(sql -> BatchQueries.refusedLines(sql, batch)));
    }

    /** The lines of a batch in their order. */
    public List<LineResult> lines(String batch) {
        return lines(batch, 0, Integer.MAX_VALUE);
    }

    /**
     * The next lines of a batch in their order.
     *
     * @param after number of the line before them
     * @param most  how many at most
     */
    public List<LineResult> lines(String batch, int after, int most) {
        return database.read(sql -> BatchQueries.lines(sql, batch, after, most));
    }

    /**
     * The first lines of a batch that have ended with another verdict than DELIVERED, without their deliveries.
     *
     * @param most how many at most
     */
    public List<LineResult> notDelivered(String batch, int most) {
        return database.read(sql -> BatchQueries.notDelivered(sql, batch, most));
    }

    /** The latest planned time of a schedule or a report of whose run at least one request has been asked. */
    public Optional<Instant> lastPlanned(String name) {
        return database.read(sql -> BatchQueries.lastPlanned(sql, name));
    }

    /** The newest requests, newest first. */
    public List<RequestRow> newest(int most) {
        return database.read(sql -> LedgerQueries.newest(sql, most));
    }

    /** These requests, as far as they are known, in the order of the ids. */
    public List<RequestRow> requests(List<String> ids) {
        return database.read(sql -> LedgerQueries.requests(sql, ids));
    }

    /** The wanted ones of the requests that have not ended, oldest first; of all nodes' if they share it. */
    public List<OpenRequest> open(Predicate<OpenRequest> wanted) {
        return database.read(sql -> LedgerQueries.open(sql, wanted));
    }

    /** Whether there is a request that has not ended. */
    public boolean isAnyOpen() {
        return database.read(LedgerQueries::isAnyOpen);
    }

    /** Whether it follows the audit trails of other nodes too. */
    public boolean followsOthers() {
        return database.read(sql -> TrailPosition.all(sql).size() > 1);
    }

    /** The deliveries of a request's results. */
    public List<DeliveryRow> deliveries(String request) {
        return database.read(sql -> LedgerQueries.deliveries(sql, request));
    }

    /** How many requests are in each state. */
    public Map<RequestState, Long> requestsByState() {
        return database.read(LedgerQueries::requestsByState);
    }

    /** How many deliveries are in each state, by destination; results, notices and reports alike. */
    public Map<String, Map<DeliveryState, Long>> deliveriesByDestination() {
        return database.read(LedgerQueries::deliveriesByDestination);
    }

    /**
     * Does something that no other node on the same ledger does for the same name at the same time; waits until it is
     * this node's turn. A file of our own has no other nodes. What fails with an exception of its own is not done again.
     */
    public <T> T inTurn(String name, Supplier<T> work) {
        return database.isShared()
                ? database.read(sql -> {
                    sql.lockUntilTheEnd(name);
                    return work.get();
                })
                : work.get();
    }

    /**
     * This node among those on the same ledger, not begun yet; empty for a file of our own, which has no other nodes.
     *
     * @param takes whether this node takes work now
     */
    public Optional<NodeRegistry> nodes(NodeRegistry.Self self, BooleanSupplier takes) {
        return database.isShared()
                ? Optional.of(new NodeRegistry(database, projector.trail(), self, takes))
                : Optional.empty();
    }

    /**
     * Copies the database's file as it is after some transaction, while it is at work; it lags behind the trail, never ahead.
     *
     * @param target made, 0600
     * @return false if the database is none of our own
     */
    public boolean copyTo(Path target) throws SQLException, IOException {
        return database.copyTo(target);
    }

    /** Answers where something is. Closed with this ledger. */
    public LedgerStatus status() {
        return new LedgerStatus(database);
    }

    @Override
    public void close() {
        projector.close();
        database.close();
    }
}
