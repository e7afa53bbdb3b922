package dev.passcourier.ledger;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.outbox.OutboxItem.Kind;
import dev.passcourier.request.Verdict;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes deliveries. */
final class DeliveryTable {

    private final Sql sql;

    DeliveryTable(Sql sql) {
        this.sql = sql;
    }

    /** How a request ended by its deliveries. */
    record End(String verdict, @Nullable String code, Instant at) {}

    /** How one result ended. */
    private record Result(
            String alias, String verdict, @Nullable String code, Instant at) {}

    void begin(Facts facts) throws SQLException {
        sql.update("""
            insert into delivery (delivery_id, kind, request, alias, state, attempts, begun_at)
            values (?, ?, ?, ?, 'SEALED', 0, ?) on conflict do nothing\
            """, id(facts), facts.kind(), facts.text(Fact.REQUEST), facts.text(Fact.ALIAS), facts.at());
    }

    /**
     * Forgets what was recorded as sealed but never tried: a request that ends otherwise than by deliveries has no result
     * in an outbox, so the hop that sealed these was rolled back.
     */
    void forgetUnsent(String request) throws SQLException {
        sql.update(
                "delete from delivery where request = ? and kind = ? and state = ?",
                request,
                Kind.RESULT,
                DeliveryState.SEALED);
    }

    /** Changes the state, unless the receiver has it already; begins the delivery if it is not on record. */
    void change(Facts facts, DeliveryState state, @Nullable Instant endedAt) throws SQLException {
        if (!isChanged(facts, state, endedAt)) {
            begin(facts);
            isChanged(facts, state, endedAt);
        }
    }

    private boolean isChanged(Facts facts, DeliveryState state, @Nullable Instant endedAt) throws SQLException {
        String verdict = facts.has(Fact.VERDICT) ? facts.text(Fact.VERDICT) : Verdict.FAILED.name();
        int changed = sql.update(
                """
                update delivery set state = ?, verdict = ?, code = ?, ended_at = ?, next_at = ?, attempts = greatest(attempts, ?)
                where delivery_id = ? and kind = ? and state <> 'DELIVERED'\
                """,
                state,
                state == DeliveryState.FAILED ? verdict : null,
                facts.maybe(Fact.CODE),
                endedAt,
                facts.time(Fact.NEXT),
                facts.number(Fact.ATTEMPT),
                id(facts),
                facts.kind());
        return changed > 0
                || sql.update(
                                "update delivery set attempts = greatest(attempts, ?) where delivery_id = ? and kind ="
                                        + " ?",
                                facts.number(Fact.ATTEMPT),
                                id(facts),
                                facts.kind())
                        > 0;
    }

    /** The request's end, or empty while a destination's result is still on its way. */
    Optional<End> end(String request, List<String> destinations) throws SQLException {
        Map<String, Result> results = sql
                .query(
                        """
                        select alias, coalesce(verdict, 'DELIVERED') as verdict, code, ended_at from delivery
                        where request = ? and kind = ? and state in ('DELIVERED', 'FAILED')\
                        """,
                        row -> new Result(
                                row.getString("alias"),
                                row.getString("verdict"),
                                row.getString("code"),
                                Sql.instant(row, "ended_at")),
                        request,
                        Kind.RESULT)
                .stream()
                .collect(Collectors.toMap(Result::alias, result -> result, (first, second) -> first));
        if (!results.keySet().containsAll(destinations)) {
            return Optional.empty();
        }
        List<Result> asked = destinations.stream().map(results::get).toList();
        Instant last = asked.stream().map(Result::at).max(Instant::compareTo).orElseThrow();
        return Optional.of(asked.stream()
                .filter(result -> !result.verdict().equals(Verdict.DELIVERED.name()))
                .findFirst()
                .map(failed -> new End(failed.verdict(), failed.code(), last))
                .orElseGet(() -> new End(Verdict.DELIVERED.name(), null, last)));
    }

    static String id(Facts facts) {
        String id = facts.text(Fact.DELIVERY);
        return id.isEmpty() ? facts.text(Fact.REQUEST) + "/" + facts.text(Fact.ALIAS) : id;
    }
}
