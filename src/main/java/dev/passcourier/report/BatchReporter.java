package dev.passcourier.report;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.ledger.BatchSummary;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LineResult;
import dev.passcourier.outbox.CredentialReport;
import dev.passcourier.request.Origin;
import dev.passcourier.request.Verdict;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells how finished batches ended. Everything it knows is in the ledger, so a restart loses nothing; what a kill lets
 * happen twice is the same both times. Called by one thread at a time.
 */
public final class BatchReporter {

    /**
     * A run's report that waits to be sent.
     *
     * @param batch    the run's id: the report's id too, the same after every restart
     * @param schedule name of the schedule, which knows the destinations
     * @param report   what to send
     */
    record Due(String batch, String schedule, CredentialReport report) {}

    private static final Logger LOG = LoggerFactory.getLogger(BatchReporter.class);

    private final Ledger ledger;
    private final AuditTrail audit;
    private final Clock clock;
    private final @Nullable BatchResults results;
    private final Function<String, ZoneId> zones;
    private final CredentialReportWriter writer = new CredentialReportWriter();
    private final Set<String> failed = new HashSet<>();

    /**
     * For one service.
     *
     * @param done  where batch files lie when they are done, or null if there is no drop directory
     * @param zones the time zone of a schedule by its name; also answers for a schedule that is gone
     */
    public BatchReporter(
            Ledger ledger,
            AuditTrail audit,
            Clock clock,
            BatchResults.@Nullable Place done,
            Function<String, ZoneId> zones) {
        this.ledger = ledger;
        this.audit = audit;
        this.clock = clock;
        this.results = done == null ? null : new BatchResults(done);
        this.zones = zones;
    }

    /**
     * Writes the results of finished batch files, and answers the reports of finished runs. A report comes again at every
     * call until {@link #reported} is told that it lies in the outboxes.
     */
    List<Due> due() {
        List<Due> due = new ArrayList<>();
        for (BatchSummary batch : ledger.finishedUnreportedBatches()) {
            if (batch.source() == Origin.Source.SCHEDULE) {
                due.add(report(batch));
            } else {
                writeResults(batch);
            }
        }
        return due;
    }

    /** The batch needs no more reporting. */
    void reported(String batch) {
        ledger.awaitApplied(audit.append(
                new AuditEvent(AuditEvent.Type.BATCH_REPORTED, clock.instant(), Map.of(Fact.BATCH, batch))));
    }

    private Due report(BatchSummary run) {
        ZoneId zone = zones.apply(run.name());
        return new Due(run.id(), run.name(), writer.report(run, ledger.lines(run.id()), zone));
    }

    /** One batch whose results cannot be written must not hold up the others; it is tried again at the next call. */
    private void writeResults(BatchSummary batch) {
        try {
            if (results != null) {
                results.write(batch, ledger.lines(batch.id()));
            }
            reported(batch.id());
            failed.remove(batch.id());
        } catch (IOException | IllegalArgumentException e) {
            if (failed.add(batch.id())) {
                LOG.warn(
                        "The results of batch {} cannot be written: {}",
                        batch.id(),
                        e.getClass().getSimpleName());
            }
        }
    }

    /** Makes a run's report: which passwords were handed over, which not and why. Holds no password. */
    static final class CredentialReportWriter {

        private static final DateTimeFormatter NAME_TIME =
                DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
        private static final DateTimeFormatter TITLE_TIME =
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

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
}
