package dev.passcourier.health;

import dev.passcourier.ledger.BatchStatus;
import dev.passcourier.ledger.DeliveryState;
import dev.passcourier.ledger.WaitingWork;
import dev.passcourier.status.ScheduleStatus;
import dev.passcourier.status.StatusAnswer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The status page: names, codes, times and numbers. No script, no link, nothing of any request but counts, and of dropped
 * files nothing but the names of those that are not taken or have not ended. It loads itself anew every ten seconds.
 */
public final class StatusPage {

    private static final int SECONDS = 10;
    /** Numbers of such an age are marked: nothing is counted while the service is down, and seldom if counting takes long. */
    private static final Duration OLD = Duration.ofMinutes(1);

    private static final DateTimeFormatter TIME = format("HH:mm:ss");
    private static final DateTimeFormatter WHOLE = format("yyyy-MM-dd HH:mm:ss");
    private static final DateTimeFormatter DAY = format("yyyy-MM-dd HH:mm");

    /** On a narrow screen each row of a wide table becomes a block of lines, each with its column's name. */
    private static final String STYLE = """
        :root{color-scheme:light dark;--back:#fff;--text:#1c1c1c;--soft:#595959;--line:#d9d9d9;--up:#0a6b2d;--warn:#8a5200;\
        --down:#b3001b;--box:#f5f5f5}
        @media(prefers-color-scheme:dark){:root{--back:#141414;--text:#e8e8e8;--soft:#a6a6a6;--line:#3a3a3a;--up:#5fd384;\
        --warn:#f0b35a;--down:#ff8a8a;--box:#1f1f1f}}
        *{box-sizing:border-box}
        body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;max-width:64em;padding:1em;background:var(--back);\
        color:var(--text);overflow-wrap:anywhere}
        h1{font-size:1.5em;margin:.2em 0}h2{font-size:1.1em;margin:1.6em 0 .4em}
        p,ul{margin:.3em 0}ul{padding:.6em .8em .6em 1.8em;background:var(--box);border-left:.25em solid var(--warn)}
        .soft{color:var(--soft)}.up,.warn,.down{font-weight:600}.up{color:var(--up)}.warn{color:var(--warn)}\
        .down{color:var(--down)}
        table{border-collapse:collapse;width:100%}
        th,td{text-align:left;vertical-align:top;padding:.3em .9em .3em 0;border-bottom:1px solid var(--line)}
        th{color:var(--soft);font-weight:600;font-size:.9em}
        progress{width:8em;max-width:100%;height:.8em;accent-color:var(--up)}
        @media(max-width:40em){
        .wide thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
        .wide,.wide tbody{display:block}.wide tr{display:block;padding:.5em 0;border-bottom:1px solid var(--line)}
        .wide td{display:block;position:relative;padding:.1em 0 .1em 8em;border:0}
        .wide td:first-child{font-weight:600}
        .wide td::before{content:attr(data-of);position:absolute;left:0;color:var(--soft);font-weight:400}
        .wide td:empty{display:none}}
        """;

    /** Allows this page's own style sheet and nothing else. */
    static final String POLICY = "default-src 'none'; style-src 'sha256-" + hash(STYLE)
            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Checks checks;
    private final ServiceGate gate;
    private final Figures figures;
    private final String version;
    private final Clock clock;
    private final Instant started;

    /**
     * From the checks and the numbers.
     *
     * @param version of the program
     */
    public StatusPage(Checks checks, ServiceGate gate, Figures figures, String version, Clock clock) {
        this.checks = checks;
        this.gate = gate;
        this.figures = figures;
        this.version = version;
        this.clock = clock;
        this.started = clock.instant();
    }

    /** The page as it is now. */
    public StatusServer.Reply reply() {
        byte[] page = new Writing(checks.states(), clock.instant()).page().getBytes(StandardCharsets.UTF_8);
        return new StatusServer.Reply(200, "text/html; charset=utf-8", page);
    }

    /** One page while it is written. */
    private final class Writing {

