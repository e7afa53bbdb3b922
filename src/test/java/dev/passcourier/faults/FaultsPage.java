package dev.passcourier.faults;

import dev.passcourier.faults.FaultRow.Far;
import dev.passcourier.request.Verdict;
import dev.passcourier.structure.MarkdownPage;
import java.util.List;

/** The fault matrix as a page for operators. */
final class FaultsPage {

    private static final String HEAD = """
            # What happens when something fails

            Made from the table that `FaultMatrixTest` and its neighbours run against the whole service; do not edit.

            *Attempts* counts how often the cloud or destination was tried. *Copies* is what the receiver sees; copies of
            one delivery carry one `deliveryId`. *The operator sees* these records in the audit trail; the ledger and the log have the
            same codes, and each line of the log has the other end's own words as `said=`, without passwords and what we log
            in with. Waits grow after the retry table, `RetryRule`; what the other end asks for is honoured up to 15 minutes. Whatever one cloud, mail server or webhook receiver did, requests for others went on undisturbed.
            """;

    private FaultsPage() {}

    static String of(List<FaultRow> rows) {
        StringBuilder page = new StringBuilder();
        for (Far far : Far.values()) {
            page.append("\n## ").append(far.title()).append("\n\n");
            page.append("| fault | what Passcourier does | end | attempts | copies | the operator sees |\n");
            page.append("|---|---|---|---|---|---|\n");
            rows.stream().filter(row -> row.far() == far).forEach(row -> page.append(line(row)));
        }
        return HEAD + "\n" + MarkdownPage.contents(page.toString()) + "\n" + page;
    }

    private static String line(FaultRow row) {
        Verdict verdict = row.verdict();
        return "| " + row.fault() + " | " + row.does() + " | " + (verdict == null ? "waits" : verdict) + " | "
                + row.attempts() + " | " + row.copies() + " | " + row.seen() + " |\n";
    }
}
