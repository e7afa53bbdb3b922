package dev.passcourier.ledger;

import com.zaxxer.hikari.HikariDataSource;
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
 * The nodes on one ledger in PostgreSQL, and how they share what a cloud allows. Each call has a turn of its own among all
 * nodes ({@link #turns}). Once a second each node says that it is alive, and takes its part of the messages that may be
 * in hand of every account. One node after the other does so, under a lock of the database, so that the parts never come
 * to more than the whole.
 *
 * <p>A part is a lease. It ends when its node has not been heard of for ten seconds: that node asks nothing from then on,
 * as its own clock tells it, and the others share what it had a second later. Leases count on the
 * database's clock; nodes only measure spans, and begin to count before they ask. So a database that is away has every
 * node wait and none ask too often.
 *
 * <p>Parts are even among the nodes that take work. What cannot be divided goes round among them, so that an account of
 * one message at once is not left to a node which may have no hand free.
 */
public final class NodeRegistry implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NodeRegistry.class);
    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final long ROUND = Duration.ofSeconds(20).toMillis();

    /** How many milliseconds after its end a lease leaves what it had to others. */
    private static final long OVER = -Duration.ofSeconds(1).toMillis();

    /** What all nodes left by then is forgotten. */
    private static final String LONG_AGO = "now() - interval '1 hour'";

    /** What two nodes make of one pause may differ by the way to the database. */
    private static final Duration SAME_PAUSE = Duration.ofSeconds(1);

    private static final String LOCK = "account_share";

    private final HikariDataSource database;
    private final SharedTurns turns;
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
        this.database = database.briefly();
        this.turns = new PostgresqlTurns(this.database);
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

    /** Has an account's gate share no more, as there is no such account: others have its part. */
    public void leave(String account) {
        gates.remove(account);
        soon();
    }

    /** The turns that all nodes take. */
    public SharedTurns turns() {
        return turns;
    }

    /** Begins to be one of the nodes. */
    public void start() throws SQLException {
        Sql.inTransaction(database, sql -> {
            sql.lockUntilTheEnd(LOCK);
            sql.update("delete from node where lease_until < now() - interval '7 days'");
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
        Map<String, Share> shares = Sql.inTransaction(database, sql -> {
            sql.lockUntilTheEnd(LOCK);
            boolean takesWork = takes.getAsBoolean();
            sql.update(
                    "update node set seen_at = now(), lease_until = now() + ? * interval '1 millisecond', takes = ?"
                            + " where id = ?",
                    lease.toMillis(),
                    takesWork,
                    id);
            return new Sharing(sql, takesWork).share(uses);
        });
        shares.forEach((account, share) -> {
            SharedGate gate = gates.get(account);
            if (gate != null) {
                gate.share(share);
            }
        });
    }

    /** Gives up what this node has, for the others to take at once. */
    @Override
    public void close() {
        wake(true);
        try {
            thread.join(lease.toMillis());
            Sql.inTransaction(
                    database,
                    sql -> sql.update(
                            "update node set takes = false, seen_at = now(), lease_until = now(), stopped_at = now()"
                                    + " where id = ?",
                            id));
        } catch (SQLException e) {
            LOG.debug("The others learn of this node's end when its lease is over: {}", e.getSQLState());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            database.close();
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
        private final Map<String, Map<String, Integer>> held = new HashMap<>();
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
            sql.query("select account, node, calls from account_share", row -> held.computeIfAbsent(
                            row.getString(1), account -> new HashMap<>())
                    .put(row.getString(2), row.getInt(3)));
            sql.query(
                    "select account, (extract(epoch from paused_until - now()) * 1000)::bigint, broken_by from"
                            + " account_rest",
                    row -> rests.put(row.getString(1), new Rest(row.getLong(2), row.getString(3))));
        }

        Map<String, Share> share(Map<String, Use> uses) throws SQLException {
            Map<String, Share> shares = new HashMap<>();
            for (Map.Entry<String, Map<String, Integer>> account : held.entrySet()) {
                if (account.getValue().containsKey(id) && !uses.containsKey(account.getKey())) {
                    sql.update("delete from account_share where account = ? and node = ?", account.getKey(), id);
                }
            }
            for (Map.Entry<String, Use> use : uses.entrySet()) {
                SharedGate gate = gates.get(use.getKey());
                if (gate != null) {
                    shares.put(use.getKey(), share(use.getKey(), gate.atOnce(), use.getValue()));
                }
            }
            tidy();
            return shares;
        }

        private Share share(String account, int atOnce, Use use) throws SQLException {
            Map<String, Integer> all = held.getOrDefault(account, Map.of());
            int others = 0;
            for (Map.Entry<String, Integer> each : all.entrySet()) {
                if (!each.getKey().equals(id) && leases.getOrDefault(each.getKey(), Long.MIN_VALUE) > OVER) {
                    others += each.getValue();
                }
            }
            int before = all.getOrDefault(id, 0);
            int calls = mine(atOnce, others, now / ROUND + account.hashCode());
            // What is in use stays ours until it is not.
            keep(account, before, Math.max(calls, Math.min(before, use.calls())));
            return rest(account, use, calls);
        }

        private int mine(int whole, int others, long round) {
            return takesWork
                    ? Math.max(0, Math.min(part(whole, taking.size(), taking.indexOf(id), round), whole - others))
                    : 0;
        }

        private void keep(String account, int before, int after) throws SQLException {
            if (before != after) {
                sql.update(
                        "insert into account_share (account, node, calls) values (?, ?, ?) on conflict (account, node)"
                                + " do update set calls = excluded.calls",
                        account,
                        id,
                        after);
            }
        }

        /** Of accounts that no node has any more nothing stays, once neither a turn nor a pause of theirs is to come. */
        private void tidy() throws SQLException {
            sql.update("delete from account_share where node not in (select id from node where lease_until > "
                    + LONG_AGO + ")");
            sql.update("delete from account_turn where next_turn < " + LONG_AGO
                    + " and account not in (select account from account_share)");
            sql.update("delete from account_rest where paused_until < " + LONG_AGO
                    + " and account not in (select account from account_share)");
        }

        private Share rest(String account, Use use, int calls) throws SQLException {
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
            return new Share(calls, lease, Duration.ofMillis(pause), brokenBy != null && !brokenBy.equals(id));
        }
    }

    private record Lease(String node, boolean takes, long left) {}

    /** How an account is left alone: for how many milliseconds a cloud wants it, and who has found that it fails. */
    private record Rest(long pause, @Nullable String brokenBy) {

        private static final Rest NONE = new Rest(0, null);
    }
}
