package dev.passcourier.ledger;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.outbox.OutboxItem.Kind;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An event's facts, typed. What cannot be read counts as not there: a projection must not stop at one value. */
final class Facts {

    private final AuditEvent event;

    Facts(AuditEvent event) {
        this.event = event;
    }

    Instant at() {
        return event.at();
    }

    boolean has(Fact fact) {
        return event.facts().containsKey(fact);
    }

    /** The fact, or an empty text. */
    String text(Fact fact) {
        return event.facts().getOrDefault(fact, "");
    }

    @Nullable
    String maybe(Fact fact) {
        return event.facts().get(fact);
    }

    /** The fact as a number, or 0. */
    int number(Fact fact) {
        try {
            return Integer.parseInt(text(fact));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The fact as an ISO time, or null. */
    @Nullable
    Instant time(Fact fact) {
        try {
            return has(fact) ? Instant.parse(text(fact)) : null;
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** The delivery's kind; a sealed result has none written out. Of an unknown kind, nothing follows. */
    Kind kind() {
        String name = text(Fact.KIND);
        return Arrays.stream(Kind.values())
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElse(name.isEmpty() ? Kind.RESULT : Kind.NOTICE);
    }
}
