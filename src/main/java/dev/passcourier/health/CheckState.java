package dev.passcourier.health;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a check stands.
 *
 * @param name    such as {@code disk} or {@code account.kakao-prod}
 * @param stops   what is left alone while it is down
 * @param problem what is wrong, or null if it is up
 * @param since   when that began
 */
public record CheckState(String name, Stops stops, @Nullable HealthProblem problem, Instant since) {

    /** Whether nothing is wrong. */
    public boolean isUp() {
        return problem == null;
    }

    /** Whether somebody has to do something about it: the health as a whole is down. */
    public boolean isGrave() {
        return problem != null && stops != Stops.NOTHING;
    }
}
