package dev.passcourier.report;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditText;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.ledger.BatchSummary;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LineResult;
import dev.passcourier.outbox.OutboxJson;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.outbox.SealedBundles;
import dev.passcourier.request.Origin;
import dev.passcourier.request.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells how batches end, and how far they are. Everything it knows is in the ledger, so a restart loses nothing; what a
 * kill lets happen twice is the same both times. Looking at a batch and writing what has ended of it takes a twentieth of
 * the time at most, however large it is. Called by one thread at a time.
 */
public final class BatchReporter {

    /**
     * A report that waits to be sent.
     *
     * @param batch  the batch's id: the report's id too, the same after every restart
     * @param source whose destinations get it: those of the files, or those of the schedule
     * @param name   of the file or the schedule
     * @param report what to send
     */
    record Due(String batch, Origin.Source source, String name, ReportMessage report) {}

    private static final Logger LOG = LoggerFactory.getLogger(BatchReporter.class);

    /** Batches that take no longer have results, and no partial ones. */
    private static final Duration SHORT = Duration.ofSeconds(10);

    /** So many times as long as an act took, it is not done again. */
    private static final int REST = 20;

    /** What has ended is to be seen soon, however long it takes to write 100,000 lines. */
    private static final Duration LONGEST_REST = Duration.ofMinutes(2);

    private final Ledger ledger;
    private final AuditTrail audit;
    private final Clock clock;
    private final @Nullable BatchResults results;
    private final Function<String, ZoneId> zones;
    private final boolean summaries;
    private final SealedBundles bundles;
    private final RunReportWriter writer = new RunReportWriter();
    private final Map<String, Watched> watched = new HashMap<>();
    private boolean swept;

    /**
     * For one service.
     *
     * @param done      where batch files lie when they are done, or null if there is no drop directory
     * @param zones     the time zone of a schedule by its name; also answers for a schedule that is gone
     * @param summaries whether somebody is told how batch files ended
     * @param bundles   what was kept of results that are to be in one file
     */
    public BatchReporter(
            Ledger ledger,
            AuditTrail audit,
            Clock clock,
            BatchResults.@Nullable Place done,
            Function<String, ZoneId> zones,
            boolean summaries,
            SealedBundles bundles) {
        this.ledger = ledger;
        this.audit = audit;
        this.clock = clock;
        this.results = done == null ? null : new BatchResults(done);
        this.zones = zones;
        this.summaries = summaries;
        this.bundles = bundles;
    }

    /** A batch that is under way. */
    private static final class Watched {
        private Instant nextLook = Instant.MIN;
        private Instant nextPartial;
        private long written;
        private boolean failed;

        Watched(BatchSummary batch) {
            nextPartial = batch.takenAt().plus(SHORT);
        }
    }

    /**
     * Writes the results of batch files, finished or partial, and answers the reports of what is finished. A report comes
     * again until {@link #reported} is told that it lies in the outboxes.
     */
    List<Due> due() {
        List<Due> due = new ArrayList<>();
        List<BatchSummary> batches = ledger.unreportedBatches();
        Set<String> unreported = batches.stream().map(BatchSummary::id).collect(Collectors.toSet());
        for (BatchSummary batch : batches) {
            Watched known = watched.computeIfAbsent(batch.id(), id -> new Watched(batch));
            Instant began = clock.instant();
            if (!began.isBefore(known.nextLook)) {
                lookAt(batch, known).ifPresent(due::add);
                known.nextLook = rested(began);
            }
        }
        forget(unreported);
        return due;
    }

    /** The thread's next look at the batches knows which are over. */
    private void forget(Set<String> unreported) {
        if (watched.keySet().retainAll(unreported) || !swept) {
            swept = true;
            if (!bundles.recipients().isEmpty()) {
                forgetBundles();
            }
        }
    }

    /** When that which began then and ends now may be done again. */
    private Instant rested(Instant began) {
        Instant now = clock.instant();
        Duration rest = Duration.between(began, now).multipliedBy(REST);
        return now.plus(rest.compareTo(LONGEST_REST) < 0 ? rest : LONGEST_REST);
    }

