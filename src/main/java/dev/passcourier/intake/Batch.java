package dev.passcourier.intake;

import dev.passcourier.request.BatchLine;
import dev.passcourier.request.Origin;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a file or of a schedule's run.
 *
 * @param source  {@code FILE}, {@code SCHEDULE} or {@code CLI}
 * @param user    who asks, of a command; null of a file or a schedule
 * @param id      the same whenever the same thing comes again: the file's SHA-256, or schedule and planned time
 * @param name    the file's name in {@code done}, or the schedule's
 * @param planned when the run was planned, or null for a file
 * @param total   how many lines it has
 * @param lines   what was read, or the next part of it
 */
record Batch(
        Origin.Source source,
        @Nullable String user,
        String id,
        String name,
        @Nullable Instant planned,
        int total,
        List<BatchLine> lines) {

    /** Of a file or a schedule, which have no user. */
    Batch(Origin.Source source, String id, String name, @Nullable Instant planned, int total, List<BatchLine> lines) {
        this(source, null, id, name, planned, total, lines);
    }

    Origin origin(int line) {
        return new Origin(source, id + ":" + line, user, id, line);
    }
}
