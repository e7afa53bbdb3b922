package dev.passcourier.retention;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What went, or would go.
 *
 * @param parts by what the settings keep; without any, everything is kept for ever
 */
public record RetentionAnswer(List<Part> parts) {

    /** Copies the list. */
    public RetentionAnswer {
        parts = List.copyOf(parts);
    }

    /**
     * One kind of thing.
     *
     * @param what    the settings' name of it
     * @param count   requests, runs, files or records
     * @param bytes   of files
     * @param before  it had come to its end by then
     * @param problem why no more went, or null
     */
    public record Part(
            String what,
            long count,
            long bytes,
            Instant before,
            @Nullable String problem) {}
}
