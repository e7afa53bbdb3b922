package dev.passcourier.status;

import dev.passcourier.ledger.BatchStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A schedule, its next times and its latest runs.
 *
 * @param name     the schedule
 * @param cron     its times, or null if the settings do not name it any more
 * @param timeZone that they count in, or null
 * @param next     the next planned times
 * @param runs     the latest runs on record, newest first
 */
public record ScheduleStatus(
        String name, @Nullable String cron, @Nullable String timeZone, List<Instant> next, List<BatchStatus> runs) {

    /** Copies the lists. */
    public ScheduleStatus {
        next = List.copyOf(next);
        runs = List.copyOf(runs);
    }
}
