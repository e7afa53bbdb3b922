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
 * @param user    the operating system's user who submits it or has the schedule run now; null of a file or a planned run
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

    /** Of a file or a planned run, which have no user. */
    Batch(Origin.Source source, String id, String name, @Nullable Instant planned, int total, List<BatchLine> lines) {
        this(source, null, id, name, planned, total, lines);
    }

    /** Whoever has a schedule run, its requests are the schedule's, for the policy too. */
    Origin origin(int line) {
        return new Origin(source, id + ":" + line, source == Origin.Source.CLI ? user : null, id, line);
    }
}
