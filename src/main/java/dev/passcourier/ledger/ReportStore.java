package dev.passcourier.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The runs of credential reports, their machines and what was found of them, in the ledger's database. Unlike the rest
 * of the ledger they do not follow from the audit trail, which knows nothing of fingerprints: a ledger that is made again
 * keeps them, and one that is lost has lost them.
 */
public final class ReportStore {

    private static final String RUN =
            "select id, name, planned, started_at, deadline, total, nonce, ended_at from report_run ";

    private static final int STEP = 500;

    private final LedgerDatabase database;
    private final String trail;

    /**
     * On a database.
     *
     * @param trail the audit trail that this node writes, or an empty text for a reader that writes none
     */
    ReportStore(LedgerDatabase database, String trail) {
        this.database = database;
        this.trail = trail;
    }

    /**
     * Begins a run, unless it has begun before: then it stays as it is, whatever the scope says by now.
     *
     * @return its machines in their order
     */
    public List<Inspection> begin(ReportRun run, List<Inspection> machines) {
        return database.read(sql -> {
            int begun = sql.update(
                    """
                        insert into report_run (id, name, planned, started_at, deadline, total, nonce)
                        values (?, ?, ?, ?, ?, ?, ?)
                        on conflict do nothing\
                        """,
                    run.id(),
                    run.name(),
                    run.planned(),
                    run.startedAt(),
                    run.deadline(),
                    run.total(),
                    run.nonce());
            if (begun > 0) {
                try (Sql.Rows rows = sql.rows()) {
                    for (Inspection machine : machines) {
                        rows.add(
                                """
                                insert into report_line (run, line, account, instance, instance_name, key_name, parameters)
                                values (?, ?, ?, ?, ?, ?, ?)\
                                """,
                                run.id(),
                                machine.line(),
                                machine.account(),
                                machine.instance(),
                                machine.instanceName(),
                                machine.key(),
                                machine.parameters());
                    }
                }
            }
            return inspections(sql, run.id());
        });
    }

    /** Keeps what was found of a machine's password; a second time it is replaced. */
    public void found(String run, int line, Inspection.Found found) {
        Inspection.Key key = found.key();
        database.read(sql -> sql.update(
                """
                update report_line set inspected_at = ?, opened_by = ?, key_algorithm = ?, key_bits = ?,
                    key_fingerprint = ?, length_class = ?, strength_class = ?, fingerprint = ?, record_since = ?
                where run = ? and line = ?\
                """,
                found.at(),
                key == null ? null : key.name(),
                key == null ? null : key.algorithm(),
                key == null ? null : key.bits(),
                key == null ? null : key.fingerprint(),
                found.length(),
                found.strength(),
                found.fingerprint(),
                found.recordSince(),
                run,
                line));
    }

    /** Keeps which request inspected a machine, and the number of the record that tells its end. */
    public void ended(String run, int line, String request, long sequence) {
        database.read(sql -> sql.update(
                "update report_line set request = ?, trail = ?, sequence = ? where run = ? and line = ?",
                request,
                trail,
                sequence,
                run,
                line));
    }

    /** A run by its id. */
    public Optional<ReportRun> run(String id) {
        return database.read(sql -> sql.first(RUN + "where id = ?", ReportStore::run, id));
    }

    /**
     * The newest runs, newest first.
     *
     * @param name of one report, or null for all
     */
    public List<ReportRun> runs(@Nullable String name, int most) {
        return database.read(sql -> name == null
                ? sql.query(RUN + "order by started_at desc, id limit ?", ReportStore::run, most)
                : sql.query(RUN + "where name = ? order by started_at desc, id limit ?", ReportStore::run, name, most));
    }

    /** The latest run of a report that ended before another began, which that one is compared with. */
    public Optional<ReportRun> previous(ReportRun run) {
        return database.read(sql -> sql.first(
                RUN + "where name = ? and ended_at is not null and started_at < ? order by started_at desc limit 1",
                ReportStore::run,
                run.name(),
                run.startedAt()));
    }

    /** The machines of a run in their order, with what was found. */
    public List<Inspection> inspections(String run) {
        return database.read(sql -> inspections(sql, run));
    }

    /**
     * Since when a password is known to be the same.
     *
     * @param same    when it was seen first, after any other
     * @param another when another one was seen last, before it, or null if none was
     */
    public record Since(Instant same, @Nullable Instant another) {}

