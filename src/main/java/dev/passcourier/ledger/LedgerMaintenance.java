package dev.passcourier.ledger;

import dev.passcourier.audit.AuditDamage;
import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a ledger again from the trails, or checks it against them, while no service of this data directory runs. A
 * ledger that several nodes share is made of all their trails, merged by the records' times; a trail that the ledger
 * follows and that is not given would lose its rows, so nothing is done then.
 */
public final class LedgerMaintenance {

    private static final Logger LOG = LoggerFactory.getLogger(LedgerMaintenance.class);

    private static final int FIRST = 20;

    private final Opening existing;
    private final @Nullable Path h2;

    private LedgerMaintenance(Opening existing, @Nullable Path h2) {
        this.existing = existing;
        this.h2 = h2;
    }

    /** Opens the ledger there is. */
    @FunctionalInterface
    private interface Opening {

        LedgerDatabase open() throws IOException, SQLException;
    }

    /**
     * What was made.
     *
     * @param records    records that were applied
     * @param requests   rows of requests
     * @param deliveries rows of deliveries
     */
    public record Made(long records, long requests, long deliveries) {}

    /**
     * What a comparison found.
     *
     * @param records     records that the ledger has applied, and the comparison too
     * @param differences how many rows differ
     * @param first       the first of them
     */
    public record Compared(long records, long differences, List<LedgerDifference> first) {

        /** Copies the list. */
        public Compared {
            first = List.copyOf(first);
        }
    }

    /** The H2 ledger in a directory. */
    public static LedgerMaintenance h2(Path directory) {
        return new LedgerMaintenance(() -> LedgerDatabase.h2(directory), directory);
    }

    /** A ledger in PostgreSQL, for one use, which closes the database. */
    public static LedgerMaintenance postgresql(LedgerDatabase database) {
        return new LedgerMaintenance(() -> database, null);
    }

    /**
     * Makes the ledger again. The old one stays until the new one is whole, and if anything fails.
     *
     * @param trails   directories of all trails that the ledger follows
     * @param progress told how many records have been applied
     * @throws LedgerException {@code LEDGER_OTHER_TRAILS} if it follows others too, {@code LEDGER_IN_USE} if another
     *     node has gone on meanwhile
     */
    public Made rebuild(List<Path> trails, LongConsumer progress) throws IOException, AuditDamage, SQLException {
        return h2 == null ? rebuildShared(trails, progress) : rebuildFile(h2, trails, progress);
    }

    /** Compares the ledger with one made from the trails up to where the ledger has applied them. */
    public Compared check(List<Path> trails, LongConsumer progress) throws IOException, AuditDamage, SQLException {
        try (LedgerDatabase database = existing.open();
                LedgerDatabase made = LedgerDatabase.memory()) {
            List<TrailPosition> positions = demandTrails(database, trails);
            Map<String, Long> upTo = new HashMap<>();
            positions.forEach(position -> upTo.put(position.trail(), position.sequence()));
            long records = new LedgerMaking(made, progress).apply(trails, upTo);
            demandSame(positions, made.inTransaction(TrailPosition::all));
            LedgerComparison comparison = made.inTransaction(one -> database.inTransaction(other -> {
                LedgerComparison compared = new LedgerComparison(one, other, FIRST);
                compared.compare();
                return compared;
            }));
            return new Compared(records, comparison.count(), comparison.first());
        }
    }

    /**
     * The requests that have not ended by the trails, oldest first: a ledger that a crash has left behind them would show
     * ended ones as open.
     *
     * @param trails directories of all trails that the ledger follows
     */
    public static List<OpenRequest> open(List<Path> trails) throws IOException, AuditDamage, SQLException {
        try (LedgerDatabase made = LedgerDatabase.memory()) {
            new LedgerMaking(made, records -> {}).apply(trails, null);
            return made.inTransaction(sql -> LedgerQueries.open(sql, open -> true));
        }
    }

    /** In a file of its own, which then takes the old one's place. */
    private Made rebuildFile(Path directory, List<Path> trails, LongConsumer progress)
            throws IOException, AuditDamage, SQLException {
        if (Files.isDirectory(directory)) {
            try (LedgerDatabase database = existing.open()) {
                demandTrails(database, trails);
            }
        }
        Path fresh = directory.resolveSibling(directory.getFileName() + ".rebuild");
        delete(fresh);
        try {
            Made made;
            try (LedgerDatabase database = LedgerDatabase.h2(fresh)) {
                made = make(database, trails, progress);
                keepReports(directory, database);
            }
            place(fresh.resolve(LedgerDatabase.H2_FILE), directory);
            return made;
        } finally {
            delete(fresh);
        }
    }

