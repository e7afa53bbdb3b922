package dev.passcourier.report;

import static dev.passcourier.report.HtmlPage.escape;
import static dev.passcourier.report.HtmlPage.orDash;

import dev.passcourier.report.CredentialReport.Account;
import dev.passcourier.report.CredentialReport.Change;
import dev.passcourier.report.CredentialReport.Finding;
import dev.passcourier.report.CredentialReport.HandOver;
import dev.passcourier.report.CredentialReport.Recipient;
import dev.passcourier.report.CredentialReport.Row;
import dev.passcourier.report.CredentialReport.State;
import dev.passcourier.report.CredentialReport.Urgency;
import dev.passcourier.vault.KeyRing.KeyInfo;
import dev.passcourier.vault.PasswordQuality;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A credential report as HTML: the headline first, then what to do by urgency, the pictures, what changed, and the machines.
 * The same markup for three media; they differ in style, in how pictures are embedded, and in how many rows they have.
 */
final class CredentialPage {

    /** Where the markup is read. */
    private enum Medium {
        /** In a browser, on paper from there, or by a screen reader. */
        PAGE,
        /** In a mail program: pictures are parts of the mail, machines without findings are in the attachments. */
        MAIL,
        /** On the pages of a PDF: pictures are drawn where they stand. */
        PAPER
    }

    /** Mail programs cut what is longer than about 100 kB. */
    private static final int MAIL_ROWS = 60;

    private static final int MAIL_CHANGES = 20;
    private static final int EXAMPLES = 5;

    private final CredentialReport report;
    private final List<Picture> pictures;
    private final HtmlPage html;
    private final ReportWords words;

    CredentialPage(CredentialReport report, List<Picture> pictures) {
        this.report = report;
        this.pictures = pictures;
        this.html = new HtmlPage(report.zone());
        this.words = new ReportWords(report);
    }

    /** One self-contained page, whose table sorts and filters. */
    String page() {
        return HtmlPage.of(words.title(), HtmlPage.PAGE_STYLE, HtmlPage.SCRIPT, body(Medium.PAGE));
    }

    /**
     * What a mail shows. Pictures are named {@code cid:} and their id.
     *
     * @param leftOut which files are not in the mail, or empty
     */
    String mail(String leftOut) {
        String note = leftOut.isEmpty() ? "" : "\n<p>" + escape(leftOut) + "</p>";
        return HtmlPage.of(words.title(), HtmlPage.MAIL_STYLE, "", body(Medium.MAIL) + note);
    }

    /** What is laid out as a PDF, well-formed. Pictures are objects with their id as {@code data}. */
    String paper() {
        String footer = "%s, run %s. No passwords in it. Signed: see the .jws file beside it."
                .formatted(report.name(), report.run());
        String style = HtmlPage.PAPER_STYLE.replace("$footer$", footer.replaceAll("[\"\\\\\\n<>&]", " "));
        return HtmlPage.of(words.title(), style, "", body(Medium.PAPER));
    }

    private String body(Medium medium) {
        return String.join(
                "",
                medium == Medium.PAGE ? "<a class=\"skip\" href=\"#machines-heading\">To the machines</a>\n" : "",
                "<main>\n",
                head(),
                actions(medium),
                section(recipients()),
                section(pictures(medium)),
                section(notInspected()),
                section(changes(medium)),
                machines(medium),
                section(keys()),
                section(basis()),
                "</main>");
    }

    private static String section(String content) {
        return content.isEmpty() ? "" : "<section>\n" + content + "</section>\n";
    }

    private String head() {
        StringBuilder tiles = new StringBuilder();
        words.states()
                .forEach((state, count) -> tiles.append("<li class=\"%s\"><b>%d</b> %s</li>\n"
                        .formatted(
                                CredentialPictures.Coverage.of(state).tone().css(),
                                count,
                                ReportWords.of(state).toLowerCase(Locale.ROOT))));
        return """
            <h1>%s</h1>
            <p class="faint">Credential report <b>%s</b>, planned %s, ended %s. All times in %s. It holds no passwords.</p>
            <ul class="tiles">
            %s</ul>
            """.formatted(
                        escape(words.headline()),
                        escape(report.name()),
                        html.minute(report.plannedAt()),
                        html.minute(report.endedAt()),
                        escape(report.zone().getId()),
                        tiles);
    }

