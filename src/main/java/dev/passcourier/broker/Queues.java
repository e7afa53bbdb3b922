package dev.passcourier.broker;

import org.jspecify.annotations.Nullable;

/** Names of our queues. Account and destination names come from the configuration only. */
public final class Queues {

    /** Where messages land that the broker gave up on. */
    public static final String DEAD = "passcourier.dead";

    /** Where messages land whose lifetime ended. */
    public static final String EXPIRED = "passcourier.expired";

    /** Where messages land that we will not touch: wrong type, too large, too many attempts. */
    public static final String QUARANTINE = "passcourier.quarantine";

    /** Where work that has failed is kept for a while, to be returned when its cause is mended. */
    public static final String FAILED = "passcourier.failed";

    private static final String FETCH = "fetch.";
    private static final String CLEAR = "clear.";
    private static final String OUTBOX = "outbox.";

    private Queues() {}

    /** The queue of requests for one account. */
    public static String fetch(String account) {
        return FETCH + account;
    }

    /** The queue of passwords that one account's cloud is to forget. */
    public static String clear(String account) {
        return CLEAR + account;
    }

    /** The account whose cloud is to forget what a queue holds, or null if it holds no such work. */
    public static @Nullable String cleared(String queue) {
        return after(CLEAR, queue);
    }

    /** The queue of deliveries for one destination. */
    public static String outbox(String destination) {
        return OUTBOX + destination;
    }

    /** The account whose requests a queue holds, or null if it holds none. */
    public static @Nullable String account(String queue) {
        return after(FETCH, queue);
    }

    /** The destination whose deliveries a queue holds, or null if it holds none. */
    public static @Nullable String destination(String queue) {
        return after(OUTBOX, queue);
    }

    private static @Nullable String after(String prefix, String queue) {
        return queue.startsWith(prefix) ? queue.substring(prefix.length()) : null;
    }
}
