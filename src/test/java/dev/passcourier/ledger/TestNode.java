package dev.passcourier.ledger;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** A node's part on a ledger that others share, without the rest of a service, and with shorter times. */
public final class TestNode implements AutoCloseable {

    public static final Duration LEASE = Duration.ofMillis(1500);

    private static final Duration BEAT = Duration.ofMillis(150);

    private final LedgerDatabase database;
    private final NodeRegistry registry;
    private volatile boolean takes = true;

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
        registry.close();
        database.close();
    }
}
