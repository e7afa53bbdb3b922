package dev.passcourier.ledger;

import dev.passcourier.ledger.RequestStatus.ResultStatus;
import dev.passcourier.outbox.OutboxItem.Kind;
import dev.passcourier.request.Origin;
import dev.passcourier.request.Verdict;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Answers where something is, by indices that take as long on a large ledger as on a small one. Reads only.
 *
 * <p>All methods throw {@link LedgerException} if the database does not answer.
 */
public final class LedgerStatus implements AutoCloseable {

    /** Of a batch's id, a hash, so many digits are enough. */
    public static final int SHORT_ID = 8;

    private static final Pattern SHORTENED = Pattern.compile("[0-9a-f]{" + SHORT_ID + ",63}");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String BATCH = "select id, source, name, planned, total, taken_at, reported_at from batch ";

    private final LedgerDatabase database;

    LedgerStatus(LedgerDatabase database) {
        this.database = database;
    }

    /**
     * Opens the H2 ledger of a stopped service and changes nothing in it.
     *
     * @throws LedgerException if there is none, or another process has it open
     */
    public static LedgerStatus readOnly(Path directory) {
        try {
            return new LedgerStatus(LedgerDatabase.h2ReadOnly(directory));
        } catch (SQLException e) {
            throw new LedgerException("LEDGER_DATABASE");
        }
    }

    /** On a database that is closed with it. */
    public static LedgerStatus on(LedgerDatabase database) {
        return new LedgerStatus(database);
    }

    /** The runs of credential reports, to be read only. */
    public ReportStore reports() {
        return new ReportStore(database, "");
    }

    /** The nodes that share this ledger, by name; none on a file of our own. */
    public List<NodeStatus> nodes() {
        return database.read(sql -> sql.query(
                """
                select id, name, version, settings, started_at, seen_at, case
                when stopped_at is not null then 'STOPPED' when lease_until < now() then 'SILENT'
                when takes then 'UP' else 'WAITS' end from node order by name, id\
                """,
                row -> new NodeStatus(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        Sql.instant(row, 5),
                        Sql.instant(row, 6),
                        NodeStatus.State.valueOf(row.getString(7)))));
    }

    /** What waits, by account. */
    public List<WaitingWork> accounts() {
        return database.read(sql -> waiting(sql, """
            select account, state, count(*), min(asked_at), min(next_at) from request
            where ended_at is null and source is not null group by account, state\
            """));
    }

    /** What waits, by destination: results, notices and reports alike. */
    public List<WaitingWork> destinations() {
        return database.read(sql -> waiting(sql, """
            select alias, state, count(*), min(begun_at), min(next_at) from delivery
            where ended_at is null group by alias, state\
            """));
    }

    /** How many results that were sealed up to then have not been delivered; those that failed are among them. */
    public long undelivered(Instant sealedUntil) {
        return database.read(sql -> sql.query(
                        "select count(*) from delivery where kind = ? and state <> ? and begun_at <= ?",
                        row -> row.getLong(1),
                        Kind.RESULT,
                        DeliveryState.DELIVERED,
                        sealedUntil)
                .get(0));
    }

    /** The destinations whose deliveries are tried again, with a code of the latest failures. */
    public Map<String, String> failing() {
        return database.read(sql -> {
            Map<String, String> found = new TreeMap<>();
            sql.query(
                    "select alias, max(code) from delivery where ended_at is null and state = ? and code is not null"
                            + " group by alias",
                    row -> found.put(row.getString(1), row.getString(2)),
                    DeliveryState.POSTPONED);
            return found;
        });
    }

    private static List<WaitingWork> waiting(Sql sql, String query) throws SQLException {
        Map<String, WaitingWork> found = new TreeMap<>();
        sql.query(query, row -> {
            String name = row.getString(1) == null ? "" : row.getString(1);
            return found.merge(
                    name,
                    new WaitingWork(
                            name, Map.of(row.getString(2), row.getLong(3)), Sql.instant(row, 4), Sql.time(row, 5)),
                    LedgerStatus::together);
        });
        return List.copyOf(found.values());
    }

    private static WaitingWork together(WaitingWork one, WaitingWork other) {
        Map<String, Long> states = new HashMap<>(one.states());
        other.states().forEach((state, count) -> states.merge(state, count, Long::sum));
        return new WaitingWork(
                one.name(),
                states,
                one.oldest().isBefore(other.oldest()) ? one.oldest() : other.oldest(),
                earlier(one.nextAt(), other.nextAt()));
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? one : other;
    }

    /** A request. */
    public Optional<RequestStatus> request(String id) {
        return database.read(sql -> {
            List<ResultStatus> results = sql.query("""
                select alias, delivery_id, state, code, attempts, begun_at, next_at, ended_at from delivery
                where request = ? and kind = ? order by alias\
                """, LedgerStatus::result, id, Kind.RESULT);
            return sql.first("""
                select id, account, instance, source, sender, batch, line, state, verdict, code, attempts, asked_at,
                    accepted_at, deadline, next_at, ended_at, rule from request where id = ? and source is not null\
                """, row -> request(row, results), id);
        });
    }

