package dev.passcourier.health;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong.
 *
 * @param code  such as {@code DISK_LOW}
 * @param until when it will be over by itself, or null if nobody knows
 */
public record HealthProblem(String code, @Nullable Instant until) {

    /** With no end in sight. */
    public HealthProblem(String code) {
        this(code, null);
    }
}
