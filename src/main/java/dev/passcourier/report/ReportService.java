package dev.passcourier.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.passcourier.config.Settings;
import dev.passcourier.intake.PlannedTimes;
import dev.passcourier.ledger.ReportRun;
import dev.passcourier.ledger.ReportStore;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Answers which reports there are and what their runs found, from the ledger's database and the settings. */
public final class ReportService {

    /** Of one answer. */
    private static final int MOST_RUNS = 50;

    /** Letters of a document in one answer: an answer has 4 MiB, and a letter takes up to six bytes in it. */
    static final int PART = 512 * 1024;

    private final ReportStore store;
    private final Map<String, Settings.Report> reports;
    private final Clock clock;

    /** On one database. */
    public ReportService(ReportStore store, Map<String, Settings.Report> reports, Clock clock) {
        this.store = store;
        this.reports = new TreeMap<>(reports);
        this.clock = clock;
    }

    /**
     * Asks for the reports and their runs.
     *
     * @param name of one report, or null for all
     */
    public record ListOrder(@Nullable String name) {

        /** What orders of this kind are called on the control socket. */
        public static final String NAME = "reports";
    }

    /** The reports of the settings, by name, and the newest runs, newest first. */
    public record Reports(List<Planned> reports, List<Run> runs) {

        /** Copies the lists. */
        public Reports {
            reports = List.copyOf(reports);
            runs = List.copyOf(runs);
        }
    }

    /**
     * A report of the settings.
     *
     * @param next when it runs next, or null if never
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Planned(
            String name,
            String cron,
            String timeZone,
            @Nullable Instant next) {}

    /**
     * A run.
     *
     * @param planned when it was planned, or null of one by hand
     * @param endedAt when it ended, or null before
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Run(
            String run,
            String report,
            @Nullable Instant planned,
            Instant startedAt,
            Instant deadline,
            @Nullable Instant endedAt,
            int machines) {}

    /** Answers which there are. */
    public Reports list(ListOrder order) {
        Instant now = clock.instant();
        return new Reports(
                reports.entrySet().stream()
                        .filter(entry -> order.name() == null || order.name().equals(entry.getKey()))
                        .map(entry -> planned(entry.getKey(), entry.getValue(), now))
                        .toList(),
                store.runs(order.name(), MOST_RUNS).stream()
                        .map(ReportService::run)
                        .toList());
    }

    private static Planned planned(String name, Settings.Report report, Instant now) {
        return new Planned(
                name,
                report.cron(),
                report.timeZone().getId(),
                new PlannedTimes(report.cron(), report.timeZone()).next(now).orElse(null));
    }

    private static Run run(ReportRun run) {
        return new Run(
                run.id(), run.name(), run.planned(), run.startedAt(), run.deadline(), run.endedAt(), run.total());
    }

    /**
     * Asks for a part of a run's document.
     *
     * @param run  its id, or a report's name for its latest run that has ended
     * @param from where the part begins
     */
    public record DocumentOrder(String run, int from) {

        /** What orders of this kind are called on the control socket. */
        public static final String NAME = "report-document";
    }

    /**
     * A part of a document.
     *
     * @param run  whose it is, or null if there is no such run
     * @param text the part, or null if the run has not ended
     * @param next where the next part begins, or -1 after the last
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record DocumentPart(
            @Nullable String run, @Nullable String text, int next) {}

    /** Answers with a part of a document. */
    public DocumentPart document(DocumentOrder order) {
        Optional<String> run = store.run(order.run()).map(ReportRun::id).or(() -> latest(order.run()));
        if (run.isEmpty()) {
            return new DocumentPart(null, null, -1);
        }
        String text = store.document(run.get()).orElse(null);
        if (text == null) {
            return new DocumentPart(run.get(), null, -1);
        }
        int from = Math.min(Math.max(order.from(), 0), text.length());
        int end = Math.min(from + PART, text.length());
        return new DocumentPart(run.get(), text.substring(from, end), end < text.length() ? end : -1);
    }

    private Optional<String> latest(String name) {
        return store.runs(name, MOST_RUNS).stream()
                .filter(run -> run.endedAt() != null)
                .map(ReportRun::id)
                .findFirst();
    }

    /** What of the later document is other than in the earlier one. */
    public static List<CredentialReport.Change> differences(CredentialReport earlier, CredentialReport later) {
        return ReportComposer.changes(
                earlier,
                later.rows().stream()
                        .map(row -> ReportComposer.changedSince(row, earlier.endedAt()))
                        .toList());
    }
}