    private Optional<Due> lookAt(BatchSummary batch, Watched known) {
        long ended = ledger.verdicts(batch.id()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
        if (ended >= batch.total()) {
            return switch (batch.source()) {
                case FILE -> finish(batch, known);
                case SCHEDULE -> Optional.of(report(batch));
                // It ends in a document of its own, which is more than its requests' ends.
                case REPORT -> Optional.empty();
                // Whoever gave the command sees there how it ended, or by asking for its status.
                case CLI, JMS, LOCAL -> {
                    reported(batch.id());
                    yield Optional.empty();
                }
            };
        }
        if (batch.source() == Origin.Source.FILE && ended > known.written) {
            writePartial(batch, known, ended);
        }
        return Optional.empty();
    }

    /** The batch needs no more reporting. */
    void reported(String batch) {
        ledger.awaitApplied(audit.append(
                new AuditEvent(AuditEvent.Type.BATCH_REPORTED, clock.instant(), Map.of(Fact.BATCH, batch))));
    }

    private Due report(BatchSummary run) {
        ZoneId zone = zones.apply(run.name());
        return new Due(run.id(), run.source(), run.name(), writer.report(run, ledger.lines(run.id()), zone));
    }

    /** One batch whose results cannot be written must not hold up the others; it is tried again at the next call. */
    private Optional<Due> finish(BatchSummary batch, Watched known) {
        BatchLines lines = BatchLines.of(ledger, batch.id(), line -> true);
        try {
            if (results != null) {
                bundle(batch, lines, results);
                results.write(batch, lines);
            }
            if (summaries) {
                BatchTally tally = new BatchTally();
                lines.each(tally);
                return Optional.of(new Due(batch.id(), batch.source(), batch.name(), writer.summary(batch, tally)));
            }
            reported(batch.id());
        } catch (IOException | IllegalArgumentException e) {
            complain(batch, known, e);
        }
        return Optional.empty();
    }

    /** Before the results, which say that all is there. */
    private void bundle(BatchSummary batch, BatchLines lines, BatchResults beside) throws IOException {
        if (bundles.recipients().isEmpty()) {
            return;
        }
        Map<String, Long> sealed = new HashMap<>();
        lines.each(line -> line.deliveries().forEach(delivery -> bundles.recipient(delivery.alias())
                .ifPresent(recipient -> sealed.merge(recipient, 1L, Long::sum))));
        for (String recipient : bundles.recipients()) {
            long kept = bundles.count(batch.id(), recipient);
            if (kept > 0) {
                beside.writeArchive(batch, recipient, bundles.archive(batch.id(), recipient, batch.takenAt()));
            }
            if (kept != sealed.getOrDefault(recipient, 0L)) {
                LOG.warn(
                        "BUNDLE_INCOMPLETE {} for {}: {} of {} sealed results; the others are at their destinations",
                        batch.name(),
                        recipient,
                        kept,
                        sealed.getOrDefault(recipient, 0L));
            }
        }
    }

    /** What is kept of batches that are on record as reported is in their files. */
    private void forgetBundles() {
        try {
            bundles.forget(ledger::isReported);
        } catch (IOException e) {
            LOG.warn("BUNDLES_LEFT {}", e.getClass().getSimpleName());
        }
    }

    private void writePartial(BatchSummary batch, Watched known, long ended) {
        Instant began = clock.instant();
        if (results == null || began.isBefore(known.nextPartial)) {
            return;
        }
        try {
            results.writePartial(batch, BatchLines.of(ledger, batch.id(), line -> line.verdict() != null));
            known.written = ended;
        } catch (IOException | IllegalArgumentException e) {
            complain(batch, known, e);
        }
        Instant rested = rested(began);
        Instant soonest = began.plus(SHORT);
        known.nextPartial = rested.isAfter(soonest) ? rested : soonest;
    }

    private static void complain(BatchSummary batch, Watched known, Exception e) {
        if (!known.failed) {
            known.failed = true;
            LOG.warn(
                    "The results of batch {} cannot be written: {}",
                    batch.id(),
                    e.getClass().getSimpleName());
        }
    }

    /** Makes a run's report: which passwords were handed over, which not and why. Holds no password. */
    static final class RunReportWriter {

        private static final DateTimeFormatter NAME_TIME =
                DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
        private static final DateTimeFormatter TITLE_TIME =
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

        ReportMessage report(BatchSummary run, List<LineResult> lines, ZoneId zone) {
            Instant planned = Objects.requireNonNullElse(run.planned(), run.takenAt());
            long delivered = lines.stream()
                    .filter(line -> line.verdict() == Verdict.DELIVERED)
                    .count();
            String title = "%s, %s: %d of %d passwords delivered"
                    .formatted(run.name(), TITLE_TIME.withZone(zone).format(planned), delivered, lines.size());
            return message(
                    run.name() + "-" + NAME_TIME.format(planned),
                    title,
                    new ReportPage(zone).of(run, title, lines),
                    new ResultsCsv(zone).of(lines));
        }

        /** How a batch file ended: counts, what to do, and which lines took longest. */
        ReportMessage summary(BatchSummary batch, BatchTally tally) {
            String title = "%s: %d of %d passwords delivered".formatted(batch.name(), tally.delivered(), tally.lines());
            return message(
                    "batch-" + NAME_TIME.format(batch.takenAt()),
                    title,
                    new ReportPage(ZoneOffset.UTC).of(batch, title, tally),
                    ResultsCsv.summary(tally));
        }

        private static ReportMessage message(String name, String title, String html, String csv) {
            String text = """
                %s

                The report is the HTML part of this mail; the attachment has it as CSV.
                It holds no passwords.
                """.formatted(AuditText.clean(title));
            byte[] table = csv.getBytes(StandardCharsets.UTF_8);
            return new ReportMessage(
                    name, title, text, html, List.of(), List.of(new ReportMessage.Part("csv", OutboxJson.CSV, table)));
        }
    }
}