    /**
     * Takes over what reports found, run by run: a document has megabytes. What cannot be read is left behind with a
     * warning, as this is the remedy for a damaged ledger.
     */
    private void keepReports(Path directory, LedgerDatabase fresh) throws IOException, SQLException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (LedgerDatabase old = existing.open()) {
            int lost = 0;
            for (String run : runs(old)) {
                Map<String, List<Map<String, @Nullable Object>>> rows = rows(old, run);
                if (rows.isEmpty()) {
                    lost++;
                } else {
                    fresh.inTransaction(to -> put(rows, to));
                }
            }
            if (lost > 0) {
                LOG.warn("REPORTS_LOST: {} runs of reports cannot be read, and the new ledger is without them", lost);
            }
        }
    }

    private static List<String> runs(LedgerDatabase old) {
        try {
            return old.inTransaction(sql -> sql.query("select id from report_run", row -> row.getString(1)));
        } catch (SQLException e) {
            LOG.warn(
                    "REPORTS_LOST: the runs of reports cannot be read, and the new ledger is without them: SQL state {}",
                    e.getSQLState());
            return List.of();
        }
    }

    /** A run's rows by their tables, or nothing if one of them cannot be read. */
    private static Map<String, List<Map<String, @Nullable Object>>> rows(LedgerDatabase old, String run) {
        Map<String, List<Map<String, @Nullable Object>>> rows = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, String> table : LedgerTable.KEPT.entrySet()) {
                String statement = "select * from " + table.getKey() + " where " + table.getValue() + " = ?";
                rows.put(table.getKey(), old.inTransaction(sql -> sql.query(statement, LedgerTable::row, run)));
            }
            return rows;
        } catch (SQLException e) {
            return Map.of();
        }
    }

    private static int put(Map<String, List<Map<String, @Nullable Object>>> rows, Sql to) throws SQLException {
        for (Map.Entry<String, List<Map<String, @Nullable Object>>> table : rows.entrySet()) {
            try (Sql.Rows into = to.rows()) {
                for (Map<String, @Nullable Object> row : table.getValue()) {
                    into.add(
                            LedgerTable.insert(table.getKey(), row),
                            row.values().toArray());
                }
            }
        }
        return rows.size();
    }

    private static void place(Path file, Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        if (!Files.isDirectory(directory)) {
            Files.createDirectory(directory, DurableFile.ownerOnlyDirectory(directory));
        }
        Files.move(file, directory.resolve(LedgerDatabase.H2_FILE), StandardCopyOption.ATOMIC_MOVE);
        DurableFile.forceDirectory(directory);
    }

    /** In memory first, and then into the tables in one transaction, while no other node can read or write them. */
    private Made rebuildShared(List<Path> trails, LongConsumer progress) throws IOException, AuditDamage, SQLException {
        try (LedgerDatabase database = existing.open();
                LedgerDatabase fresh = LedgerDatabase.memory()) {
            demandTrails(database, trails);
            Made made = make(fresh, trails, progress);
            fresh.inTransaction(from -> database.inTransaction(to -> replace(from, to)));
            return made;
        }
    }

    private static int replace(Sql from, Sql to) throws SQLException {
        for (LedgerTable table : LedgerTable.values()) {
            to.update("lock table " + table.table() + " in access exclusive mode");
        }
        to.update("lock table applied in access exclusive mode");
        List<TrailPosition> made = TrailPosition.all(from);
        demandNobodyWentOn(TrailPosition.all(to), made);
        for (LedgerTable table : LedgerTable.values()) {
            to.update("truncate table " + table.table());
            copy(table, from, to);
        }
        to.update("delete from applied");
        Projection projection = new Projection(to);
        for (TrailPosition position : made) {
            projection.position(position.trail(), position.sequence(), position.hash());
        }
        return made.size();
    }

    private static void copy(LedgerTable table, Sql from, Sql to) throws SQLException {
        try (Sql.Rows rows = to.rows()) {
            from.each(table.all(), set -> {
                Map<String, @Nullable Object> row = LedgerTable.row(set);
                rows.add(table.insert(row), row.values().toArray());
            });
        }
    }

    private static Made make(LedgerDatabase database, List<Path> trails, LongConsumer progress)
            throws IOException, AuditDamage, SQLException {
        long records = new LedgerMaking(database, progress).apply(trails, null);
        return database.inTransaction(sql -> new Made(records, count(sql, "request"), count(sql, "delivery")));
    }

    private static long count(Sql sql, String table) throws SQLException {
        return sql.query("select count(*) from " + table, row -> row.getLong(1)).get(0);
    }

    private static List<TrailPosition> demandTrails(LedgerDatabase database, List<Path> trails)
            throws IOException, AuditDamage, SQLException {
        List<TrailPosition> positions = database.inTransaction(TrailPosition::all);
        Set<String> others = new TreeSet<>();
        positions.forEach(position -> others.add(position.trail()));
        MergedTrails.names(trails).forEach(others::remove);
        if (!others.isEmpty()) {
            throw new LedgerException("LEDGER_OTHER_TRAILS");
        }
        return positions;
    }

    private static void demandSame(List<TrailPosition> kept, List<TrailPosition> made) {
        if (!Set.copyOf(kept).equals(Set.copyOf(made))) {
            throw new LedgerException("LEDGER_OF_ANOTHER_TRAIL");
        }
    }

    /** A node that has applied more than we have read would never apply it again. */
    private static void demandNobodyWentOn(List<TrailPosition> kept, List<TrailPosition> made) {
        Map<String, Long> read = new HashMap<>();
        made.forEach(position -> read.put(position.trail(), position.sequence()));
        if (kept.stream().anyMatch(position -> read.getOrDefault(position.trail(), 0L) < position.sequence())) {
            throw new LedgerException("LEDGER_IN_USE");
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
