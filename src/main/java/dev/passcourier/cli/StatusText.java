package dev.passcourier.cli;

import dev.passcourier.ledger.BatchStatus;
import dev.passcourier.ledger.LedgerStatus;
import dev.passcourier.ledger.NodeStatus;
import dev.passcourier.ledger.RequestStatus;
import dev.passcourier.ledger.RequestStatus.ResultStatus;
import dev.passcourier.ledger.WaitingWork;
import dev.passcourier.request.Origin;
import dev.passcourier.status.ScheduleStatus;
import dev.passcourier.status.StatusAnswer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/** Where things are: for people as wide as their terminal, as rows for programs, and in short for who follows it. */
final class StatusText {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);
    private static final int LABEL = 11;

    private final StatusAnswer answer;
    private final ZoneId zone;
    private int width;
    private Ansi ansi = Ansi.OFF;

    StatusText(StatusAnswer answer, ZoneId zone) {
        this.answer = answer;
        this.zone = zone;
    }

    /** For people; no line is wider, but for words that are. */
    List<String> lines(int screen, Ansi colours) {
        width = screen;
        ansi = colours;
        List<String> lines = new ArrayList<>();
        RequestStatus request = answer.request();
        if (request != null) {
            request(request, lines);
        } else {
            if (answer.isNothing()
                    && answer.accounts().isEmpty()
                    && answer.destinations().isEmpty()) {
                lines.add("nothing waits");
            }
            section(lines, waiting("account", "account.", answer.accounts()));
            section(lines, waiting("destination", "destination.", answer.destinations()));
            section(lines, batches());
            section(lines, schedules());
            section(lines, nodes());
            section(lines, problems());
        }
        if (!answer.running()) {
            section(lines, Table.wrap("No service runs: this is what was on record when it stopped.", width, ""));
        }
        return lines;
    }

    private static void section(List<String> lines, List<String> more) {
        if (!lines.isEmpty() && !more.isEmpty()) {
            lines.add("");
        }
        lines.addAll(more);
    }

    private void request(RequestStatus request, List<String> lines) {
        field(lines, "request", request.id());
        field(lines, "where", request.where());
        field(lines, "why", request.reason());
        if (request.reason() != null && request.code() != null) {
            field(lines, "code", request.code());
        }
        problem(lines, "account." + request.account());
        field(lines, "next", request.nextAt() == null ? null : ahead(request.nextAt()));
        field(lines, "attempts", request.attempts() == 0 ? null : Integer.toString(request.attempts()));
        field(lines, "account", request.account());
        field(lines, "instance", request.instance());
        field(lines, "asked", back(request.askedAt()) + " by " + origin(request));
        field(lines, "deadline", request.deadline() == null ? null : time(request.deadline()));
        field(lines, "ended", request.endedAt() == null ? null : back(request.endedAt()));
        Rows table = new Rows("destination", "state", "attempts", "code", "next", "ended");
        for (ResultStatus result : request.results()) {
            table.row(
                    result.destination(),
                    word(result.state()),
                    Integer.toString(result.attempts()),
                    Objects.requireNonNullElse(result.code(), ""),
                    result.nextAt() == null ? "" : ahead(result.nextAt()),
                    result.endedAt() == null ? "" : time(result.endedAt()));
        }
        section(lines, table.lines());
        request.results().forEach(result -> problem(lines, "destination." + result.destination()));
    }

    private static String origin(RequestStatus request) {
        String batch = request.batch() == null ? "" : ", line " + request.line() + " of " + shortened(request.batch());
        return request.source().toLowerCase(Locale.ROOT)
                + (request.sender() == null ? "" : " (" + request.sender() + ")")
                + batch;
    }

    private void problem(List<String> lines, String check) {
        String says = answer.problems().get(check);
        field(lines, "problem", says == null ? null : check + ": " + says);
    }

    private void field(List<String> lines, String label, @Nullable String text) {
        if (text != null && !text.isEmpty()) {
            Table.field(label, LABEL, text, width).forEach(line -> lines.add(line.before() + line.text()));
        }
    }

    private List<String> waiting(String kind, String check, List<WaitingWork> work) {
        Rows table = new Rows(kind, "wait", "states", "oldest", "next", "problem");
        for (WaitingWork each : work) {
            table.row(
                    each.name(),
                    Long.toString(each.total()),
                    each.states().entrySet().stream()
                            .map(state -> state.getValue() + Table.TOGETHER + word(state.getKey()))
                            .collect(Collectors.joining(", ")),
                    back(each.oldest()),
                    each.nextAt() == null ? "" : ahead(each.nextAt()),
                    answer.problems().getOrDefault(check + each.name(), ""));
        }
        return table.lines();
    }

    private List<String> nodes() {
        Rows table = new Rows("node", "id", "state", "version", "settings", "started", "seen");
        for (NodeStatus node : answer.nodes()) {
            table.row(
                    node.name(),
                    node.shortId(),
                    word(node.state()),
                    node.version(),
                    node.settings(),
                    back(node.startedAt()),
                    back(node.seenAt()));
        }
        return table.lines();
    }

    /** What the checks found that stands beside nothing that waits: brokers, disks, the ledger, idle accounts. */
    private List<String> problems() {
        Set<String> told = Stream.concat(
                        answer.accounts().stream().map(work -> "account." + work.name()),
                        answer.destinations().stream().map(work -> "destination." + work.name()))
                .collect(Collectors.toSet());
        Rows table = new Rows("check", "problem");
        new TreeMap<>(answer.problems()).forEach((check, problem) -> {
            if (!told.contains(check)) {
                table.row(check, problem);
            }
        });
        return table.lines();
    }

    private List<String> batches() {
        Rows table = new Rows("batch", "done", "verdicts", "rate", "ends", "id");
        for (BatchStatus batch : answer.batches()) {
            table.row(batch.name(), done(batch), verdicts(batch), rate(batch), end(batch), shortened(batch.id()));
        }
        return table.lines();
    }

    /** Enough of a batch's id to tell it apart; {@code status} takes it. */
    static String shortened(String id) {
        return id.matches("[0-9a-f]{64}") ? id.substring(0, LedgerStatus.SHORT_ID) : id;
    }

    private static String done(BatchStatus batch) {
        return batch.ended() + "/" + batch.lines()
                + (batch.lines() == 0 ? "" : " " + 100 * batch.ended() / batch.lines() + "%");
    }

    private static String verdicts(BatchStatus batch) {
        return batch.verdicts().entrySet().stream()
                .map(verdict -> verdict.getValue() + Table.TOGETHER + verdict.getKey())
                .collect(Collectors.joining(", "));
    }

    private static String rate(BatchStatus batch) {
        return batch.ended() == 0 ? "" : String.format(Locale.ROOT, "%.0f/min", batch.perMinute());
    }

    private String end(BatchStatus batch) {
        if (batch.hasEnded()) {
            return batch.reportedAt() != null && batch.source() == Origin.Source.FILE
                    ? "ended, results written"
                    : "ended";
        }
        return batch.expectedEnd() == null ? "" : ahead(batch.expectedEnd());
    }

    private List<String> schedules() {
        boolean one = answer.schedules().size() == 1 && answer.accounts().isEmpty();
        Rows table = new Rows("schedule", "next", "lastRun", "done", "verdicts");
        for (ScheduleStatus schedule : answer.schedules()) {
            String next = schedule.next().stream()
                    .limit(one ? Long.MAX_VALUE : 1)
                    .map(this::ahead)
                    .collect(Collectors.joining(", "));
            List<BatchStatus> runs = schedule.runs();
            for (int i = 0; i < Math.max(1, runs.size()); i++) {
                BatchStatus run = i < runs.size() ? runs.get(i) : null;
                table.row(
                        i == 0 ? schedule.name() : "",
                        i == 0 ? (next.isEmpty() ? "never" : next) : "",
                        run == null ? "none" : time(run.takenAt()) + (run.planned() == null ? " by hand" : ""),
                        run == null ? "" : done(run),
                        run == null ? "" : verdicts(run));
            }
        }
        return table.lines();
    }

    /** One line for each thing, for who follows without a terminal. */
    Map<String, String> brief() {
        Map<String, String> lines = new LinkedHashMap<>();
        RequestStatus request = answer.request();
        if (request != null) {
            lines.put(
                    request.id(),
                    request.id() + " " + request.where()
                            + (request.code() == null ? "" : " (" + request.code() + ")")
                            + (request.attempts() == 0 ? "" : ", attempt " + request.attempts()));
        }
        answer.accounts()
                .forEach(each -> lines.put("account " + each.name(), "account " + each.name() + " " + states(each)));
        answer.destinations()
                .forEach(each ->
                        lines.put("destination " + each.name(), "destination " + each.name() + " " + states(each)));
        answer.nodes()
                .forEach(node -> lines.put(
                        "node " + node.id(), "node " + node.name() + " " + node.shortId() + " " + word(node.state())));
        answer.batches()
                .forEach(batch -> lines.put(
                        batch.id(),
                        "batch " + batch.name() + " " + done(batch) + " "
                                + verdicts(batch).replace(Table.TOGETHER, " ")));
        return lines;
    }

    private static String states(WaitingWork work) {
        return work.states().entrySet().stream()
                .map(state -> state.getValue() + " " + word(state.getKey()))
                .collect(Collectors.joining(", "));
    }

    /** Of a request its facts, else one row for each thing. Times in UTC. */
    Table flat() {
        RequestStatus request = answer.request();
        if (request != null) {
            return new Table(
                            "request",
                            "account",
                            "instance",
                            "state",
                            "verdict",
                            "code",
                            "attempts",
                            "askedAt",
                            "nextAt",
                            "endedAt",
                            "reason")
                    .row(
                            request.id(),
                            request.account(),
                            request.instance(),
                            request.state(),
                            request.verdict(),
                            request.code(),
                            request.attempts(),
                            request.askedAt(),
                            request.nextAt(),
                            request.endedAt(),
                            request.reason());
        }
        Table table = new Table("kind", "name", "id", "total", "done", "counts", "perMinute", "since", "nextAt");
        answer.accounts().forEach(each -> waiting(table, "account", each));
        answer.destinations().forEach(each -> waiting(table, "destination", each));
        answer.nodes()
                .forEach(node -> table.row(
                        "node",
                        node.name(),
                        node.id(),
                        null,
                        null,
                        node.state() + "=1",
                        null,
                        node.startedAt(),
                        node.seenAt()));
        answer.batches().forEach(batch -> batch(table, "batch", batch));
        for (ScheduleStatus schedule : answer.schedules()) {
            Instant next = schedule.next().isEmpty() ? null : schedule.next().get(0);
            table.row("schedule", schedule.name(), null, null, null, null, null, null, next);
            schedule.runs().forEach(run -> batch(table, "run", run));
        }
        return table;
    }

    private static void waiting(Table table, String kind, WaitingWork work) {
        table.row(
                kind, work.name(), null, work.total(), null, counts(work.states()), null, work.oldest(), work.nextAt());
    }

    private static void batch(Table table, String kind, BatchStatus batch) {
        table.row(
                kind,
                batch.name(),
                batch.id(),
                batch.lines(),
                batch.ended(),
                counts(batch.verdicts()),
                Double.toString(batch.perMinute()),
                batch.takenAt(),
                batch.expectedEnd());
    }

    private static String counts(Map<?, Long> counts) {
        return counts.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(" "));
    }

    private static String word(Object state) {
        return state.toString().toLowerCase(Locale.ROOT);
    }

    /** A time today, or a day and a time. */
    String time(Instant at) {
        boolean today =
                at.atZone(zone).toLocalDate().equals(answer.at().atZone(zone).toLocalDate());
        return (today ? TIME : DAY).format(at.atZone(zone));
    }

    private String ahead(Instant at) {
        return at.isAfter(answer.at()) ? "in " + span(Duration.between(answer.at(), at)) + ", " + time(at) : "now";
    }

    private String back(Instant at) {
        return span(Duration.between(at, answer.at())) + " ago";
    }

    static String span(Duration span) {
        Duration whole = span.isNegative() ? Duration.ZERO : span.truncatedTo(ChronoUnit.SECONDS);
        if (whole.toDays() >= 2) {
            return whole.toDays() + " days";
        }
        if (whole.toHours() >= 2) {
            return whole.toHours() + " h";
        }
        return whole.toMinutes() >= 2 ? whole.toMinutes() + " min" : whole.toSeconds() + " s";
    }

    /** Rows of which only the columns are shown that something is in. */
    private final class Rows {

        private final String[] columns;
        private final List<String[]> rows = new ArrayList<>();

        Rows(String... columns) {
            this.columns = columns;
        }

        void row(String... cells) {
            rows.add(cells);
        }

        List<String> lines() {
            int[] used = IntStream.range(0, columns.length)
                    .filter(column -> rows.stream().anyMatch(row -> !row[column].isEmpty()))
                    .toArray();
            Table table = new Table(of(columns, used));
            rows.forEach(row -> table.row((Object[]) of(row, used)));
            return table.lines(width, ansi);
        }

        private static String[] of(String[] cells, int[] used) {
            return Arrays.stream(used).mapToObj(column -> cells[column]).toArray(String[]::new);
        }
    }
}
