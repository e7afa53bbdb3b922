package dev.passcourier.ledger;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.request.Origin;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.Verdict;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes requests. */
final class RequestTable {

    /** An end by ENDED in another origin's name must not touch the row. */
    private static final String DUPLICATE = RefusalCode.DUPLICATE_REQUEST.name();

    private final Sql sql;
    private final Consumer<Ledger.Ended> ends;

    /** Tells {@code ends} of each request that had not ended and now has. */
    RequestTable(Sql sql, Consumer<Ledger.Ended> ends) {
        this.sql = sql;
        this.ends = ends;
    }

    /** Whose row it is. */
    private record Owner(
            @Nullable String source,
            @Nullable String reference,
            @Nullable String batch,
            int line) {}

    /** The first origin that asks owns the row. */
    void asked(Facts facts) throws SQLException {
        int begun = sql.update("""
            insert into request (account, instance, source, reference, sender, batch, line, asked_at, id, state, attempts)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'ASKED', 0) on conflict do nothing\
            """, asker(facts));
        if (begun == 0) {
            sql.update("""
                update request set account = ?, instance = ?, source = ?, reference = ?, sender = ?, batch = ?, line = ?,
                    asked_at = ?
                where id = ? and source is null\
                """, asker(facts));
        }
    }

    private static @Nullable Object[] asker(Facts facts) {
        return new @Nullable Object[] {
            facts.maybe(Fact.ACCOUNT),
            facts.maybe(Fact.INSTANCE),
            facts.text(Fact.SOURCE),
            facts.text(Fact.REFERENCE),
            facts.maybe(Fact.USER),
            facts.maybe(Fact.BATCH),
            facts.number(Fact.LINE),
            facts.at(),
            facts.text(Fact.REQUEST)
        };
    }

    void allowed(Facts facts) throws SQLException {
        update(
                facts,
                """
                update request set destinations = ?, deadline = ?, allowed_by = ?, accepted_at = coalesce(accepted_at, ?),
                    state = case when state = 'ASKED' then 'ALLOWED' else state end
                where id = ?\
                """,
                facts.text(Fact.DESTINATIONS),
                facts.time(Fact.DEADLINE),
                facts.maybe(Fact.RULE),
                facts.at(),
                facts.text(Fact.REQUEST));
    }

    /** Work that goes on after an end was recorded but rolled back takes the end back, unless all was delivered. */
    void progress(Facts facts, RequestState state) throws SQLException {
        update(
                facts,
                """
                update request set state = ?, code = ?, verdict = null, ended_at = null, next_at = ?,
                    attempts = greatest(attempts, ?)
                where id = ? and (ended_at is null or (ended_at <= ? and verdict <> 'DELIVERED'))\
                """,
                state,
                facts.maybe(Fact.CODE),
                facts.time(Fact.NEXT),
                facts.number(Fact.ATTEMPT),
                facts.text(Fact.REQUEST),
                facts.at());
    }

    void ended(Facts facts) throws SQLException {
        begin(facts);
        end(
                facts.text(Fact.REQUEST),
                facts.has(Fact.VERDICT) ? facts.text(Fact.VERDICT) : Verdict.FAILED.name(),
                facts.maybe(Fact.CODE),
                facts.number(Fact.ATTEMPT),
                facts.at(),
                facts.maybe(Fact.RULE));
    }

    /** Ends a request that was asked and got no further. */
    void endedAtTheIntake(String id, Facts facts) throws SQLException {
        Optional<Ledger.Ended> open = open(id, Verdict.FAILED.name());
        int ended = sql.update("""
            update request set state = 'ENDED', verdict = ?, code = ?, ended_at = ?, next_at = null
            where id = ? and state in ('ASKED', 'ALLOWED')\
            """, Verdict.FAILED.name(), facts.maybe(Fact.CODE), facts.at(), id);
        if (ended > 0) {
            open.ifPresent(ends);
        }
    }

    /** What is told of a request when it ends; empty if it has ended before or is not there. */
    private Optional<Ledger.Ended> open(String id, String verdict) throws SQLException {
        return sql.first(
                "select account, source from request where id = ? and ended_at is null",
                row -> Ledger.Ended.of(row.getString(1), row.getString(2), verdict),
                id);
    }

    /** Takes an end back, unless all was delivered. */
    void reopened(String id, RequestState state, Facts facts) throws SQLException {
        sql.update("""
            update request set state = ?, verdict = null, code = null, ended_at = null, next_at = null
            where id = ? and ended_at <= ? and verdict <> 'DELIVERED'\
            """, state, id, facts.at());
    }

    /** The request that a message of another program asked. */
    Optional<String> ofMessage(Facts facts) throws SQLException {
        return sql.first(
                "select id from request where source = ? and reference = ?",
                row -> row.getString(1),
                Origin.Source.JMS,
                facts.text(Fact.REFERENCE));
    }

    /** Ends the request if each of its destinations has its result or never will. */
    void endByDeliveries(String id, DeliveryTable deliveries) throws SQLException {
        Optional<String> destinations =
                sql.first("select coalesce(destinations, '') from request where id = ?", row -> row.getString(1), id);
        if (destinations.isEmpty() || destinations.get().isEmpty()) {
            return;
        }
        Optional<DeliveryTable.End> end =
                deliveries.end(id, List.of(destinations.get().split(",", -1)));
        if (end.isPresent()) {
            end(id, end.get().verdict(), end.get().code(), 0, end.get().at(), null);
        }
    }

    /** Whether the event speaks for the origin that owns the request. */
    boolean owns(Facts facts) throws SQLException {
        Optional<Owner> owner = sql.first(
                "select source, reference, batch, line from request where id = ?",
                row -> new Owner(row.getString(1), row.getString(2), row.getString(3), row.getInt(4)),
                facts.text(Fact.REQUEST));
        return !facts.text(Fact.CODE).equals(DUPLICATE) && (owner.isEmpty() || speaksFor(owner.get(), facts));
    }

    private static boolean speaksFor(Owner owner, Facts facts) {
        if (owner.source() == null) {
            return true;
        }
        if (facts.has(Fact.REFERENCE)) {
            return owner.source().equals(facts.text(Fact.SOURCE))
                    && facts.text(Fact.REFERENCE).equals(owner.reference());
        }
        return !facts.has(Fact.BATCH)
                || (facts.text(Fact.BATCH).equals(owner.batch()) && facts.number(Fact.LINE) == owner.line());
    }

    /** A request is there when its records come, but for those of a trail whose beginning is gone. */
    private void update(Facts facts, String statement, @Nullable Object... values) throws SQLException {
        if (sql.update(statement, values) == 0) {
            begin(facts);
            sql.update(statement, values);
        }
    }

    private void begin(Facts facts) throws SQLException {
        sql.update(
                "insert into request (id, state, attempts, asked_at) values (?, 'ASKED', 0, ?) on conflict do nothing",
                facts.text(Fact.REQUEST),
                facts.at());
    }

    private void end(String id, String verdict, @Nullable String code, int attempts, Instant at, @Nullable String rule)
            throws SQLException {
        Optional<Ledger.Ended> open = open(id, verdict);
        sql.update("""
            update request set state = 'ENDED', verdict = ?, code = ?, ended_at = ?, attempts = greatest(attempts, ?),
                rule = ?, next_at = null
            where id = ? and (verdict is null or verdict <> 'DELIVERED')\
            """, verdict, code, at, attempts, rule, id);
        open.ifPresent(ends);
    }
}
