package dev.passcourier.health;

import dev.passcourier.ledger.BatchStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The status page: names, codes, times and numbers. No script, no link, nothing of any request but counts, and of
 * dropped files nothing but the names of those that are not taken or have not ended. */
public final class StatusPage {

    private static final String STYLE =
            "body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:50em;padding:0 1em}"
                    + "table{border-collapse:collapse;width:100%;margin-bottom:1.5em}"
                    + "th,td{text-align:left;padding:.2em .8em .2em 0;border-bottom:1px solid #ccc}"
                    + ".down{color:#a00;font-weight:600}.up{color:#060}";

    /** Allows this page's own style sheet and nothing else. */
    static final String POLICY = "default-src 'none'; style-src 'sha256-" + hash(STYLE)
            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Checks checks;
    private final Figures figures;

    /** From the checks and the numbers. */
    public StatusPage(Checks checks, Figures figures) {
        this.checks = checks;
        this.figures = figures;
    }

    /** The page as it is now. */
    public StatusServer.Reply reply() {
        return new StatusServer.Reply(200, "text/html; charset=utf-8", of(checks.states(), figures));
    }

    private static byte[] of(List<CheckState> states, Figures figures) {
        boolean down = states.stream().anyMatch(CheckState::isGrave);
        StringBuilder page = new StringBuilder("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<title>Passcourier</title><style>" + STYLE + "</style></head><body><h1>Passcourier: "
                + status(!down) + "</h1>");
        if (down) {
            page.append("<p>Work is suspended and goes on by itself when the checks are up again.</p>");
        }
        page.append("<h2>Checks</h2>").append(checks(states));
        page.append("<h2>Requests</h2>").append(table("state", figures.counts().requests()));
        page.append("<h2>Deliveries</h2>")
                .append(table("destination", figures.counts().deliveries()));
        if (!figures.counts().batches().isEmpty()) {
            page.append("<h2>Batches</h2>").append(batches(figures.counts().batches()));
        }
        page.append("<h2>Queues</h2>").append(table("queue", figures.depths()));
        if (!figures.filesLeft().isEmpty()) {
            page.append("<h2>Dropped files that are not taken</h2>").append(table("file", "why", figures.filesLeft()));
        }
        return page.append("</body></html>\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String checks(List<CheckState> states) {
        StringBuilder rows =
                new StringBuilder("<table><tr><th>check</th><th>status</th><th>code</th><th>since</th></tr>");
        for (CheckState state : states) {
            rows.append("<tr><td>")
                    .append(escape(state.name()))
                    .append("</td><td>")
                    .append(status(state.isUp()))
                    .append("</td><td>")
                    .append(escape(code(state)))
                    .append("</td><td>")
                    .append(state.since())
                    .append("</td></tr>");
        }
        return rows.append("</table>").toString();
    }

    private static String batches(List<BatchStatus> batches) {
        StringBuilder rows = new StringBuilder("<table><tr><th>batch</th><th>ended</th><th>verdicts</th>"
                + "<th>a minute</th><th>expected end</th></tr>");
        for (BatchStatus batch : batches) {
            rows.append("<tr><td>")
                    .append(escape(batch.name()))
                    .append("</td><td>")
                    .append(batch.ended() + " of " + batch.lines())
                    .append("</td><td>")
                    .append(number(batch.verdicts()))
                    .append("</td><td>")
                    .append(batch.perMinute())
                    .append("</td><td>")
                    .append(
                            batch.expectedEnd() == null
                                    ? ""
                                    : batch.expectedEnd().truncatedTo(ChronoUnit.SECONDS))
                    .append("</td></tr>");
        }
        return rows.append("</table>").toString();
    }

    private static String code(CheckState state) {
        HealthProblem problem = state.problem();
        if (problem == null) {
            return "";
        }
        return problem.until() == null ? problem.toString() : problem + " until " + problem.until();
    }

    private static String table(String head, Map<?, ?> values) {
        return table(head, "number", values);
    }

    private static String table(String head, String value, Map<?, ?> values) {
        StringBuilder rows = new StringBuilder("<table><tr><th>" + head + "</th><th>" + value + "</th></tr>");
        new TreeMap<>(values).forEach((name, each) -> rows.append("<tr><td>")
                .append(escape(String.valueOf(name)))
                .append("</td><td>")
                .append(escape(number(each)))
                .append("</td></tr>"));
        return rows.append("</table>").toString();
    }

    private static String number(Object value) {
        return value instanceof Map<?, ?> several
                ? String.join(
                        ", ",
                        several.entrySet().stream()
                                .map(each -> each.getKey() + " " + each.getValue())
                                .toList())
                : String.valueOf(value);
    }

    private static String status(boolean up) {
        return up ? "<span class=\"up\">UP</span>" : "<span class=\"down\">DOWN</span>";
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
