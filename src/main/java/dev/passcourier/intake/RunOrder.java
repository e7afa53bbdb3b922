package dev.passcourier.intake;

/**
 * Asks for a schedule's list, or runs a report, now, beside its planned times.
 *
 * @param schedule the schedule's or report's name
 * @param id       what this run is known by: ordered again, as when the answer was lost, it is taken once
 */
public record RunOrder(String schedule, String id) {

    /** What orders of this kind are called on the control socket. */
    public static final String NAME = "run-schedule";

    /** What orders to run a report are called there. */
    public static final String REPORT = "run-report";

    /** Letters of an id: it is a part of the ids of the run's requests. */
    public static final int LONGEST_ID = 40;

    /** Whether a run may be known by it. */
    public static boolean isId(String id) {
        return id.matches("[A-Za-z0-9._-]{1," + LONGEST_ID + "}");
    }

    /**
     * A run that has begun.
     *
     * @param run      its batch, which {@code status} takes
     * @param lines    lines of the list
     * @param bad      how many of them cannot be read
     * @param repeated whether it had begun before, so that nothing is asked again
     */
    public record Begun(String run, int lines, int bad, boolean repeated) {}
}
