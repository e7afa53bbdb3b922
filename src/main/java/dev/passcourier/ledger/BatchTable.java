package dev.passcourier.ledger;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.request.Verdict;
import java.sql.SQLException;
import java.util.Optional;

/** Writes batches and their lines. */
final class BatchTable {

    private final Sql sql;

    BatchTable(Sql sql) {
        this.sql = sql;
    }

    void taken(Facts facts) throws SQLException {
        sql.update(
                """
                insert into batch (id, source, name, planned, total, taken_at) values (?, ?, ?, ?, ?, ?)
                on conflict do nothing""",
                facts.text(Fact.BATCH),
                facts.text(Fact.SOURCE),
                facts.text(Fact.NAME),
                facts.time(Fact.PLANNED),
                facts.number(Fact.COUNT),
                facts.at());
    }

    /** Joins a line to its request; {@code owns} if the request is this line's and no other origin's. */
    void line(Facts facts, boolean owns) throws SQLException {
        sql.update(
                "insert into batch_line (batch, line, owns) values (?, ?, ?) on conflict do nothing",
                facts.text(Fact.BATCH),
                facts.number(Fact.LINE),
                owns);
        sql.update(
                """
                update batch_line set owns = ?, request = coalesce(?, request), account = coalesce(?, account),
                    instance = coalesce(?, instance)
                where batch = ? and line = ?""",
                owns,
                facts.maybe(Fact.REQUEST),
                facts.maybe(Fact.ACCOUNT),
                facts.maybe(Fact.INSTANCE),
                facts.text(Fact.BATCH),
                facts.number(Fact.LINE));
    }

    /** Ends a line whose end is not its request's. */
    void lineEnded(Facts facts, boolean owns) throws SQLException {
        if (owns) {
            return;
        }
        sql.update(
                "update batch_line set verdict = ?, code = ?, ended_at = ? where batch = ? and line = ?",
                facts.has(Fact.VERDICT) ? facts.text(Fact.VERDICT) : Verdict.REFUSED.name(),
                facts.maybe(Fact.CODE),
                facts.at(),
                facts.text(Fact.BATCH),
                facts.number(Fact.LINE));
    }

    /** Ends a line whose request could not even be asked. */
    void lineFailed(Facts facts) throws SQLException {
        sql.update(
                "update batch_line set verdict = ?, code = ?, ended_at = ? where batch = ? and line = ?",
                Verdict.FAILED.name(),
                facts.maybe(Fact.CODE),
                facts.at(),
                facts.text(Fact.BATCH),
                facts.number(Fact.LINE));
    }

    /** Takes the end of such a line back. */
    void lineReopened(Facts facts) throws SQLException {
        sql.update("""
                update batch_line set verdict = null, code = null, ended_at = null
                where batch = ? and line = ? and request is null""", facts.text(Fact.BATCH), facts.number(Fact.LINE));
    }

    /** The request that has been asked for this line and is no other origin's. */
    Optional<String> ownRequest(Facts facts) throws SQLException {
        return sql.first(
                "select request from batch_line where batch = ? and line = ? and owns and request is not null",
                row -> row.getString(1),
                facts.text(Fact.BATCH),
                facts.number(Fact.LINE));
    }

    void reported(Facts facts) throws SQLException {
        sql.update(
                "update batch set reported_at = coalesce(reported_at, ?) where id = ?",
                facts.at(),
                facts.text(Fact.BATCH));
    }
}
