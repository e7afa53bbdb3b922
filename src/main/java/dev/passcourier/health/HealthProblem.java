package dev.passcourier.health;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong.
 *
 * @param code  such as {@code DISK_LOW}
 * @param until when it will be over by itself, or null if nobody knows
 * @param says  what it is in words, and the repair; or empty where the code says it all
 */
public record HealthProblem(String code, @Nullable Instant until, String says) {

    /** With no end in sight. */
    public HealthProblem(String code) {
        this(code, null, "");
    }

    /** Until a time. */
    public HealthProblem(String code, @Nullable Instant until) {
        this(code, until, "");
    }

    /** With words for who repairs it. */
    public HealthProblem(String code, String says) {
        this(code, null, says);
    }

    /** The code, with the words that belong to it. */
    @Override
    public String toString() {
        return says.isEmpty() ? code : code + ": " + says;
    }
}
