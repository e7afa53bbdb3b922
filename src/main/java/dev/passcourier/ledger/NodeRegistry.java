package dev.passcourier.ledger;

import dev.passcourier.ledger.SharedGate.Limits;
import dev.passcourier.ledger.SharedGate.Share;
import dev.passcourier.ledger.SharedGate.Use;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes on one ledger in PostgreSQL, and how they share what a cloud allows. Once a second each node says there that
 * it is alive, and takes its part of every account: of its rate so many calls a second, and so many messages in hand. One
 * node after the other does so, under a lock of the database, so that the parts never come to more than the whole.
 *
 * <p>A part is a lease. It ends when its node has not been heard of for ten seconds: that node asks nothing from then on,
 * as its own clock tells it, and the others share what it had once its last calls are a second old. Leases count on the
 * database's clock; nodes only measure spans, and begin to count before they ask. So a database that is away has every
 * node wait and none ask too often.
 *
 * <p>Parts are even among the nodes that take work. What cannot be divided goes round among them, so that an account of
 * one call a second is not left to a node which may have no hand free.
 */
public final class NodeRegistry implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NodeRegistry.class);
    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration ROUND = Duration.ofSeconds(20);

    /** What two nodes make of one pause may differ by the way to the database. */
    private static final Duration SAME_PAUSE = Duration.ofSeconds(1);

    private static final String LOCK = "account_share";

    private final LedgerDatabase database;
    private final String id;
    private final Self self;
    private final BooleanSupplier takes;
    private final Duration beat;
    private final Duration lease;
    private final Map<String, SharedGate> gates = new ConcurrentHashMap<>();
    private final Thread thread = new Thread(this::run, "nodes");
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean soon;
    private boolean closed;
    private boolean silent;

    /**
     * What a node says of itself.
     *
     * @param name     for people, such as its host's
     * @param version  of the program
     * @param settings a hash of the settings that all nodes should have in common
     */
    public record Self(String name, String version, String settings) {}

    /** For a node with this id, which no other has and which it keeps over a restart. */
    NodeRegistry(LedgerDatabase database, String id, Self self, BooleanSupplier takes) {
        this(database, id, self, takes, BEAT, LEASE);
    }

    /** The same with other times. */
    NodeRegistry(LedgerDatabase database, String id, Self self, BooleanSupplier takes, Duration beat, Duration lease) {
        this.database = database;
        this.id = id;
        this.self = self;
        this.takes = takes;
        this.beat = beat;
        this.lease = lease;
        thread.setDaemon(true);
    }

    /**
     * Has an account's gate share with those of other nodes.
     *
     * @return to be run when they should hear something at once
     */
    public Runnable join(String account, SharedGate gate) {
        gates.put(account, gate);
        return this::soon;
    }

    /** Begins to be one of the nodes. */
    public void start() throws SQLException {
        database.inTransaction(sql -> {
            sql.lockUntilTheEnd(LOCK);
            sql.update("delete from node where lease_until < now() - interval '7 days'");
            sql.update("delete from account_share where node not in (select id from node)");
            return sql.update("""
                    insert into node (id, name, version, settings, started_at, seen_at, lease_until, takes)
                    values (?, ?, ?, ?, now(), now(), now(), false)
                    on conflict (id) do update set name = excluded.name, version = excluded.version,
                    settings = excluded.settings, started_at = now(), seen_at = now(), stopped_at = null\
                    """, id, self.name(), self.version(), self.settings());
        });
        thread.start();
    }

    private void soon() {
        wake(false);
    }

    private void wake(boolean last) {
        lock.lock();
        try {
            soon = true;
            closed = closed || last;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next beat; false if there is none. */
    private boolean next() {
        lock.lock();
        try {
            long left = beat.toNanos();
            while (!soon && left > 0) {
                left = changed.awaitNanos(left);
            }
            soon = false;
            return !closed;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        do {
            try {
                beat();
                if (silent) {
                    LOG.info("NODES_BACK the accounts are shared again");
                }
                silent = false;
            } catch (SQLException | RuntimeException e) {
                if (!silent) {
                    LOG.warn(
                            "NODES_SILENT {}: nothing is asked of a cloud until the database answers",
                            e instanceof SQLException sql
                                    ? sql.getSQLState()
                                    : e.getClass().getSimpleName());
                }
                silent = true;
            }
        } while (next());
    }

    /** Says that this node is alive, and takes its shares. */
    private void beat() throws SQLException {
        Map<String, Use> uses = new HashMap<>();
        gates.forEach((account, gate) -> uses.put(account, gate.use()));
        Map<String, Share> shares = database.inTransaction(sql -> {
            sql.lockUntilTheEnd(LOCK);
            boolean takesWork = takes.getAsBoolean();
            sql.update(
                    "update node set seen_at = now(), lease_until = now() + ? * interval '1 millisecond', takes = ?"
                            + " where id = ?",
                    lease.toMillis(),
                    takesWork,
                    id);
            return uses.isEmpty() ? Map.of() : new Sharing(sql, takesWork).share(uses);
        });
        shares.forEach(
                (account, share) -> Objects.requireNonNull(gates.get(account)).share(share));
    }

    /** Gives up what this node has, for the others to take at once. */
    @Override
    public void close() {
        wake(true);
        try {
            thread.join(lease.toMillis());
            database.inTransaction(sql -> sql.update(
                    "update node set takes = false, seen_at = now(), lease_until = now(), stopped_at = now() where id = ?",
                    id));
        } catch (SQLException e) {
            LOG.debug("The others learn of this node's end when its lease is over: {}", e.getSQLState());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops without a word, as a killed process does. */
    void die() throws InterruptedException {
        wake(true);
        thread.join();
    }

    /**
     * A part of a whole that cannot be shared evenly: the rest goes round.
     *
     * @param rank  of the node among those that take work, from 0
     * @param round counts up
     */
    static int part(int whole, int nodes, int rank, long round) {
        int place = (int) Math.floorMod(rank + round, (long) nodes);
        return whole / nodes + (place < whole % nodes ? 1 : 0);
    }

    /** All accounts as they are in one transaction. */
    private final class Sharing {

        private final Sql sql;
        private final boolean takesWork;

        /** How many milliseconds each node's lease still lasts; below zero since it ended. */
        private final Map<String, Long> leases = new HashMap<>();

        private final List<String> taking;
        private final long now;
        private final Map<String, Map<String, int[]>> held = new HashMap<>();
        private final Map<String, Rest> rests = new HashMap<>();

        Sharing(Sql sql, boolean takesWork) throws SQLException {
            this.sql = sql;
            this.takesWork = takesWork;
            List<String> takers = new ArrayList<>();
            for (Lease each : sql.query(
                    "select id, takes, (extract(epoch from lease_until - now()) * 1000)::bigint from node order by id",
                    row -> new Lease(row.getString(1), row.getBoolean(2), row.getLong(3)))) {
                leases.put(each.node(), each.left());
                if (each.takes() && each.left() > 0) {
                    takers.add(each.node());
                }
            }
            taking = takers;
            now = sql.query("select (extract(epoch from now()) * 1000)::bigint", row -> row.getLong(1))
                    .get(0);
            sql.query("select account, node, turns, calls from account_share", row -> held.computeIfAbsent(
                            row.getString(1), account -> new HashMap<>())
                    .put(row.getString(2), new int[] {row.getInt(3), row.getInt(4)}));
            sql.query(
                    "select account, (extract(epoch from paused_until - now()) * 1000)::bigint, broken_by from"
                            + " account_rest",
                    row -> rests.put(row.getString(1), new Rest(row.getLong(2), row.getString(3))));
        }

        Map<String, Share> share(Map<String, Use> uses) throws SQLException {
            Map<String, Share> shares = new HashMap<>();
            for (Map.Entry<String, Map<String, int[]>> account : held.entrySet()) {
                if (account.getValue().containsKey(id) && !uses.containsKey(account.getKey())) {
                    sql.update("delete from account_share where account = ? and node = ?", account.getKey(), id);
                }
            }
            for (Map.Entry<String, Use> use : uses.entrySet()) {
                shares.put(use.getKey(), share(use.getKey(), use.getValue()));
            }
            return shares;
        }

        private Share share(String account, Use use) throws SQLException {
            Limits limits = Objects.requireNonNull(gates.get(account)).limits();
            Map<String, int[]> all = held.getOrDefault(account, Map.of());
            int[] others = new int[2];
            all.forEach((node, share) -> {
                if (!node.equals(id)
                        && leases.getOrDefault(node, Long.MIN_VALUE)
                                > -limits.within().toMillis()) {
                    others[0] += share[0];
                    others[1] += share[1];
                }
            });
            int[] before = all.getOrDefault(id, new int[2]);
            long round = now / Math.max(ROUND.toMillis(), 2 * limits.within().toMillis()) + account.hashCode();
            int turns = mine(limits.turns(), others[0], round);
            int calls = mine(limits.calls(), others[1], round);
            // What is in use stays ours until it is not.
            keep(account, before, new int[] {
                Math.max(turns, Math.min(before[0], use.turns())), Math.max(calls, Math.min(before[1], use.calls()))
            });
            return rest(account, use, turns, calls);
        }

        private int mine(int whole, int others, long round) {
            return takesWork
                    ? Math.max(0, Math.min(part(whole, taking.size(), taking.indexOf(id), round), whole - others))
                    : 0;
        }

        private void keep(String account, int[] before, int[] after) throws SQLException {
            if (before[0] != after[0] || before[1] != after[1]) {
                sql.update(
                        "insert into account_share (account, node, turns, calls) values (?, ?, ?, ?) on conflict"
                                + " (account, node) do update set turns = excluded.turns, calls = excluded.calls",
                        account,
                        id,
                        after[0],
                        after[1]);
            }
        }

        private Share rest(String account, Use use, int turns, int calls) throws SQLException {
            Rest known = rests.getOrDefault(account, Rest.NONE);
            long pause = Math.max(0, known.pause());
            if (use.pause().toMillis() > pause + SAME_PAUSE.toMillis()) {
                pause = use.pause().toMillis();
            }
            String brokenBy = known.brokenBy();
            if (brokenBy == null || brokenBy.equals(id) || !taking.contains(brokenBy)) {
                brokenBy = use.broken() && takesWork ? id : null;
            }
            if (pause != Math.max(0, known.pause()) || !Objects.equals(brokenBy, known.brokenBy())) {
                sql.update(
                        "insert into account_rest (account, paused_until, broken_by) values (?, now() + ? * interval"
                                + " '1 millisecond', ?) on conflict (account) do update set paused_until ="
                                + " excluded.paused_until, broken_by = excluded.broken_by",
                        account,
                        pause,
                        brokenBy);
            }
            return new Share(turns, calls, lease, Duration.ofMillis(pause), brokenBy != null && !brokenBy.equals(id));
        }
    }

    private record Lease(String node, boolean takes, long left) {}

    /** How an account is left alone: for how many milliseconds a cloud wants it, and who has found that it fails. */
    private record Rest(long pause, @Nullable String brokenBy) {

        private static final Rest NONE = new Rest(0, null);
    }
}
