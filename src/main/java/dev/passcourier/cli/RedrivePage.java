package dev.passcourier.cli;

import dev.passcourier.control.ControlJson;
import dev.passcourier.redrive.FailedMessage;
import dev.passcourier.redrive.RedriveAnswer;
import dev.passcourier.redrive.RedriveOrder;
import dev.passcourier.redrive.RedriveOrder.Action;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What {@code redrive} prints: one line a message, and what to know besides. */
final class RedrivePage {

    private static final String ROW = "%-40s %-24s %-10s %-28s %-14s %-24s %-24s %s%n";

    private final PrintWriter out;
    private final RedriveOrder order;

    /** By message id; one that could not be returned is found again by the next order. */
    private final Map<String, FailedMessage> found = new LinkedHashMap<>();

    private SortedSet<String> disabled = new TreeSet<>();
    private int returned;
    private boolean more;
    private boolean enabled;

    RedrivePage(PrintWriter out, RedriveOrder order) {
        this.out = out;
        this.order = order;
    }

    void add(RedriveAnswer answer) {
        answer.found().forEach(kept -> found.put(kept.message(), kept));
        disabled = answer.disabled();
        returned += answer.returned();
        more = answer.more();
        enabled |= answer.enabled();
    }

    boolean isFine() {
        return switch (order.action()) {
            case LIST -> true;
            case RETURN -> found.values().stream().allMatch(kept -> kept.refusal() == null);
            case ENABLE -> enabled;
        };
    }

    void printJson() {
        RedriveAnswer whole = new RedriveAnswer(List.copyOf(found.values()), returned, more, disabled, enabled);
        out.println(new String(ControlJson.bytes(whole), StandardCharsets.UTF_8));
        out.flush();
    }

    void printText() {
        if (!found.isEmpty()) {
            out.printf(ROW, "MESSAGE", "REQUEST", "QUEUE", "FROM", "VERDICT", "REASON", "SINCE", "RETURN");
            found.values().forEach(this::print);
        }
        out.flush();
    }

    private void print(FailedMessage kept) {
        out.printf(
                ROW,
                kept.message(),
                orDash(kept.request()),
                kept.place().name().toLowerCase(Locale.ROOT),
                orDash(kept.from()),
                orDash(kept.verdict()),
                orDash(kept.reason()),
                kept.since(),
                kept.refusal() == null ? done() : kept.refusal().name());
    }

    private String done() {
        return order.action() == Action.RETURN && !order.dryRun() ? "returned" : "possible";
    }

    void talk(PrintWriter err) {
        if (order.action() == Action.ENABLE) {
            err.println(Objects.toString(order.destination()) + (enabled ? " is enabled" : " was not disabled"));
        } else if (found.isEmpty()) {
            err.println("nothing found");
        } else if (order.action() == Action.RETURN && !order.dryRun()) {
            err.println(returned + " returned");
        }
        if (more) {
            err.println("there is more: narrow it down with a filter");
        }
        disabled.forEach(alias -> err.println(alias + " said 410 Gone: nothing is posted there until its url is changed"
                + " or  passcourier redrive enable --destination " + alias));
        err.flush();
    }

    private static String orDash(@Nullable String text) {
        return text == null || text.isEmpty() ? "-" : text;
    }
}
