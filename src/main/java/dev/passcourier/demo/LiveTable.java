package dev.passcourier.demo;

import dev.passcourier.ledger.RequestRow;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Shows each request's way. On a terminal the table stands still and its rows change; elsewhere every change is a line.
 */
final class LiveTable {

    private final PrintWriter out;
    private final boolean terminal;
    private final Clock clock;
    private final Instant start;
    private final Map<String, String> shown = new HashMap<>();
    private int height;

    LiveTable(PrintWriter out, boolean terminal, Clock clock) {
        this.out = out;
        this.terminal = terminal;
        this.clock = clock;
        this.start = clock.instant();
    }

    void header() {
        out.println((terminal ? "" : "  TIME") + line("REQUEST", "ACCOUNT", "SOURCE", "STATE", "OUTCOME", "ATTEMPTS"));
        out.flush();
    }

    void show(List<RequestRow> requests) {
        List<RequestRow> rows = requests.stream()
                .sorted(Comparator.comparing(RequestRow::askedAt).thenComparing(RequestRow::id))
                .toList();
        if (terminal) {
            redraw(rows);
        } else {
            printChanges(rows);
        }
        out.flush();
    }

    private void redraw(List<RequestRow> rows) {
        if (height > 0) {
            out.print("\u001b[" + height + "A");
        }
        for (RequestRow row : rows) {
            out.println("\u001b[2K" + text(row));
        }
        height = rows.size();
    }

    private void printChanges(List<RequestRow> rows) {
        for (RequestRow row : rows) {
            String text = text(row);
            if (!text.equals(shown.put(row.id(), text))) {
                Duration after = Duration.between(start, clock.instant());
                out.printf(Locale.ROOT, "%5.1fs%s%n", after.toMillis() / 1000.0, text);
            }
        }
    }

    private static String text(RequestRow row) {
        String outcome = row.verdict() == null ? "" : row.verdict().name();
        if (row.code() != null && !row.code().equals(outcome)) {
            outcome = outcome.isEmpty() ? row.code() : outcome + " " + row.code();
        }
        return line(row.id(), row.account(), row.source(), row.state().name(), outcome, "" + row.attempts());
    }

    private static String line(String... cells) {
        return String.format(Locale.ROOT, "  %-40s %-11s %-8s %-9s %-21s %s", (Object[]) cells)
                .stripTrailing();
    }
}
