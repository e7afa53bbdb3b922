package dev.passcourier.ledger;

import java.time.Instant;

/**
 * One of the nodes on a ledger in PostgreSQL, as it last said there.
 *
 * @param id        the name of its audit trail
 * @param name      its host's
 * @param version   of the program
 * @param settings  a short hash of what all nodes should have in common in their settings
 * @param startedAt when it started last
 * @param seenAt    when it was last heard of
 * @param state     what it does now
 */
public record NodeStatus(
        String id, String name, String version, String settings, Instant startedAt, Instant seenAt, State state) {

    /** Of a short id so many digits are enough. */
    private static final int SHORT = 8;

    /** What a node does, by the database's clock. */
    public enum State {
        /** It takes work. */
        UP,
        /** It is alive and takes no work: it starts, or one of its checks is down. */
        WAITS,
        /** It has not been heard of for longer than it would be silent alive. */
        SILENT,
        /** It was stopped. */
        STOPPED
    }

    /** Enough of the id to tell two on one host apart. */
    public String shortId() {
        return id.substring(0, Math.min(SHORT, id.length()));
    }
}
