package dev.passcourier.report;

import dev.passcourier.ledger.BatchSummary;
import dev.passcourier.ledger.LineResult;
import dev.passcourier.outbox.CredentialReport;
import dev.passcourier.request.Verdict;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Makes a run's report: which passwords were handed over, which not and why. Holds no password. */
final class CredentialReportWriter {

    private static final DateTimeFormatter NAME_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TITLE_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

    CredentialReport report(BatchSummary run, List<LineResult> lines, ZoneId zone) {
        Instant planned = Objects.requireNonNullElse(run.planned(), run.takenAt());
        long delivered = lines.stream()
                .filter(line -> line.verdict() == Verdict.DELIVERED)
                .count();
        String title = "%s, %s: %d of %d passwords delivered"
                .formatted(run.name(), TITLE_TIME.withZone(zone).format(planned), delivered, lines.size());
        return new CredentialReport(
                run.name() + "-" + NAME_TIME.format(planned),
                title,
                new ReportPage(zone).of(run, title, lines),
                new ResultsCsv(zone).of(lines));
    }
}
