package dev.passcourier.ledger;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node's part on a ledger that others share, without the rest of a service, and with shorter times. */
public final class TestNode implements AutoCloseable {

    public static final Duration LEASE = Duration.ofMillis(1500);

    private static final Duration BEAT = Duration.ofMillis(150);

    private final LedgerDatabase database;
    private final NodeRegistry registry;
    private volatile boolean takes = true;
    private @Nullable HikariDataSource frozen;

    /** On PostgreSQL at this URL. */
    public TestNode(String url, String id) throws SQLException {
        database = LedgerDatabase.postgresql(url, "postgres", null);
        registry = new NodeRegistry(
                database, id, new NodeRegistry.Self("host-of-" + id, "1.0", "cafe"), () -> takes, BEAT, LEASE);
    }

    /** What it sees of all nodes. */
    public List<NodeStatus> nodes() {
        return LedgerStatus.on(database).nodes();
    }

    /** Has a session of this node freeze amid a transaction that holds an account's turns. */
    public void freeze(String account) throws SQLException {
        HikariDataSource sessions = database.briefly();
        frozen = sessions;
        Connection connection = sessions.getConnection();
        try (PreparedStatement hold =
                connection.prepareStatement("update account_turn set next_turn = next_turn where account = ?")) {
            hold.setString(1, account);
            hold.executeUpdate();
        }
    }

    /** Begins with the accounts that have joined. */
    public TestNode begin() throws SQLException {
        registry.start();
        return this;
    }

    public NodeRegistry registry() {
        return registry;
    }

    /** Whether it takes work, as it does at first. */
    public void takes(boolean work) {
        takes = work;
    }

    /** As a process that is killed, or that hangs. */
    public void die() throws InterruptedException {
        registry.die();
        database.close();
    }

    @Override
    public void close() {
        if (frozen != null) {
            frozen.close();
        }
        registry.close();
        database.close();
    }
}
