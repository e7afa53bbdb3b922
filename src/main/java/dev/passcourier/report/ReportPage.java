package dev.passcourier.report;

import dev.passcourier.ledger.BatchSummary;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.LineResult;
import dev.passcourier.request.Advice;
import dev.passcourier.request.Verdict;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A run as one HTML page that needs nothing else: what is missing first, then what was delivered. */
final class ReportPage {

    private final ZoneId zone;
    private final HtmlPage html;

    /** With all times in a zone. */
    ReportPage(ZoneId zone) {
        this.zone = zone;
        this.html = new HtmlPage(zone);
    }

    String of(BatchSummary run, String title, List<LineResult> lines) {
        Instant planned = Objects.requireNonNullElse(run.planned(), run.takenAt());
        return page(
                title,
                "Run of schedule <b>" + HtmlPage.escape(run.name()) + "</b>, planned " + html.time(planned),
                counts(lines),
                section("Not delivered", lines, line -> line.verdict() != Verdict.DELIVERED)
                        + section("Delivered", lines, line -> line.verdict() == Verdict.DELIVERED));
    }

    /** A batch file's end, as the same page. */
    String of(BatchSummary batch, String title, BatchTally tally) {
        String counts = tally.counts().stream()
                .collect(Collectors.groupingBy(
                        BatchTally.Count::verdict,
                        () -> new EnumMap<>(Verdict.class),
                        Collectors.summingLong(BatchTally.Count::lines)))
                .entrySet()
                .stream()
                .map(count -> count(count.getKey(), count.getValue()))
                .collect(Collectors.joining());
        return page(
                title,
                "Batch file <b>" + HtmlPage.escape(batch.name()) + "</b>, taken " + html.time(batch.takenAt()),
                counts,
                whatToDo(tally) + slowest(tally));
    }

    private String page(String title, String what, String counts, String sections) {
        String body = """
            <h1>%s</h1>
            <p>%s. All times in %s. This page holds no passwords.</p>
            <ul class="tiles">
            %s</ul>
            %s\
            """.formatted(HtmlPage.escape(title), what, HtmlPage.escape(zone.getId()), counts, sections);
        return HtmlPage.of(title, HtmlPage.PAGE_STYLE, "", body);
    }

    private static String whatToDo(BatchTally tally) {
        String rows = tally.counts().stream()
                .filter(count -> count.verdict() != Verdict.DELIVERED)
                .map(count -> """
                    <tr><td data-label="Lines">%d</td><td class="bad" data-label="Verdict"><b>%s</b> %s</td><td data-label="Advice">%s</td></tr>
                    """.formatted(
                        count.lines(), count.verdict(), HtmlPage.escape(count.code()), HtmlPage.escape(count.advice())))
                .collect(Collectors.joining());
        return rows.isEmpty() ? "" : """
            <h2>What to do</h2>
            <table class="cards">
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
                    <tr><td data-label="Line">%d</td><td data-label="Instance">%s</td><td data-label="Account">%s</td>\
                    <td class="%s" data-label="Verdict"><b>%s</b></td><td data-label="Asked">%d×</td><td data-label="Took">%d s</td></tr>
                    """.formatted(
                                line.line(),
                                HtmlPage.orDash(line.instance()),
                                HtmlPage.orDash(line.account()),
                                style(verdict(line)),
                                verdict(line),
                                line.attempts(),
                                BatchTally.took(line).toSeconds()))
                .collect(Collectors.joining());
        return rows.isEmpty() ? "" : """
            <h2>Slowest</h2>
            <table class="cards">
            <thead><tr><th>Line</th><th>Instance</th><th>Account</th><th>Verdict</th><th>Asked</th><th>Took</th></tr></thead>
            <tbody>
            %s</tbody>
            </table>
            """.formatted(rows);
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
            <table class="cards">
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
            <tr><td data-label="Instance">%s</td><td data-label="Account">%s</td><td class="%s" data-label="Verdict"><b>%s</b>%s</td>\
            <td data-label="Destinations">%s</td><td data-label="Ended">%s</td><td data-label="Asked">%d×</td>\
            <td data-label="Request">%s</td></tr>
            """.formatted(
                        HtmlPage.orDash(line.instance()),
                        HtmlPage.orDash(line.account()),
                        style(verdict(line)),
                        verdict(line),
                        why(line),
                        line.deliveries().stream().map(this::delivery).collect(Collectors.joining("<br/>")),
                        html.time(line.endedAt()),
                        line.attempts(),
                        line.request() == null ? "line " + line.line() : HtmlPage.orDash(line.request()));
    }

    private static String why(LineResult line) {
        if (verdict(line) == Verdict.DELIVERED) {
            return "";
        }
        String code = Objects.requireNonNullElse(line.code(), "");
        return " " + HtmlPage.escape(code) + "<br/>" + HtmlPage.escape(advice(line));
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
        String code = delivery.code() == null ? "" : " (" + HtmlPage.escape(delivery.code()) + ")";
        return HtmlPage.escape(delivery.alias()) + " " + state + code + " " + html.time(delivery.endedAt());
    }

    /** All lines of a finished run have a verdict. */
    private static Verdict verdict(LineResult line) {
        return Objects.requireNonNullElse(line.verdict(), Verdict.FAILED);
    }

    private static String style(Verdict verdict) {
        return verdict == Verdict.DELIVERED ? "good" : "bad";
    }
}
