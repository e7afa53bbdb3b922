package dev.passcourier.ledger;

import dev.passcourier.outbox.OutboxItem.Kind;
import dev.passcourier.request.Origin;
import dev.passcourier.request.Verdict;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads requests, deliveries and fingerprints. */
final class LedgerQueries {

    private static final String ROW =
            "select id, coalesce(account, '') as account, coalesce(instance, '') as instance, source, reference,"
                    + " sender, batch, state, verdict, code, attempts, asked_at, ended_at, coalesce(destinations, '') as"
                    + " destinations from request where source is not null ";

    private LedgerQueries() {}

    static Optional<KnownRequest> request(Sql sql, String id) throws SQLException {
        return sql.first(
                "select id, source, reference, state, verdict, attempts from request where id = ? and source is not"
                        + " null",
                row -> new KnownRequest(
                        row.getString("id"),
                        row.getString("source"),
                        row.getString("reference"),
                        RequestState.valueOf(row.getString("state")),
                        verdict(row),
                        row.getInt("attempts") > 0),
                id);
    }

    static Optional<Ledger.Owner> owner(Sql sql, String fingerprint) throws SQLException {
        return sql.first(
                "select provider, account, instance from fingerprint where hmac = ?",
                row -> new Ledger.Owner(row.getString(1), row.getString(2), row.getString(3)),
                fingerprint);
    }

    /** Of accounts that are names of the settings. */
    static List<Ledger.HandedOver> handedOver(Sql sql, Collection<String> accounts) throws SQLException {
        List<Ledger.HandedOver> all = new ArrayList<>();
        for (String account : accounts) {
            all.addAll(sql.query(
                    """
                    select instance, sender, source, allowed_by, alias, begun_at, ended_at from machine
                    where account = ? and ended_at is not null order by instance\
                    """,
                    row -> new Ledger.HandedOver(
                            account,
                            row.getString(1),
                            row.getString(2),
                            Origin.Source.valueOf(row.getString(3)),
                            row.getString(4),
                            row.getString(5),
                            Sql.instant(row, 6),
                            Sql.instant(row, 7)),
                    account));
        }
        return all;
    }

    static List<Ledger.Machine> machines(Sql sql, Collection<String> accounts) throws SQLException {
        List<Ledger.Machine> all = new ArrayList<>();
        for (String account : accounts) {
            all.addAll(sql.query(
                    "select instance from machine where account = ? order by instance",
                    row -> new Ledger.Machine(account, row.getString(1)),
                    account));
        }
        return all;
    }

    static List<RequestRow> newest(Sql sql, int most) throws SQLException {
        return sql.query(ROW + "order by asked_at desc, id limit ?", LedgerQueries::requestRow, most);
    }

    static List<RequestRow> requests(Sql sql, List<String> ids) throws SQLException {
        List<RequestRow> found = new ArrayList<>();
        for (String id : ids) {
            sql.first(ROW + "and id = ?", LedgerQueries::requestRow, id).ifPresent(found::add);
        }
        return found;
    }

    static List<OpenRequest> open(Sql sql, Predicate<OpenRequest> wanted) throws SQLException {
        Map<String, List<DeliveryRow>> deliveries = sql.query("""
            select d.request, d.alias, d.delivery_id, d.state, d.code, d.attempts, d.ended_at from delivery d
            join request r on r.id = d.request where r.state <> 'ENDED' and d.kind = ?\
            """, LedgerQueries::deliveryRow, Kind.RESULT).stream()
                .collect(Collectors.groupingBy(DeliveryRow::request));
        List<OpenRequest> found = new ArrayList<>();
        sql.each(ROW + "and state <> 'ENDED' order by asked_at, id", row -> {
            OpenRequest open = new OpenRequest(
                    requestRow(row),
                    row.getString("reference"),
                    deliveries.getOrDefault(row.getString("id"), List.of()));
            if (wanted.test(open)) {
                found.add(open);
            }
        });
        return found;
    }

    static boolean isAnyOpen(Sql sql) throws SQLException {
        return sql.first("select 1 from request where ended_at is null and source is not null limit 1", row -> true)
                .isPresent();
    }

    static List<DeliveryRow> deliveries(Sql sql, String request) throws SQLException {
        return sql.query("""
            select request, alias, delivery_id, state, code, attempts, ended_at from delivery
            where request = ? and kind = ? order by alias\
            """, LedgerQueries::deliveryRow, request, Kind.RESULT);
    }

    static Map<RequestState, Long> requestsByState(Sql sql) throws SQLException {
        Map<RequestState, Long> counts = new EnumMap<>(RequestState.class);
        sql.query(
                "select state, count(*) from request where source is not null group by state",
                row -> counts.put(RequestState.valueOf(row.getString(1)), row.getLong(2)));
        return counts;
    }

    static Map<String, Map<DeliveryState, Long>> deliveriesByDestination(Sql sql) throws SQLException {
        Map<String, Map<DeliveryState, Long>> counts = new TreeMap<>();
        sql.query("select alias, state, count(*) from delivery group by alias, state", row -> counts.computeIfAbsent(
                        row.getString(1), alias -> new EnumMap<>(DeliveryState.class))
                .put(DeliveryState.valueOf(row.getString(2)), row.getLong(3)));
        return counts;
    }

    static DeliveryRow deliveryRow(ResultSet row) throws SQLException {
        return new DeliveryRow(
                row.getString("request"),
                row.getString("alias"),
                row.getString("delivery_id"),
                DeliveryState.valueOf(row.getString("state")),
                row.getString("code"),
                row.getInt("attempts"),
                Sql.time(row, "ended_at"));
    }

    static @Nullable Verdict verdict(ResultSet row) throws SQLException {
        String verdict = row.getString("verdict");
        return verdict == null ? null : Verdict.valueOf(verdict);
    }

    private static RequestRow requestRow(ResultSet row) throws SQLException {
        String destinations = row.getString("destinations");
        return new RequestRow(
                row.getString("id"),
                row.getString("account"),
                row.getString("instance"),
                row.getString("source"),
                row.getString("sender"),
                row.getString("batch"),
                RequestState.valueOf(row.getString("state")),
                verdict(row),
                row.getString("code"),
                row.getInt("attempts"),
                Sql.instant(row, "asked_at"),
                Sql.time(row, "ended_at"),
                destinations.isEmpty() ? List.of() : List.of(destinations.split(",", -1)));
    }
}