        private final List<CheckState> states;
        private final Instant now;
        private final Figures.Counts counts = figures.counts();
        private final StringBuilder out = new StringBuilder();
        private String[] columns = {};

        Writing(List<CheckState> states, Instant now) {
            this.states = states;
            this.now = now;
        }

        String page() {
            String word = word();
            out.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                    + "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                    + "<meta http-equiv=\"refresh\" content=\"" + SECONDS + "\"><title>" + word
                    + " – Passcourier</title><style>" + STYLE + "</style></head><body><main><h1>Passcourier: "
                    + badge(word, word.equals("UP") ? "up" : word.equals("DOWN") ? "down" : "warn") + "</h1>");
            out.append("<p class=\"soft\">version " + escape(version) + " · up for " + span(started, now) + " · as of "
                    + WHOLE.format(now) + " UTC" + ", anew every " + SECONDS + " seconds</p>");
            if (word.equals("DOWN")) {
                out.append("<p>Work is suspended and goes on by itself when the checks are up again.</p>");
            }
            next();
            waiting();
            batches();
            schedules();
            service();
            return out.append("</main></body></html>\n").toString();
        }

        /** Never UP while anything is down, be it one destination. */
        private String word() {
            if (gate.closed().isPresent()) {
                return gate.closed().get().code();
            }
            if (states.stream().anyMatch(CheckState::isGrave)) {
                return "DOWN";
            }
            return states.stream().allMatch(CheckState::isUp) ? "UP" : "DEGRADED";
        }

        private void next() {
            List<String> steps = new ArrayList<>();
            for (CheckState state : states) {
                HealthProblem problem = state.problem();
                if (problem != null) {
                    steps.add("<strong>" + escape(state.name()) + "</strong> " + code(state, problem)
                            + " <span class=\"soft\">for " + span(state.since(), now) + "</span><br>"
                            + escape(NextSteps.on(state, problem)));
                }
            }
            figures.kept()
                    .forEach((queue, kept) -> steps.add("<strong>" + escape(queue) + "</strong> holds " + kept
                            + (kept == 1 ? " message" : " messages")
                            + " that could not be worked on.<br>bin/passcourier redrive"
                            + " list says which and why, and redrive return brings back what is mended."));
            if (figures.filesLeft().size() > 0) {
                steps.add("<strong>dropped files</strong> that are not taken: see below why.");
            }
            out.append("<h2>What to do next</h2>")
                    .append(
                            steps.isEmpty()
                                    ? "<p>Nothing.</p>"
                                    : "<ul><li>" + String.join("</li><li>", steps) + "</li></ul>");
        }

        private void waiting() {
            StatusAnswer counted = counts.status();
            if (counted != null && counted.at().plus(OLD).isBefore(now)) {
                out.append(
                        "<p>" + badge("What waits was counted " + span(counted.at(), now) + " ago.", "warn") + "</p>");
            }
            List<WaitingWork> accounts =
                    counts.status() == null ? List.of() : counts.status().accounts();
            List<WaitingWork> destinations =
                    counts.status() == null ? List.of() : counts.status().destinations();
            out.append("<h2>Accounts</h2><p>" + sum(accounts, "request") + "</p>");
            table("wide", "account", "state", "waiting", "oldest", "next try");
            for (String name : names("account.", accounts)) {
                row(
                        name,
                        state("account." + name),
                        work(name, accounts),
                        oldest(name, accounts),
                        nextTry(name, accounts));
            }
            out.append("</tbody></table><h2>Destinations</h2><p>" + sum(destinations, "delivery") + "</p>");
            table("wide", "destination", "state", "waiting", "oldest", "next try", "delivered", "failed");
            for (String name : names("destination.", destinations)) {
                Map<DeliveryState, Long> ended = counts.deliveries().getOrDefault(name, Map.of());
                row(
                        name,
                        state("destination." + name),
                        work(name, destinations),
                        oldest(name, destinations),
                        nextTry(name, destinations),
                        String.valueOf(ended.getOrDefault(DeliveryState.DELIVERED, 0L)),
                        String.valueOf(ended.getOrDefault(DeliveryState.FAILED, 0L)));
            }
            out.append("</tbody></table>");
        }

