package dev.passcourier.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run of a credential report.
 *
 * @param id        its batch's id too
 * @param name      the report's name in the settings
 * @param planned   the planned time, or null of one by hand
 * @param startedAt when it began
 * @param deadline  until when its inspections are waited for
 * @param total     machines in it
 * @param nonce     random part of its requests' ids, so that nobody takes them beforehand; empty of an earlier release's
 * @param endedAt   when its document was made, or null before
 */
public record ReportRun(
        String id,
        String name,
        @Nullable Instant planned,
        Instant startedAt,
        Instant deadline,
        int total,
        String nonce,
        @Nullable Instant endedAt) {}
