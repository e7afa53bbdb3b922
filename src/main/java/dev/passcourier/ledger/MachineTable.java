package dev.passcourier.ledger;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.outbox.OutboxItem.Kind;
import dev.passcourier.request.Origin;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes what is known of machines for ever: that their passwords were asked for, and who got the latest. */
final class MachineTable {

    private final Sql sql;

    MachineTable(Sql sql) {
        this.sql = sql;
    }

    /** A result that somebody has, and its request. */
    private record Result(
            String account,
            String instance,
            @Nullable String sender,
            String source,
            @Nullable String rule,
            String alias,
            Instant begunAt,
            Instant endedAt) {}

    /** Notes the machine of a request that was allowed, but for reports. */
    void asked(Facts facts) throws SQLException {
        sql.update("""
                insert into machine (account, instance)
                select account, instance from request
                where id = ? and source <> ? and account is not null and instance is not null
                on conflict do nothing\
                """, facts.text(Fact.REQUEST), Origin.Source.REPORT);
    }

    /** Notes a result that was delivered, if it is its machine's latest. */
    void handedOver(Facts facts) throws SQLException {
        if (facts.kind() != Kind.RESULT) {
            return;
        }
        Optional<Result> delivered = sql.first(
                """
                select r.account, r.instance, r.sender, r.source, r.allowed_by, d.alias, d.begun_at, d.ended_at
                from delivery d join request r on r.id = d.request
                where d.delivery_id = ? and d.kind = ? and d.ended_at is not null
                    and r.source is not null and r.account is not null and r.instance is not null\
                """,
                row -> new Result(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        Sql.instant(row, 7),
                        Sql.instant(row, 8)),
                DeliveryTable.id(facts),
                Kind.RESULT);
        if (delivered.isPresent()) {
            keepLatest(delivered.get());
        }
    }

    private void keepLatest(Result result) throws SQLException {
        sql.update(
                "insert into machine (account, instance) values (?, ?) on conflict do nothing",
                result.account(),
                result.instance());
        sql.update(
                """
                update machine set sender = ?, source = ?, allowed_by = ?, alias = ?, begun_at = ?, ended_at = ?
                where account = ? and instance = ?
                    and (ended_at is null or ended_at < ? or (ended_at = ? and alias > ?))\
                """,
                result.sender(),
                result.source(),
                result.rule(),
                result.alias(),
                result.begunAt(),
                result.endedAt(),
                result.account(),
                result.instance(),
                result.endedAt(),
                result.endedAt(),
                result.alias());
    }
}
