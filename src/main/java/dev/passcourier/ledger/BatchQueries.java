package dev.passcourier.ledger;

import dev.passcourier.outbox.OutboxItem.Kind;
import dev.passcourier.request.Origin;
import dev.passcourier.request.Verdict;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads batches and their lines. */
final class BatchQueries {

    private static final String LINES = """
            select l.line, l.request, l.account, l.instance, coalesce(r.verdict, l.verdict) as verdict,
                case when r.id is null then l.code else r.code end as code, r.rule, r.accepted_at,
                coalesce(r.ended_at, l.ended_at) as ended_at, coalesce(r.attempts, 0) as attempts, l.owns
            from batch_line l left join request r on r.id = l.request and l.owns
            """;

    private BatchQueries() {}

    static List<BatchSummary> unreported(Sql sql) throws SQLException {
        return sql.query("""
            select id, source, name, planned, total, taken_at from batch
            where reported_at is null order by taken_at, id\
            """, BatchQueries::summary);
    }

    static Optional<Boolean> areReported(Sql sql, String name) throws SQLException {
        return sql
                .query(
                        "select reported_at is not null from batch where source = ? and name = ?",
                        row -> row.getBoolean(1),
                        Origin.Source.FILE,
                        name)
                .stream()
                .reduce(Boolean::logicalAnd);
    }

    static Map<Verdict, Long> verdicts(Sql sql, String batch) throws SQLException {
        Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);
        sql.query(
                """
                select coalesce(r.verdict, l.verdict) as ended, count(*)
                from batch_line l left join request r on r.id = l.request and l.owns
                where l.batch = ? group by coalesce(r.verdict, l.verdict)\
                """,
                row -> {
                    if (row.getString(1) != null) {
                        counts.put(Verdict.valueOf(row.getString(1)), row.getLong(2));
                    }
                    return counts;
                },
                batch);
        return counts;
    }

    /** The lines whose end is their own and no request's. */
    static Set<Integer> refusedLines(Sql sql, String batch) throws SQLException {
        return Set.copyOf(sql.query(
                "select line from batch_line where batch = ? and verdict is not null", row -> row.getInt(1), batch));
    }

    static Optional<BatchSummary> batch(Sql sql, String id) throws SQLException {
        return sql.first(
                "select id, source, name, planned, total, taken_at from batch where id = ?", BatchQueries::summary, id);
    }

    private static BatchSummary summary(ResultSet row) throws SQLException {
        return new BatchSummary(
                row.getString("id"),
                Origin.Source.valueOf(row.getString("source")),
                row.getString("name"),
                Sql.time(row, "planned"),
                row.getInt("total"),
                Sql.instant(row, "taken_at"));
    }

    static Optional<Instant> lastPlanned(Sql sql, String name) throws SQLException {
        return sql.first("""
            select b.planned from batch b where b.source in (?, ?) and b.name = ? and b.planned is not null
                and (exists (select 1 from batch_line l where l.batch = b.id and l.request is not null)
                    or (b.reported_at is not null
                        and not exists (select 1 from batch_line l where l.batch = b.id)))
            order by b.planned desc limit 1\
            """, row -> Sql.instant(row, "planned"), Origin.Source.SCHEDULE, Origin.Source.REPORT, name);
    }

    static List<LineResult> lines(Sql sql, String batch, int after, int most) throws SQLException {
        int last = sql
                .query(
                        "select line from batch_line where batch = ? and line > ? order by line limit ?",
                        row -> row.getInt(1),
                        batch,
                        after,
                        most)
                .stream()
                .reduce(after, (first, second) -> second);
        Map<String, List<DeliveryRow>> deliveries = deliveries(sql, batch, after, last);
        return sql.query(
                LINES + "where l.batch = ? and l.line > ? and l.line <= ? order by l.line",
                row -> line(row, deliveries),
                batch,
                after,
                last);
    }

    /** Their deliveries are left out. */
    static List<LineResult> notDelivered(Sql sql, String batch, int most) throws SQLException {
        return sql.query(
                LINES + "where l.batch = ? and coalesce(r.verdict, l.verdict) <> ? order by l.line limit ?",
                row -> line(row, Map.of()),
                batch,
                Verdict.DELIVERED,
                most);
    }

    private static Map<String, List<DeliveryRow>> deliveries(Sql sql, String batch, int after, int last)
            throws SQLException {
        return sql.query("""
            select d.request, d.alias, d.delivery_id, d.state, d.code, d.attempts, d.ended_at from delivery d
            join batch_line l on l.request = d.request and l.owns
            where l.batch = ? and l.line > ? and l.line <= ? and d.kind = ? order by d.alias\
            """, LedgerQueries::deliveryRow, batch, after, last, Kind.RESULT).stream()
                .collect(Collectors.groupingBy(DeliveryRow::request));
    }

    private static LineResult line(ResultSet row, Map<String, List<DeliveryRow>> deliveries) throws SQLException {
        String request = row.getString("request");
        boolean owns = row.getBoolean("owns") && request != null;
        return new LineResult(
                row.getInt("line"),
                request,
                row.getString("account"),
                row.getString("instance"),
                LedgerQueries.verdict(row),
                row.getString("code"),
                Sql.time(row, "accepted_at"),
                Sql.time(row, "ended_at"),
                row.getInt("attempts"),
                owns ? deliveries.getOrDefault(request, List.of()) : List.of(),
                row.getString("rule"));
    }
}
