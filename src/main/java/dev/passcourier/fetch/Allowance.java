package dev.passcourier.fetch;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often something may happen in an hour, name by name. What was used comes back evenly over the hour. Remembers
 * {@value #MOST_NAMES} names at most and forgets first what was not asked about for longest. Safe for use by many
 * threads.
 */
final class Allowance {

    static final int MOST_NAMES = 10_000;

    private final int perHour;
    private final Clock clock;
    private final Map<String, Used> names = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Used> eldest) {
            return size() > MOST_NAMES;
        }
    };

    Allowance(int perHour, Clock clock) {
        this.perHour = perHour;
        this.clock = clock;
    }

    /** Whether the name has none left. */
    synchronized boolean isSpent(String name) {
        return used(name) > perHour - 1;
    }

    /** Takes one off. */
    synchronized void take(String name) {
        names.put(name, new Used(Math.min(used(name), perHour) + 1, clock.instant()));
    }

    private double used(String name) {
        Used used = names.get(name);
        if (used == null) {
            return 0;
        }
        double hours = Duration.between(used.at(), clock.instant()).toMillis()
                / (double) Duration.ofHours(1).toMillis();
        return Math.max(0, used.times() - Math.max(0, hours) * perHour);
    }

    private record Used(double times, Instant at) {}
}