    /**
     * Since when each password of a run is known to be the same, by line: over all runs of all reports. Reads each
     * machine's earlier lines twice, however many runs there were.
     */
    public Map<Integer, Since> unchangedSince(String run) {
        Map<Integer, Since> since = new HashMap<>();
        database.read(sql ->
                sql.query("""
                select s.line, min(p.inspected_at), s.another
                from (
                    select l.line, l.account, l.instance, l.fingerprint, l.inspected_at, max(o.inspected_at) as another
                    from report_line l
                    left join report_line o on o.account = l.account and o.instance = l.instance
                        and o.inspected_at < l.inspected_at and o.fingerprint <> l.fingerprint
                    where l.run = ? and l.fingerprint is not null
                    group by l.line, l.account, l.instance, l.fingerprint, l.inspected_at) s
                join report_line p on p.account = s.account and p.instance = s.instance
                    and p.inspected_at <= s.inspected_at and p.fingerprint = s.fingerprint
                    and (s.another is null or p.inspected_at > s.another)
                group by s.line, s.another\
                """, row -> since.put(row.getInt(1), new Since(Sql.instant(row, 2), Sql.time(row, 3))), run));
        return since;
    }

    /** Ends a run with its document, unless it has one: the first one stays. */
    public void finish(String run, Instant endedAt, String document) {
        database.read(sql -> {
            int ended =
                    sql.update("update report_run set ended_at = ? where id = ? and ended_at is null", endedAt, run);
            return ended == 0 ? 0 : sql.update("insert into report_document values (?, ?)", run, document);
        });
    }

    /** The document of a run, or empty before it has ended. */
    public Optional<String> document(String run) {
        return database.read(
                sql -> sql.first("select document from report_document where run = ?", row -> row.getString(1), run));
    }

    /** How many machines of a run have no end on record here. */
    public int open(String run) {
        return database.read(sql -> sql.query(
                        "select count(*) from report_line where run = ? and sequence is null",
                        row -> row.getInt(1),
                        run)
                .get(0));
    }

    /** Runs that ended at a time or before, oldest first, but for the latest of each report. */
    public List<String> aged(Instant until) {
        return database.read(sql -> sql.query("""
                select r.id from report_run r where r.ended_at <= ? and exists (
                    select 1 from report_run n
                    where n.name = r.name and n.ended_at is not null and n.started_at > r.started_at)
                order by r.ended_at, r.id\
                """, row -> row.getString(1), until));
    }

    /** Forgets a run with its document and its machines, in small steps; a run half forgotten is found again. */
    public void forget(String run) {
        int last = database.read(sql -> sql.query(
                        "select coalesce(max(line), 0) from report_line where run = ?", row -> row.getInt(1), run)
                .get(0));
        for (int line = STEP; line < last + STEP; line += STEP) {
            int upTo = line;
            database.read(sql -> sql.update("delete from report_line where run = ? and line <= ?", run, upTo));
        }
        database.read(sql -> {
            sql.update("delete from report_document where run = ?", run);
            return sql.update("delete from report_run where id = ?", run);
        });
    }

    private List<Inspection> inspections(Sql sql, String run) throws SQLException {
        return sql.query("select * from report_line where run = ? order by line", this::inspection, run);
    }

    private Inspection inspection(ResultSet row) throws SQLException {
        long sequence = row.getLong("sequence");
        Long known = row.wasNull() ? null : sequence;
        // Another node's record is in a trail of its own, which our position says nothing about.
        boolean ours = trail.equals(row.getString("trail"));
        return new Inspection(
                row.getInt("line"),
                row.getString("account"),
                row.getString("instance"),
                row.getString("instance_name"),
                row.getString("key_name"),
                row.getString("parameters"),
                ours ? row.getString("request") : null,
                ours ? known : null,
                found(row));
    }

    private static Inspection.@Nullable Found found(ResultSet row) throws SQLException {
        String fingerprint = row.getString("fingerprint");
        if (fingerprint == null) {
            return null;
        }
        String key = row.getString("opened_by");
        return new Inspection.Found(
                Sql.instant(row, "inspected_at"),
                key == null
                        ? null
                        : new Inspection.Key(
                                key,
                                row.getString("key_algorithm"),
                                row.getInt("key_bits"),
                                row.getString("key_fingerprint")),
                row.getString("length_class"),
                row.getString("strength_class"),
                fingerprint,
                Sql.time(row, "record_since"));
    }

    private static ReportRun run(ResultSet row) throws SQLException {
        return new ReportRun(
                row.getString("id"),
                row.getString("name"),
                Sql.time(row, "planned"),
                Sql.instant(row, "started_at"),
                Sql.instant(row, "deadline"),
                row.getInt("total"),
                row.getString("nonce"),
                Sql.time(row, "ended_at"));
    }
}
