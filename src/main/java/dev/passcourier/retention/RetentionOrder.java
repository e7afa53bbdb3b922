package dev.passcourier.retention;

/**
 * Asks for what is done once a day to be done now.
 *
 * @param dryRun says what would go, and leaves it
 */
public record RetentionOrder(boolean dryRun) {

    /** What orders of this kind are called on the control socket. */
    public static final String NAME = "retention";
}
