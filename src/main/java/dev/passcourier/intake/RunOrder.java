package dev.passcourier.intake;

/**
 * Asks for a schedule's list now, beside its planned times.
 *
 * @param schedule its name
 */
public record RunOrder(String schedule) {

    /** What orders of this kind are called on the control socket. */
    public static final String NAME = "run-schedule";

    /**
     * A run that has begun.
     *
     * @param run   its id, which {@code status} takes
     * @param lines lines of the list
     * @param bad   how many of them cannot be read
     */
    public record Begun(String run, int lines, int bad) {}
}