    private static ResultStatus result(ResultSet row) throws SQLException {
        return new ResultStatus(
                row.getString("alias"),
                row.getString("delivery_id"),
                DeliveryState.valueOf(row.getString("state")),
                row.getString("code"),
                row.getInt("attempts"),
                Sql.instant(row, "begun_at"),
                Sql.time(row, "next_at"),
                Sql.time(row, "ended_at"));
    }

    private static RequestStatus request(ResultSet row, List<ResultStatus> results) throws SQLException {
        RequestState state = RequestState.valueOf(row.getString("state"));
        Verdict verdict = LedgerQueries.verdict(row);
        String code = row.getString("code");
        String account = text(row, "account");
        return new RequestStatus(
                row.getString("id"),
                account,
                text(row, "instance"),
                row.getString("source"),
                row.getString("sender"),
                row.getString("batch"),
                row.getInt("line"),
                state,
                StatusWords.where(state, verdict, account, results),
                verdict,
                code,
                StatusWords.reason(verdict, code, row.getString("rule"), results),
                row.getInt("attempts"),
                Sql.instant(row, "asked_at"),
                Sql.time(row, "accepted_at"),
                Sql.time(row, "deadline"),
                Sql.time(row, "next_at"),
                Sql.time(row, "ended_at"),
                results);
    }

    private static String text(ResultSet row, String column) throws SQLException {
        String text = row.getString(column);
        return text == null ? "" : text;
    }

    /** Batches and runs whose results have not been written, oldest first. */
    public List<BatchStatus> unreported(int most, Instant now) {
        return batches(now, BATCH + "where reported_at is null order by taken_at, id limit ?", most);
    }

    /** The batch with this id, or those of this name, newest first. */
    public List<BatchStatus> batches(String idOrName, int most, Instant now) {
        boolean isShortened = SHORTENED.matcher(idOrName).matches();
        return batches(
                now,
                BATCH + "where id " + (isShortened ? "like" : "=")
                        + " ? or name = ? order by taken_at desc, id limit ?",
                isShortened ? idOrName + "%" : idOrName,
                idOrName,
                most);
    }

    /** A schedule's runs, newest first. */
    public List<BatchStatus> runs(String schedule, int most, Instant now) {
        return batches(
                now,
                BATCH + "where source = ? and name = ? order by taken_at desc, id limit ?",
                Origin.Source.SCHEDULE,
                schedule,
                most);
    }

    private List<BatchStatus> batches(Instant now, String query, Object... values) {
        return database.read(sql -> {
            List<BatchStatus> found = new ArrayList<>();
            for (Head head : sql.query(query, LedgerStatus::head, values)) {
                found.add(progress(sql, head, now));
            }
            return found;
        });
    }

    private record Head(BatchSummary batch, @Nullable Instant reportedAt) {}

    private static Head head(ResultSet row) throws SQLException {
        return new Head(
                new BatchSummary(
                        row.getString("id"),
                        Origin.Source.valueOf(row.getString("source")),
                        row.getString("name"),
                        Sql.time(row, "planned"),
                        row.getInt("total"),
                        Sql.instant(row, "taken_at")),
                Sql.time(row, "reported_at"));
    }

    private record Ended(Verdict verdict, long count, long lastMinute, Instant last) {}

    /** Lines end with the request that is theirs, or else by themselves. */
    private static BatchStatus progress(Sql sql, Head head, Instant now) throws SQLException {
        String counts = """
            select verdict, count(*), sum(case when ended_at > ? then 1 else 0 end), max(ended_at)
            from %s where batch = ? and verdict is not null group by verdict\
            """;
        Map<Verdict, Long> verdicts = new EnumMap<>(Verdict.class);
        long lastMinute = 0;
        Instant last = null;
        for (String table : List.of("request", "batch_line")) {
            for (Ended ended : sql.query(
                    counts.formatted(table),
                    row -> new Ended(
                            Verdict.valueOf(row.getString(1)), row.getLong(2), row.getLong(3), Sql.instant(row, 4)),
                    now.minus(MINUTE),
                    head.batch().id())) {
                verdicts.merge(ended.verdict(), ended.count(), Long::sum);
                lastMinute += ended.lastMinute();
                last = last == null || ended.last().isAfter(last) ? ended.last() : last;
            }
        }
        return BatchStatus.of(head.batch(), head.reportedAt(), verdicts, lastMinute, last, now);
    }

    /** Ids of requests and names of batches that begin so, to be offered to who has misspelt one. */
    public List<String> startingWith(String prefix, int most) {
        return database.read(sql -> {
            String after = prefix + Character.MAX_VALUE;
            List<String> found = new ArrayList<>(sql.query(
                    "select id from request where id >= ? and id < ? and source is not null order by id limit ?",
                    row -> row.getString(1),
                    prefix,
                    after,
                    most));
            found.addAll(sql.query(
                    "select distinct name from batch where name >= ? and name < ? order by name limit ?",
                    row -> row.getString(1),
                    prefix,
                    after,
                    most));
            return found;
        });
    }

    @Override
    public void close() {
        database.close();
    }
}
