package dev.passcourier.cli;

import dev.passcourier.control.ControlJson;
import dev.passcourier.redrive.FailedMessage;
import dev.passcourier.redrive.RedriveAnswer;
import dev.passcourier.redrive.RedriveOrder;
import dev.passcourier.redrive.RedriveOrder.Action;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;

/** What {@code redrive} prints: one line a message, and what to know besides. */
final class RedrivePage {

    private final RedriveOrder order;

    /** By message id; one that could not be returned is found again by the next order. */
    private final Map<String, FailedMessage> found = new LinkedHashMap<>();

    private SortedSet<String> disabled = new TreeSet<>();
    private int returned;
    private boolean more;
    private boolean enabled;

    RedrivePage(RedriveOrder order) {
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
        return order.action() != Action.RETURN || found.values().stream().allMatch(kept -> kept.refusal() == null);
    }

    /** What was found, and as JSON what to know besides. */
    void print(Output output) {
        Table table = new Table("message", "request", "queue", "from", "verdict", "reason", "since", "return");
        for (FailedMessage kept : found.values()) {
            table.row(
                    kept.message(),
                    kept.request(),
                    kept.place().name().toLowerCase(Locale.ROOT),
                    kept.from(),
                    kept.verdict(),
                    kept.reason(),
                    kept.since(),
                    kept.refusal() == null ? done() : kept.refusal().name());
        }
        output.print(
                table,
                () -> ControlJson.tree(
                        new RedriveAnswer(List.copyOf(found.values()), returned, more, disabled, enabled)));
    }

    private String done() {
        return order.action() == Action.RETURN && !order.dryRun() ? "returned" : "possible";
    }

    void talk(Output output) {
        if (order.action() == Action.ENABLE) {
            output.talk(Objects.toString(order.destination()) + (enabled ? " is enabled" : " is enabled already"));
        } else if (found.isEmpty()) {
            output.talk("nothing found");
        } else if (order.action() == Action.RETURN && !order.dryRun()) {
            output.talk(returned + " returned");
        }
        if (more) {
            output.talk("there is more: narrow it down with a filter");
        }
        disabled.forEach(alias -> output.talk(alias + " said 410 Gone: nothing is posted there until its url is changed"
                + " or  passcourier redrive enable --destination " + alias));
    }
}
