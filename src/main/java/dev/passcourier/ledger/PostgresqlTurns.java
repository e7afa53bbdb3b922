package dev.passcourier.ledger;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Turns in one row for each account: the time of its next one. Each statement is a transaction of its own that the server
 * ends, so that a node which hangs or dies holds no row.
 */
final class PostgresqlTurns implements SharedTurns {

    /** No row is locked for longer than other nodes may wait: states of a lock, or of a statement, that took too long. */
    private static final Set<String> TOO_LONG = Set.of("55P03", "57014");

    /** More than nodes with other settings, or on their way, can differ by. */
    private static final Duration UNSURE = Duration.ofSeconds(10);

    private static final String NEW =
            "insert into account_turn (account, next_turn) values (?, clock_timestamp())" + " on conflict do nothing";

    /** A time that nobody can have taken means that the clock was set back: then turns begin anew, after a while. */
    private static final String TAKE = """
        update account_turn set next_turn = ? * interval '1 microsecond' + case
            when next_turn > clock_timestamp() + ? * interval '1 microsecond'
            then clock_timestamp() + ? * interval '1 microsecond'
            else greatest(next_turn, clock_timestamp()) end
        where account = ? and (next_turn <= clock_timestamp() + ? * interval '1 microsecond'
            or next_turn > clock_timestamp() + ? * interval '1 microsecond')
        returning (extract(epoch from next_turn - clock_timestamp()) * 1000000)::bigint\
        """;

    private final HikariDataSource source;

    PostgresqlTurns(HikariDataSource source) {
        this.source = source;
    }

    @Override
    public Optional<Duration> take(String account, Duration apart, int many, Duration furthest) {
        long taken = micros(apart) * many;
        long impossible = micros(furthest) + taken + micros(apart) + micros(UNSURE);
        return now(sql -> {
            Optional<Long> next = take(sql, account, taken, impossible, micros(furthest));
            if (next.isEmpty() && sql.update(NEW, account) > 0) {
                next = take(sql, account, taken, impossible, micros(furthest));
            }
            return next.map(end -> Duration.ofNanos(1000 * Math.max(0, end - taken)));
        });
    }

    private static Optional<Long> take(Sql sql, String account, long taken, long impossible, long furthest)
            throws SQLException {
        return sql.first(TAKE, row -> row.getLong(1), taken, impossible, micros(UNSURE), account, furthest, impossible);
    }

    private static long micros(Duration span) {
        return span.toNanos() / 1000;
    }

    private <T> T now(Sql.Work<T> work) {
        try {
            return Sql.eachByItself(source, work);
        } catch (SQLException e) {
            throw new LedgerException(
                    TOO_LONG.contains(String.valueOf(e.getSQLState())) ? "LEDGER_LOCKED" : "LEDGER_DATABASE");
        }
    }
}