        private void batches() {
            if (counts.status() == null) {
                return;
            }
            List<BatchStatus> batches = counts.status().batches();
            out.append("<h2>Batches</h2>");
            if (batches.isEmpty()) {
                out.append("<p>None is under way.</p>");
                return;
            }
            table("wide", "batch", "ended", "verdicts", "rate", "expected end");
            for (BatchStatus batch : batches) {
                row(name(batch), progress(batch), escape(verdicts(batch)), rate(batch), end(batch));
            }
            out.append("</tbody></table>");
        }

        /** Several runs of one schedule may be under way. */
        private String name(BatchStatus batch) {
            return batch.planned() == null ? batch.name() : batch.name() + ", planned for " + time(batch.planned());
        }

        private void schedules() {
            StatusAnswer status = counts.status();
            if (status == null || status.schedules().isEmpty()) {
                return;
            }
            out.append("<h2>Schedules</h2>");
            table("wide", "schedule", "next", "latest run", "ended", "verdicts", "rate", "expected end");
            for (ScheduleStatus schedule : status.schedules()) {
                String next = schedule.next().isEmpty()
                        ? "never"
                        : until(schedule.next().get(0));
                if (schedule.runs().isEmpty()) {
                    row(schedule.name(), next, "none yet", "", "", "", "");
                } else {
                    BatchStatus run = schedule.runs().get(0);
                    row(
                            schedule.name(),
                            next,
                            span(run.takenAt(), now) + " ago",
                            progress(run),
                            escape(verdicts(run)),
                            rate(run),
                            end(run));
                }
            }
            out.append("</tbody></table>");
        }

        private void service() {
            out.append("<h2>Service</h2>");
            table("", "check", "state", "for");
            for (CheckState state : states) {
                if (!state.name().matches("(account|destination)\\..*")) {
                    row(state.name(), state(state.name()), span(state.since(), now));
                }
            }
            out.append("</tbody></table>");
            plain("Queues", "queue", "messages", figures.depths());
            plain("Requests so far", "state", "number", counts.requests());
            if (!figures.filesLeft().isEmpty()) {
                plain("Dropped files that are not taken", "file", "why", figures.filesLeft());
            }
        }

        /** All that the settings name, what is down first, and of what they name no more that for which something waits. */
        private Collection<String> names(String kind, List<WaitingWork> waiting) {
            Collection<String> names = new LinkedHashSet<>();
            states.stream()
                    .filter(state -> state.name().startsWith(kind))
                    .sorted(Comparator.comparing(CheckState::isUp).thenComparing(CheckState::name))
                    .forEach(state -> names.add(state.name().substring(kind.length())));
            waiting.forEach(work -> names.add(work.name()));
            return names;
        }

        private String state(String check) {
            return states.stream()
                    .filter(state -> state.name().equals(check))
                    .map(state -> state.problem() == null ? badge("UP", "up") : code(state, state.problem()))
                    .findFirst()
                    .orElse(badge("not in the settings", "warn"));
        }

        private String code(CheckState state, HealthProblem problem) {
            boolean isBad = state.isGrave() || state.name().startsWith("destination.");
            return badge("DOWN", isBad ? "down" : "warn") + " " + escape(problem.code())
                    + (problem.until() == null ? "" : " until " + time(problem.until()));
        }

        private String sum(List<WaitingWork> all, String what) {
            long total = all.stream().mapToLong(WaitingWork::total).sum();
            String plural = what.equals("delivery") ? "deliveries" : what + "s";
            if (counts.status() == null) {
                return badge("The ledger does not say now what waits.", "warn");
            }
            return total == 0
                    ? "No " + what + " waits."
                    : total + " " + (total == 1 ? what + " has" : plural + " have") + " not ended; the oldest is "
                            + span(
                                    all.stream()
                                            .map(WaitingWork::oldest)
                                            .min(Instant::compareTo)
                                            .orElse(now),
                                    now)
                            + " old.";
        }

