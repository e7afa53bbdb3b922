package dev.passcourier.ledger;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rows leave the ledger in small steps, each by a record of the trail, so that a ledger made again from the trail lacks the
 * same ones. What goes is a request with its deliveries once it has ended, a batch's lines and their requests once the
 * batch was reported. Batches, ciphertexts' first instances, and what is known of machines stay.
 */
public final class LedgerAging {

    /** What the record of a step names. */
    public static final String NAME = "ledger";

    /** Requests of a step; more only if they were done at one moment and are no batch's. */
    static final int STEP = 500;

    /** The line of the last step, which takes what is left that belongs to no request. */
    private static final int ALL = Integer.MAX_VALUE;

    private static final String DONE = "case when b.reported_at > r.ended_at then b.reported_at else r.ended_at end";

    /** Requests that were done at a time or before: those of a batch are done with it. */
    private static final String DUE = " from request r left join batch b on b.id = r.batch where r.ended_at <= ? and "
            + DONE + " <= ?" + " and (b.id is null or b.reported_at is not null) ";

    private static final String ROWS =
            "select r.id, r.batch, coalesce(r.line, 0) as line, r.ended_at, " + DONE + " as done_at" + DUE;

    /** Of bad lines, and of those that repeat another origin's id. */
    private static final String LINES = "batch_line where batch in (select id from batch where reported_at <= ?)"
            + " and not exists (select 1 from request r where r.id = batch_line.request and batch_line.owns)";

    /** Of a trail whose beginning is gone: it says too little of them. */
    private static final String PARTIAL = "request where ended_at is null and source is null and asked_at <= ?";

    /** Of reports and notices that are no request's. */
    private static final String DELIVERIES =
            "delivery where ended_at <= ?" + " and not exists (select 1 from request r where r.id = delivery.request)";

    private final LedgerDatabase database;

    LedgerAging(LedgerDatabase database) {
        this.database = database;
    }

    /**
     * The next rows that go together.
     *
     * @param until they were done at this time or before
     * @param line  of those that were done just then, the lines up to this one
     * @param count requests among them
     */
    public record Step(Instant until, int line, long count) {

        /** The record that has them go. */
        public AuditEvent event(Instant at, @Nullable String user) {
            Map<Fact, String> facts = new EnumMap<>(Map.of(
                    Fact.NAME, NAME,
                    Fact.BEFORE, until.toString(),
                    Fact.LINE, Integer.toString(line),
                    Fact.COUNT, Long.toString(count)));
            if (user != null) {
                facts.put(Fact.USER, user);
            }
            return new AuditEvent(AuditEvent.Type.RETENTION, at, facts);
        }
    }

    private record Row(String id, @Nullable String batch, int line, Instant endedAt, Instant doneAt) {}

    /** The next step, or empty if nothing is left that was done at a time or before. */
    public Optional<Step> next(Instant until) {
        return database.read(sql -> {
            List<Row> oldest = rows(sql, "order by r.ended_at limit " + STEP, until);
            if (oldest.isEmpty()) {
                boolean isAnyLeft =
                        isAny(sql, LINES, until) || isAny(sql, PARTIAL, until) || isAny(sql, DELIVERIES, until);
                return isAnyLeft ? Optional.of(new Step(until, ALL, 0)) : Optional.empty();
            }
            // So that not all that is due has to be sorted: none was done before it ended.
            Instant near = oldest.get(oldest.size() - 1).endedAt();
            Instant first =
                    oldest.stream().map(Row::doneAt).min(Instant::compareTo).orElse(until);
            Instant enough = first.isAfter(near) ? first : near;
            List<Row> step = rows(sql, "order by done_at, line limit " + STEP, enough);
            Row last = step.get(step.size() - 1);
            return Optional.of(new Step(last.doneAt(), last.line(), step.size()));
        });
    }

    /** How many requests were done at a time or before. */
    public long due(Instant until) {
        return database.read(sql -> sql.query("select count(*)" + DUE, row -> row.getLong(1), until, until)
                .get(0));
    }

    /** Takes away what a record of the trail says. */
    static void apply(Sql sql, Facts facts) throws SQLException {
        Instant until = facts.time(Fact.BEFORE);
        if (!facts.text(Fact.NAME).equals(NAME) || until == null) {
            return;
        }
        int line = facts.number(Fact.LINE);
        for (Row row : rows(sql, "", until)) {
            if (row.doneAt().isBefore(until) || row.line() <= line) {
                sql.update("delete from delivery where request = ?", row.id());
                sql.update("delete from request where id = ?", row.id());
                sql.update("delete from batch_line where batch = ? and line = ?", row.batch(), row.line());
            }
        }
        if (line == ALL) {
            sql.update("delete from " + LINES, until);
            sql.update("delete from " + PARTIAL, until);
            sql.update("delete from " + DELIVERIES, until);
        }
    }

    private static List<Row> rows(Sql sql, String order, Instant until) throws SQLException {
        return sql.query(ROWS + order, LedgerAging::row, until, until);
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getString("id"),
                row.getString("batch"),
                row.getInt("line"),
                Sql.instant(row, "ended_at"),
                Sql.instant(row, "done_at"));
    }

    private static boolean isAny(Sql sql, String from, Instant until) throws SQLException {
        return sql.first("select 1 from " + from + " limit 1", row -> true, until)
                .isPresent();
    }
}
