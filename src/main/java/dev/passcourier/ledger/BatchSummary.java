package dev.passcourier.ledger;

import dev.passcourier.request.Origin;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A batch file or a schedule's run.
 *
 * @param id      the batch
 * @param source  what it came from
 * @param name    the file's or the schedule's name
 * @param planned the planned time of a schedule's run, or null
 * @param total   lines, readable or not
 * @param takenAt when it was taken
 */
public record BatchSummary(
        String id,
        Origin.Source source,
        String name,
        @Nullable Instant planned,
        int total,
        Instant takenAt) {}