        private String work(String name, List<WaitingWork> all) {
            return all.stream()
                    .filter(work -> work.name().equals(name))
                    .map(work -> work.total() + " <span class=\"soft\">"
                            + escape(work.states().entrySet().stream()
                                    .map(each -> each.getKey().toLowerCase(Locale.ROOT) + " " + each.getValue())
                                    .collect(Collectors.joining(", ")))
                            + "</span>")
                    .findFirst()
                    .orElse("0");
        }

        private String oldest(String name, List<WaitingWork> all) {
            return all.stream()
                    .filter(work -> work.name().equals(name))
                    .map(work -> span(work.oldest(), now))
                    .findFirst()
                    .orElse("");
        }

        private String nextTry(String name, List<WaitingWork> all) {
            return all.stream()
                    .filter(work -> work.name().equals(name) && work.nextAt() != null)
                    .map(work -> until(work.nextAt()))
                    .findFirst()
                    .orElse("");
        }

        private String end(BatchStatus batch) {
            Instant end = batch.expectedEnd();
            return end == null ? batch.hasEnded() ? "has ended" : "" : until(end);
        }

        private String until(@Nullable Instant at) {
            return at == null || !at.isAfter(now)
                    ? "now"
                    : "in " + span(now, at) + " <span class=\"soft\">" + time(at) + "</span>";
        }

        private void table(String kind, String... heads) {
            columns = heads;
            out.append("<table class=\"" + kind + "\"><thead><tr>");
            for (String head : heads) {
                out.append("<th scope=\"col\">" + head + "</th>");
            }
            out.append("</tr></thead><tbody>");
        }

        private String time(Instant at) {
            boolean today = at.truncatedTo(ChronoUnit.DAYS).equals(now.truncatedTo(ChronoUnit.DAYS));
            return (today ? TIME : DAY).format(at) + " UTC";
        }

        /** The first is a name, the others are written already. */
        private void row(String name, String... cells) {
            out.append("<tr><td data-of=\"" + columns[0] + "\">" + escape(name) + "</td>");
            for (int each = 0; each < cells.length; each++) {
                out.append("<td data-of=\"" + columns[each + 1] + "\">" + cells[each] + "</td>");
            }
            out.append("</tr>");
        }

        private void plain(String title, String name, String value, Map<?, ?> values) {
            out.append("<h2>" + title + "</h2><table><thead><tr><th scope=\"col\">" + name + "</th><th scope=\"col\">"
                    + value + "</th></tr></thead><tbody>");
            new TreeMap<>(values)
                    .forEach((each, number) -> out.append("<tr><td>" + escape(String.valueOf(each)) + "</td><td>"
                            + escape(String.valueOf(number)) + "</td></tr>"));
            out.append("</tbody></table>");
        }
    }

    private static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }

    private static String progress(BatchStatus batch) {
        String words = batch.ended() + " of " + batch.lines();
        return "<progress max=\"" + Math.max(1, batch.lines()) + "\" value=\"" + Math.min(batch.ended(), batch.lines())
                + "\" aria-label=\"" + words + "\"></progress> " + words;
    }

    private static String verdicts(BatchStatus batch) {
        return batch.verdicts().entrySet().stream()
                .map(each -> each.getKey() + " " + each.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String rate(BatchStatus batch) {
        return batch.perMinute() == 0 ? "" : batch.perMinute() + " a minute";
    }

    private static String badge(String word, String kind) {
        return "<span class=\"" + kind + "\">" + escape(word) + "</span>";
    }

    /** In its two largest units. */
    private static String span(Instant from, Instant to) {
        Duration span = from.isAfter(to) ? Duration.ZERO : Duration.between(from, to);
        if (span.toDays() > 0) {
            return span.toDays() + " d " + span.toHoursPart() + " h";
        }
        if (span.toHours() > 0) {
            return span.toHours() + " h " + span.toMinutesPart() + " min";
        }
        return span.toMinutes() > 0
                ? span.toMinutes() + " min " + span.toSecondsPart() + " s"
                : span.toSeconds() + " s";
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String hash(String style) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }
}
