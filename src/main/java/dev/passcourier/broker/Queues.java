package dev.passcourier.broker;

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

    private Queues() {}

    /** The queue of requests for one account. */
    public static String fetch(String account) {
        return "fetch." + account;
    }

    /** The queue of deliveries for one destination. */
    public static String outbox(String destination) {
        return "outbox." + destination;
    }
}