    private String actions(Medium medium) {
        StringBuilder text = new StringBuilder("<h2>What to do</h2>\n");
        boolean any = false;
        for (Urgency urgency : Urgency.values()) {
            String items = Arrays.stream(Finding.values())
                    .filter(finding -> finding.urgency() == urgency)
                    .map(finding -> action(medium, finding))
                    .collect(Collectors.joining());
            if (!items.isEmpty()) {
                any = true;
                text.append("<h3>")
                        .append(ReportWords.of(urgency))
                        .append("</h3>\n<ul>\n")
                        .append(items)
                        .append("</ul>\n");
            }
        }
        return any ? text.toString() : text.append("<p>Nothing.</p>\n").toString();
    }

    private String action(Medium medium, Finding finding) {
        List<Row> rows = words.with(finding);
        List<String> names = Stream.concat(
                        rows.stream().map(CredentialPage::name),
                        words.recipients(finding).stream().map(Recipient::alias))
                .toList();
        if (names.isEmpty()) {
            return "";
        }
        String count = rows.isEmpty() ? counted(names.size(), "destination") : counted(rows.size(), "machine");
        String linked = medium == Medium.PAGE && !rows.isEmpty()
                ? "<a href=\"#machines-heading\" data-finding=\"%s\">%s</a>".formatted(finding, count)
                : count;
        String examples = names.stream().limit(EXAMPLES).map(HtmlPage::escape).collect(Collectors.joining(", "));
        String more = names.size() > EXAMPLES ? " and " + (names.size() - EXAMPLES) + " more" : "";
        return """
            <li class="%s"><b>%s</b>: %s. %s<br/><small>%s%s</small></li>
            """.formatted(tone(finding), ReportWords.of(finding), linked, escape(finding.advice()), examples, more);
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private String recipients() {
        if (report.recipients().isEmpty()) {
            return "";
        }
        String rows = report.recipients().stream().map(this::recipient).collect(Collectors.joining());
        return """
            <h2>Keys of recipients</h2>
            <table class="cards">
            <thead><tr><th>Destination</th><th>Key</th><th>Expires</th><th>What to do</th></tr></thead>
            <tbody>
            %s</tbody>
            </table>
            """.formatted(rows);
    }

    private String recipient(Recipient recipient) {
        return """
            <tr><th scope="row">%s</th><td data-label="Key">%s<br/><code>%s</code></td><td data-label="Expires">%s</td>\
            <td data-label="What to do">%s</td></tr>
            """.formatted(
                        escape(recipient.alias()),
                        escape(recipient.algorithm()),
                        escape(recipient.fingerprint()),
                        recipient.expiresAt() == null ? "never" : html.day(recipient.expiresAt()),
                        recipient.findings().stream()
                                .map(finding -> "<span class=\"%s\"><b>%s</b></span> %s"
                                        .formatted(tone(finding), ReportWords.of(finding), escape(finding.advice())))
                                .collect(Collectors.joining("<br/>")));
    }

    private String pictures(Medium medium) {
        String figures = pictures.stream()
                .map(picture -> """
                    <figure><figcaption>%s</figcaption>
                    %s
                    </figure>
                    """.formatted(
                        escape(picture.title()),
                        switch (medium) {
                            case PAGE -> picture.svg();
                            case MAIL ->
                                "<img src=\"cid:%s\" width=\"%d\" alt=\"%s\"/>"
                                        .formatted(picture.id(), Picture.WIDTH + 20, escape(picture.description()));
                            case PAPER ->
                                "<object type=\"passcourier/picture\" data=\"%s\" title=\"%s\" style=\"width:%dpx;height:%dpx\"></object>"
                                        .formatted(
                                                picture.id(),
                                                escape(picture.description()),
                                                Picture.WIDTH,
                                                picture.height());
                        }))
                .collect(Collectors.joining());
        return "<h2>In pictures</h2>\n<div class=\"pictures\">\n" + figures + "</div>\n";
    }

    private String notInspected() {
        Map<String, Integer> why = new LinkedHashMap<>();
        report.accounts().stream()
                .filter(account -> account.code() != null)
                .forEach(account -> why.put("Account <b>" + escape(account.id()) + "</b>: " + why(account), 0));
        report.rows().stream()
                .filter(row -> row.state() == State.NOT_INSPECTED)
                .forEach(row -> why.merge(
                        "<b>" + orDash(row.code()) + "</b>" + (row.reason() == null ? "" : " " + escape(row.reason())),
                        1,
                        Integer::sum));
        if (why.isEmpty()) {
            return "";
        }
        return "<h2>Not inspected</h2>\n<ul>\n"
                + why.entrySet().stream()
                        .map(entry -> "<li>" + entry.getKey()
                                + (entry.getValue() == 0 ? "" : " (" + entry.getValue() + ")") + "</li>\n")
                        .collect(Collectors.joining())
                + "</ul>\n";
    }

    private static String why(Account account) {
        return escape(account.code() == null ? "" : account.code())
                + (account.reason() == null ? "" : " " + escape(account.reason()));
    }

    private String changes(Medium medium) {
        if (report.previous() == null) {
            return "<h2>Changes</h2>\n<p>This is the first report: there is none to compare it with.</p>\n";
        }
        List<Change> changes = report.changes();
        String heading = "<h2>Changes since <code>" + escape(report.previous()) + "</code></h2>\n";
        if (changes.isEmpty()) {
            return heading + "<p>None.</p>\n";
        }
        List<Change> shown =
                medium == Medium.MAIL && changes.size() > MAIL_CHANGES ? changes.subList(0, MAIL_CHANGES) : changes;
        Map<Change.Kind, Long> counts = changes.stream()
                .collect(Collectors.groupingBy(
                        Change::kind, () -> new EnumMap<>(Change.Kind.class), Collectors.counting()));
        return heading
                + counts.entrySet().stream()
                        .map(count -> ReportWords.of(count.getKey()) + ": " + count.getValue())
                        .collect(Collectors.joining(", ", "<p>", ".</p>\n"))
                + """
                <table class="cards">
                <thead><tr><th>Machine</th><th>Account</th><th>Change</th></tr></thead>
                <tbody>
                %s</tbody>
                </table>
                """.formatted(shown.stream().map(CredentialPage::change).collect(Collectors.joining()))
                + rest(changes.size() - shown.size());
    }

    private static String change(Change change) {
        String from = change.was() == null ? "" : ": " + ReportWords.of(change.was());
        String to = change.is() == null ? "" : (change.was() == null ? ": " : " \u2192 ") + ReportWords.of(change.is());
        return """
            <tr><th scope="row">%s</th><td data-label="Account">%s</td><td data-label="Change">%s%s%s</td></tr>
            """.formatted(
                        machine(change.instance(), change.instanceName()),
                        escape(change.account()),
                        ReportWords.of(change.kind()),
                        escape(from),
                        escape(to));
    }

    private static String rest(int count) {
        return count <= 0 ? "" : "<p>" + count + " more are in the attached files.</p>\n";
    }

    private String machines(Medium medium) {
        List<Row> rows = report.rows().stream()
                .filter(row -> medium != Medium.MAIL || !row.findings().isEmpty())
                .sorted(Comparator.comparing(CredentialPage::urgency)
                        .thenComparing(Row::account)
                        .thenComparing(Row::instance))
                .toList();
        List<Row> shown = medium == Medium.MAIL && rows.size() > MAIL_ROWS ? rows.subList(0, MAIL_ROWS) : rows;
        String heading = medium == Medium.MAIL ? "Machines with findings" : "Machines";
        Map<String, Function<Row, String>> columns = medium == Medium.MAIL ? mailColumns() : columns();
        StringBuilder text = new StringBuilder(1024 + shown.size() * 900);
        text.append("<h2 id=\"machines-heading\">%s (%d)</h2>\n".formatted(heading, rows.size()));
        if (medium == Medium.PAGE) {
            text.append(controls());
        }
        text.append("<table id=\"machines\" class=\"cards wide\">\n<thead><tr><th scope=\"col\">Machine</th>");
        columns.keySet()
                .forEach(name -> text.append("<th scope=\"col\">").append(name).append("</th>"));
        text.append("</tr></thead>\n<tbody>\n");
        for (Row row : shown) {
            text.append("<tr data-state=\"%s\" data-findings=\"%s\"><th scope=\"row\">%s</th>"
                    .formatted(
                            row.state(),
                            row.findings().stream().map(Finding::name).collect(Collectors.joining(" ")),
                            machine(row.instance(), row.instanceName())));
            columns.forEach((name, cell) -> text.append("<td data-label=\"")
                    .append(name)
                    .append('"')
                    .append(cell.apply(row))
                    .append("</td>"));
            text.append("</tr>\n");
        }
        return text.append("</tbody>\n</table>\n")
                .append(rest(rows.size() - shown.size()))
                .toString();
    }

    private static Integer urgency(Row row) {
        return row.findings().stream().map(Finding::ordinal).findFirst().orElse(Finding.values().length);
    }

    private String controls() {
        return """
            <div id="controls" class="controls" role="search" hidden="hidden">
            <label>Words <input id="words" type="search" autocomplete="off"/></label>
            <label>State <select id="state"><option value="">all</option>%s</select></label>
            <label>Finding <select id="finding"><option value="">all</option>%s</select></label>
            <button id="all" type="button">Show all</button>
            <span id="shown" class="faint" role="status"></span>
            </div>
            """.formatted(
                        options(words.states().keySet()),
                        options(Arrays.stream(Finding.values())
                                .filter(finding -> !words.with(finding).isEmpty())
                                .toList()));
    }

    private static String options(Collection<? extends Enum<?>> values) {
        return values.stream()
                .map(value -> "<option value=\"%s\">%s</option>".formatted(value.name(), ReportWords.of(value)))
                .collect(Collectors.joining());
    }

    /** Cells begin inside their tag, so that one can say by what it is sorted. */
    private Map<String, Function<Row, String>> columns() {
        Map<String, Function<Row, String>> columns = new LinkedHashMap<>();
        columns.put("Account", row -> ">" + escape(row.account()));
        columns.put("State", this::state);
        columns.put("Findings", CredentialPage::findings);
        columns.put("Password", CredentialPage::quality);
        columns.put("Unchanged since", this::since);
        columns.put("Key", row -> ">" + key(row.key()));
        columns.put("Last hand-over", row -> handOver(row.handOver()));
        columns.put("Evidence", CredentialPage::evidence);
        return columns;
    }

    private Map<String, Function<Row, String>> mailColumns() {
        Map<String, Function<Row, String>> columns = columns();
        columns.keySet().retainAll(Set.of("Account", "State", "Findings", "Unchanged since"));
        return columns;
    }

    private String state(Row row) {
        return " class=\"%s\"><b>%s</b>%s%s"
                .formatted(
                        CredentialPictures.Coverage.of(row.state()).tone().css(),
                        ReportWords.of(row.state()),
                        row.code() == null ? "" : " <small>" + escape(row.code()) + "</small>",
                        row.reason() == null ? "" : "<br/><small>" + escape(row.reason()) + "</small>");
    }

    private static String findings(Row row) {
        return " data-sort=\"%02d\">%s"
                .formatted(
                        urgency(row),
                        row.findings().stream()
                                .map(finding -> "<span class=\"%s\"><b>%s</b></span>%s"
                                        .formatted(
                                                tone(finding),
                                                ReportWords.of(finding),
                                                finding == Finding.REUSED && row.cluster() != null
                                                        ? " (" + escape(row.cluster()) + ")"
                                                        : ""))
                                .collect(Collectors.joining("<br/>")));
    }

    private static String quality(Row row) {
        PasswordQuality quality = row.quality();
        return quality == null
                ? " data-sort=\"~\">"
                : " data-sort=\"%d%d\">%s, %s"
                        .formatted(
                                quality.strength().ordinal(),
                                quality.length().ordinal(),
                                ReportWords.of(quality.strength()).toLowerCase(Locale.ROOT),
                                ReportWords.characters(quality.length()));
    }

    private String since(Row row) {
        Instant since = CredentialPictures.since(row);
        if (since == null) {
            return " data-sort=\"~\">";
        }
        return " data-sort=\"%s\">%s<br/><small>%d days%s</small>"
                .formatted(
                        since,
                        html.day(since),
                        Duration.between(since, report.endedAt()).toDays(),
                        row.changed() ? ", changed since the last report" : "");
    }

    private static String key(@Nullable KeyInfo key) {
        return key == null
                ? ""
                : "%s<br/><small>%s %d</small>".formatted(escape(key.name()), escape(key.algorithm()), key.bits());
    }

    private String handOver(@Nullable HandOver handOver) {
        return handOver == null
                ? " data-sort=\"\">"
                : " data-sort=\"%s\">%s to %s<br/><small>%s%s</small>"
                        .formatted(
                                handOver.at(),
                                escape(handOver.requester()),
                                escape(handOver.destination()),
                                html.minute(handOver.at()),
                                handOver.rule() == null ? "" : ", rule " + escape(handOver.rule()));
    }

    private static String evidence(Row row) {
        return ">" + (row.request() == null ? "" : "<code>" + escape(row.request()) + "</code>")
                + (row.sequence() == null ? "" : "<br/><small>record " + row.sequence() + "</small>");
    }

    private String keys() {
        Map<KeyInfo, Long> keys = report.rows().stream()
                .map(Row::key)
                .filter(Objects::nonNull)
                .collect(Collectors.groupingBy(
                        Function.identity(),
                        () -> new TreeMap<>(Comparator.comparing(KeyInfo::name).thenComparing(KeyInfo::fingerprint)),
                        Collectors.counting()));
        if (keys.isEmpty()) {
            return "";
        }
        return """
            <h2>Keys that open these passwords</h2>
            <table class="cards">
            <thead><tr><th>Key</th><th>Kind</th><th>Fingerprint</th><th>Machines</th></tr></thead>
            <tbody>
            %s</tbody>
            </table>
            """.formatted(keys.entrySet().stream()
                .map(key -> """
                    <tr><th scope="row">%s</th><td data-label="Kind">%s %d</td><td data-label="Fingerprint"><code>%s</code></td>\
                    <td data-label="Machines" class="num">%d</td></tr>
                    """.formatted(
                                escape(key.getKey().name()),
                                escape(key.getKey().algorithm()),
                                key.getKey().bits(),
                                escape(key.getKey().fingerprint()),
                                key.getValue()))
                .collect(Collectors.joining()));
    }

    private String basis() {
        return """
            <h2>What this rests on</h2>
            <p>Run <code>%s</code>, Passcourier %s. Audit trail up to record <b>%d</b>, whose hash is <code>%s</code>.</p>
            <p class="faint">The .jws file beside this report signs all its files. <code>passcourier report verify</code> checks \
            them; with <code>--trail</code> also that the trail has that record, and every row its own.</p>
            """.formatted(
                        escape(report.run()),
                        escape(report.version()),
                        report.trail().sequence(),
                        escape(report.trail().hash()));
    }

    private static String name(Row row) {
        return row.instanceName() == null || row.instanceName().isEmpty() ? row.instance() : row.instanceName();
    }

    private static String machine(String instance, @Nullable String name) {
        return name == null || name.isEmpty()
                ? "<code>" + escape(instance) + "</code>"
                : escape(name) + "<br/><code>" + escape(instance) + "</code>";
    }

    private static String tone(Finding finding) {
        return switch (finding.urgency()) {
            case NOW -> "bad";
            case SOON -> "wait";
            case LATER -> "other";
        };
    }
}
