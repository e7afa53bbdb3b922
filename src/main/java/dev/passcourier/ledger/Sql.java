package dev.passcourier.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Prepared statements on one connection. */
final class Sql {

    private static final int BATCH = 1000;

    private final Connection connection;

    /** Kept until the end of the transaction: a few dozen statements do all the work, each of them many times. */
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    private Sql(Connection connection) {
        this.connection = connection;
    }

    /** Work in one transaction. */
    @FunctionalInterface
    interface Work<T> {

        T run(Sql sql) throws SQLException;
    }

    /** Reads one row. */
    @FunctionalInterface
    interface Row<T> {

        T read(ResultSet row) throws SQLException;
    }

    static <T> T inTransaction(DataSource source, Work<T> work) throws SQLException {
        try (Connection connection = source.getConnection()) {
            try {
                Sql sql = new Sql(connection);
                T result = work.run(sql);
                connection.commit();
                sql.closeStatements();
                return result;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        }
    }

    /** Work of which the server commits each statement by itself. */
    static <T> T eachByItself(DataSource source, Work<T> work) throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(true);
            Sql sql = new Sql(connection);
            T result = work.run(sql);
            sql.closeStatements();
            return result;
        }
    }

    /**
     * Runs statements that may take hours on a large database, each in a transaction of its own and without a limit to its
     * silence: what is done stays done if a later one fails. On PostgreSQL nodes do so one after the other: two that make
     * the same table at once would fail, even if it is to be made only if it is not there.
     *
     * @param lock name of PostgreSQL's lock, or null for a database that nobody shares
     */
    static void patiently(DataSource source, @Nullable String lock, List<String> statements) throws SQLException {
        try (Connection connection = source.getConnection()) {
            int limit = connection.getNetworkTimeout();
            connection.setNetworkTimeout(Runnable::run, 0);
            for (String statement : statements) {
                Sql sql = new Sql(connection);
                if (lock != null) {
                    sql.lockUntilTheEnd(lock);
                }
                sql.update(statement);
                connection.commit();
            }
            connection.setNetworkTimeout(Runnable::run, limit);
        }
    }

    /** Waits for PostgreSQL's lock of this name and holds it until the transaction ends, or its connection. */
    void lockUntilTheEnd(String name) throws SQLException {
        query("select pg_advisory_xact_lock(hashtextextended(?, 0))", row -> name, name);
    }

    /** Runs a statement and answers how many rows it changed. */
    int update(String statement, @Nullable Object... values) throws SQLException {
        PreparedStatement prepared = prepared(statement);
        set(prepared, values);
        return prepared.executeUpdate();
    }

    <T> List<T> query(String statement, Row<T> row, @Nullable Object... values) throws SQLException {
        PreparedStatement prepared = prepared(statement);
        set(prepared, values);
        List<T> found = new ArrayList<>();
        try (ResultSet rows = prepared.executeQuery()) {
            while (rows.next()) {
                found.add(row.read(rows));
            }
        }
        return found;
    }

    /** The connection closes those of a transaction that fails. */
    private PreparedStatement prepared(String statement) throws SQLException {
        PreparedStatement prepared = statements.get(statement);
        if (prepared == null) {
            prepared = connection.prepareStatement(statement);
            statements.put(statement, prepared);
        }
        return prepared;
    }

    private void closeStatements() throws SQLException {
        for (PreparedStatement statement : statements.values()) {
            statement.close();
        }
    }

    /** Sees one row. */
    @FunctionalInterface
    interface Visit {

        void row(ResultSet row) throws SQLException;
    }

    /** Shows all rows one by one, however many there are. */
    void each(String statement, Visit visit) throws SQLException {
        try (PreparedStatement prepared = connection.prepareStatement(statement)) {
            prepared.setFetchSize(BATCH);
            try (ResultSet rows = prepared.executeQuery()) {
                while (rows.next()) {
                    visit.row(rows);
                }
            }
        }
    }

    /** Puts in many rows with few calls. */
    Rows rows() {
        return new Rows();
    }

    /** Rows of one table, put in when there are enough of them and at the end. */
    final class Rows implements AutoCloseable {

        private @Nullable PreparedStatement prepared;
        private int waiting;

        void add(String statement, @Nullable Object... values) throws SQLException {
            if (prepared == null) {
                prepared = connection.prepareStatement(statement);
            }
            set(prepared, values);
            prepared.addBatch();
            waiting++;
            if (waiting == BATCH) {
                prepared.executeBatch();
                waiting = 0;
            }
        }

        @Override
        public void close() throws SQLException {
            if (prepared != null) {
                try (PreparedStatement last = prepared) {
                    last.executeBatch();
                }
            }
        }
    }

    <T> Optional<T> first(String statement, Row<T> row, @Nullable Object... values) throws SQLException {
        return query(statement, row, values).stream().findFirst();
    }

    /** A column's time, or null. */
    static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** A column's time that is always there. */
    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** The same by its place, from 1. */
    static @Nullable Instant time(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** The same of a column that is always there. */
    static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static void set(PreparedStatement prepared, @Nullable Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            Object value = values[i];
            if (value == null) {
                prepared.setNull(i + 1, Types.NULL);
            } else if (value instanceof Instant time) {
                prepared.setObject(i + 1, time.atOffset(ZoneOffset.UTC));
            } else if (value instanceof Enum<?> name) {
                prepared.setString(i + 1, name.name());
            } else {
                prepared.setObject(i + 1, value);
            }
        }
    }
}
