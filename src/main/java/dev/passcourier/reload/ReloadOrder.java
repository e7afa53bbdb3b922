package dev.passcourier.reload;

/**
 * Has the running service read its settings again.
 *
 * @param dryRun says what would change, and changes nothing
 */
public record ReloadOrder(boolean dryRun) {

    /** What orders of this kind are called on the control socket. */
    public static final String NAME = "reload";
}
