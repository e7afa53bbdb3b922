package dev.passcourier.service;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.control.ControlClient;
import dev.passcourier.control.ControlException;
import dev.passcourier.ledger.LedgerStatus;
import dev.passcourier.report.CredentialData;
import dev.passcourier.report.CredentialReport;
import dev.passcourier.report.ReportService;
import dev.passcourier.report.ReportService.DocumentOrder;
import dev.passcourier.report.ReportService.DocumentPart;
import dev.passcourier.report.ReportService.ListOrder;
import dev.passcourier.report.ReportService.Reports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Has reports told by the running service, or reads a stopped one's ledger. */
public final class ReportReader {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path dataDirectory;
    private final Supplier<@Nullable Settings> settings;
    private final Clock clock;

    /**
     * Of one data directory.
     *
     * @param settings asked only if no service runs: the settings as far as they can be read, or null
     */
    public ReportReader(Path dataDirectory, Supplier<@Nullable Settings> settings, Clock clock) {
        this.dataDirectory = dataDirectory;
        this.settings = settings;
        this.clock = clock;
    }

    /** What is asked of a stopped service's ledger. */
    private interface Question<A> {
        A to(ReportService service);
    }

    /**
     * Which reports and runs there are.
     *
     * @param name of one report, or null for all
     * @throws ControlException       if a service may run there and gives no answer
     * @throws ConfigurationException if none runs, and its ledger cannot be read
     */
    public Reports list(@Nullable String name) throws ControlException, ConfigurationException {
        ListOrder order = new ListOrder(name);
        return answer(ListOrder.NAME, order, Reports.class, service -> service.list(order));
    }

    /**
     * Whether a run has ended; asks for that one alone, and for nothing of its document.
     *
     * @param run its id
     * @throws ControlException       if a service may run there and gives no answer
     * @throws ConfigurationException if none runs, and its ledger cannot be read
     */
    public boolean hasEnded(String run) throws ControlException, ConfigurationException {
        DocumentOrder order = new DocumentOrder(run, Integer.MAX_VALUE);
        return answer(DocumentOrder.NAME, order, DocumentPart.class, service -> service.document(order))
                        .text()
                != null;
    }

    /**
     * A run's document.
     *
     * @param run its id, or a report's name for its latest run that has ended
     * @throws ConfigurationException if there is no such run, it has not ended, or the stopped service's ledger cannot be
     *     read
     * @throws ControlException       if a service may run there and gives no answer
     */
    public CredentialReport document(String run) throws ControlException, ConfigurationException {
        StringBuilder text = new StringBuilder();
        String wanted = run;
        for (int from = 0; from >= 0; ) {
            DocumentOrder order = new DocumentOrder(wanted, from);
            DocumentPart part =
                    answer(DocumentOrder.NAME, order, DocumentPart.class, service -> service.document(order));
            if (part.run() == null) {
                throw new ConfigurationException(
                        "there is no run " + run + ", and no report of that name has ended one");
            }
            if (part.text() == null) {
                throw new ConfigurationException("the run " + run + " has not ended; see  passcourier status " + run);
            }
            wanted = part.run();
            text.append(part.text());
            from = part.next();
        }
        try {
            return CredentialData.read(text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new ConfigurationException("the document of " + run + " cannot be read");
        }
    }

    private <A extends Record> A answer(String name, Record order, Class<A> type, Question<A> question)
            throws ControlException, ConfigurationException {
        try {
            return ControlClient.of(dataDirectory, clock).order(name, order, type, PATIENCE);
        } catch (ControlException e) {
            if (e.reason() != ControlException.Reason.NO_SERVICE) {
                throw e;
            }
        }
        Settings known = settings.get();
        try (LedgerStatus ledger = StatusReader.ledger(dataDirectory, known)) {
            return question.to(new ReportService(ledger.reports(), known == null ? Map.of() : known.reports(), clock));
        }
    }
}
