package dev.passcourier.ledger;

import dev.passcourier.request.Origin;
import dev.passcourier.request.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far a batch or a schedule's run is.
 *
 * @param id          the batch
 * @param source      what it came from
 * @param name        the file's or the schedule's name
 * @param planned     the planned time of a schedule's run, or null
 * @param lines       lines, readable or not
 * @param ended       lines that have ended
 * @param verdicts    how they ended
 * @param takenAt     when it was taken
 * @param reportedAt  when its results were written, or null
 * @param perMinute   lines that end in a minute: in the last one, or in all of it if none did then
 * @param expectedEnd when its last line will have ended at this rate, or null if all have, or none
 */
public record BatchStatus(
        String id,
        Origin.Source source,
        String name,
        @Nullable Instant planned,
        long lines,
        long ended,
        Map<Verdict, Long> verdicts,
        Instant takenAt,
        @Nullable Instant reportedAt,
        double perMinute,
        @Nullable Instant expectedEnd) {

    private static final double MINUTE = 60_000;

    /** Copies the counts. */
    public BatchStatus {
        verdicts = Collections.unmodifiableMap(new TreeMap<>(verdicts));
    }

    /**
     * Reckons rate and end. Of a batch whose lines are no longer listed all have ended, nobody knows how.
     *
     * @param lastMinute lines that ended in the minute before {@code now}
     * @param lastEnd    when the last of those that have ended did, or null
     */
    static BatchStatus of(
            BatchSummary batch,
            @Nullable Instant reportedAt,
            Map<Verdict, Long> verdicts,
            long lastMinute,
            @Nullable Instant lastEnd,
            Instant now) {
        boolean isAged = reportedAt != null && verdicts.isEmpty();
        long ended = isAged
                ? batch.total()
                : verdicts.values().stream().mapToLong(Long::longValue).sum();
        boolean isDone = ended >= batch.total();
        Instant until = isDone && lastEnd != null ? lastEnd : now;
        double millis = Math.max(1, Duration.between(batch.takenAt(), until).toMillis());
        double perMinute = isDone || lastMinute == 0
                ? ended * MINUTE / Math.max(1000, millis)
                : lastMinute * MINUTE / Math.min(MINUTE, Math.max(1000, millis));
        Instant end =
                isDone || perMinute == 0 ? null : now.plusMillis((long) ((batch.total() - ended) * MINUTE / perMinute));
        return new BatchStatus(
                batch.id(),
                batch.source(),
                batch.name(),
                batch.planned(),
                batch.total(),
                ended,
                verdicts,
                batch.takenAt(),
                reportedAt,
                Math.round(perMinute * 10) / 10.0,
                end);
    }

    /** Whether all its lines have ended. */
    public boolean hasEnded() {
        return ended >= lines;
    }
}
