package dev.passcourier.report;

import dev.passcourier.ledger.BatchSummary;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.LineResult;
import dev.passcourier.request.Advice;
import dev.passcourier.request.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A run as one HTML page that needs nothing else: what is missing first, then what was delivered. */
final class ReportPage {

    private static final String TEMPLATE = template();

    private final ZoneId zone;
    private final DateTimeFormatter times;

    /** With all times in a zone. */
    ReportPage(ZoneId zone) {
        this.zone = zone;
        this.times = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xxx", Locale.ROOT)
                .withZone(zone);
    }

    String of(BatchSummary run, String title, List<LineResult> lines) {
        Instant planned = Objects.requireNonNullElse(run.planned(), run.takenAt());
        Map<String, String> parts = Map.of(
                "title", escape(title),
                "what", "Run of schedule <b>" + escape(run.name()) + "</b>, planned " + time(planned),
                "zone", escape(zone.getId()),
                "counts", counts(lines),
                "missing", section("Not delivered", lines, line -> line.verdict() != Verdict.DELIVERED),
                "delivered", section("Delivered", lines, line -> line.verdict() == Verdict.DELIVERED));
        return page(parts);
    }

    /** A batch file's end, as the same page. */
    String of(BatchSummary batch, String title, BatchTally tally) {
        Map<String, String> parts = Map.of(
                "title", escape(title),
                "what", "Batch file <b>" + escape(batch.name()) + "</b>, taken " + time(batch.takenAt()),
                "zone", escape(zone.getId()),
                "counts",
                        tally.counts().stream()
                                .collect(Collectors.groupingBy(
                                        BatchTally.Count::verdict,
                                        () -> new EnumMap<>(Verdict.class),
                                        Collectors.summingLong(BatchTally.Count::lines)))
                                .entrySet()
                                .stream()
                                .map(count -> count(count.getKey(), count.getValue()))
                                .collect(Collectors.joining()),
                "missing", whatToDo(tally),
                "delivered", slowest(tally));
        return page(parts);
    }

    private static String whatToDo(BatchTally tally) {
        String rows = tally.counts().stream()
                .filter(count -> count.verdict() != Verdict.DELIVERED)
                .map(count ->
                        """
                        <tr><td>%d</td><td class="bad"><b>%s</b> %s</td><td>%s</td></tr>
                        """.formatted(count.lines(), count.verdict(), escape(count.code()), escape(count.advice())))
                .collect(Collectors.joining());
        return rows.isEmpty() ? "" : """
                <h2>What to do</h2>
                <table>
                <thead><tr><th>Lines</th><th>Verdict</th><th>Advice</th></tr></thead>
                <tbody>
                %s</tbody>
                </table>
                <p>Which lines these are is in <b>%s</b> beside the file.</p>
                """.formatted(rows, ".results.csv");
    }

    private String slowest(BatchTally tally) {
        String rows = tally.slowest().stream()
                .map(line -> """
                        <tr><td>%d</td><td>%s</td><td>%s</td><td class="%s"><b>%s</b></td><td>%d&times;</td><td>%d s</td></tr>
                        """.formatted(
                                line.line(),
                                text(line.instance()),
                                text(line.account()),
                                style(verdict(line)),
                                verdict(line),
                                line.attempts(),
                                BatchTally.took(line).toSeconds()))
                .collect(Collectors.joining());
        return rows.isEmpty() ? "" : """
                <h2>Slowest</h2>
                <table>
                <thead><tr><th>Line</th><th>Instance</th><th>Account</th><th>Verdict</th><th>Asked</th><th>Took</th></tr></thead>
                <tbody>
                %s</tbody>
                </table>
                """.formatted(rows);
    }

    private static String page(Map<String, String> parts) {
        StringBuilder page = new StringBuilder();
        for (String piece : TEMPLATE.split("\\$", -1)) {
            page.append(parts.getOrDefault(piece, piece));
        }
        return page.toString();
    }

    private static String count(Verdict verdict, long lines) {
        return "<li class=\"%s\"><b>%d</b> %s</li>\n".formatted(style(verdict), lines, verdict);
    }

    private static String counts(List<LineResult> lines) {
        Map<Verdict, Long> counts = lines.stream()
                .collect(Collectors.groupingBy(
                        ReportPage::verdict, () -> new EnumMap<>(Verdict.class), Collectors.counting()));
        return counts.entrySet().stream()
                .map(count -> count(count.getKey(), count.getValue()))
                .collect(Collectors.joining());
    }

    private String section(String heading, List<LineResult> all, Predicate<LineResult> which) {
        List<LineResult> lines = all.stream().filter(which).toList();
        if (lines.isEmpty()) {
            return "";
        }
        return """
                <h2>%s (%d)</h2>
                <table>
                <thead><tr><th>Instance</th><th>Account</th><th>Verdict</th><th>Destinations</th><th>Ended</th>\
                <th>Asked</th><th>Request</th></tr></thead>
                <tbody>
                %s</tbody>
                </table>
                """.formatted(
                        heading, lines.size(), lines.stream().map(this::row).collect(Collectors.joining()));
    }

    private String row(LineResult line) {
        return """
                <tr><td>%s</td><td>%s</td><td class="%s"><b>%s</b>%s</td><td>%s</td><td>%s</td><td>%d&times;</td>\
                <td>%s</td></tr>
                """.formatted(
                        text(line.instance()),
                        text(line.account()),
                        style(verdict(line)),
                        verdict(line),
                        why(line),
                        line.deliveries().stream().map(this::delivery).collect(Collectors.joining("<br>")),
                        time(line.endedAt()),
                        line.attempts(),
                        line.request() == null ? "line " + line.line() : text(line.request()));
    }

    private static String why(LineResult line) {
        if (verdict(line) == Verdict.DELIVERED) {
            return "";
        }
        String code = Objects.requireNonNullElse(line.code(), "");
        return " " + escape(code) + "<br>" + escape(advice(line));
    }

    /** What can be done about a line that was not delivered; empty for others. */
    static String advice(LineResult line) {
        if (verdict(line) == Verdict.DELIVERED) {
            return "";
        }
        String advice = Advice.on(verdict(line), Objects.requireNonNullElse(line.code(), ""));
        return line.rule() == null ? advice : advice + " Nearest is " + line.rule() + ".";
    }

    private String delivery(DeliveryRow delivery) {
        String state = delivery.state().name().toLowerCase(Locale.ROOT);
        String code = delivery.code() == null ? "" : " (" + escape(delivery.code()) + ")";
        return escape(delivery.alias()) + " " + state + code + " " + time(delivery.endedAt());
    }

    /** All lines of a finished run have a verdict. */
    private static Verdict verdict(LineResult line) {
        return Objects.requireNonNullElse(line.verdict(), Verdict.FAILED);
    }

    private static String style(Verdict verdict) {
        return verdict == Verdict.DELIVERED ? "good" : "bad";
    }

    private static String text(@Nullable String text) {
        return text == null || text.isEmpty() ? "&ndash;" : escape(text);
    }

    private String time(@Nullable Instant time) {
        return time == null ? "" : times.format(time);
    }

    /** The text so that no reader takes it for markup, in content and in quoted attributes. */
    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private static String template() {
        try (InputStream in = ReportPage.class.getResourceAsStream("report.html")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
