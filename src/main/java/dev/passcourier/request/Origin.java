package dev.passcourier.request;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a request came from. Two requests with the same id and the same origin are one request seen twice; with
 * different origins the second is a duplicate and refused.
 *
 * @param source    the kind of source
 * @param reference identifies the request within the source: a JMS message id, {@code <sha256 of the file>:<line>},
 *                  {@code <schedule>@<planned time>:<index>}, and so for a report, {@code <route id>:<sha256 of the
 *                  request>} for a local route
 * @param user      who sent it, or null where the source has none: the user whom the broker has validated, or, of a command,
 *                  the operating system's, or, of a local route, its own
 * @param batch     id of the batch or schedule run it belongs to, or null
 * @param line      line of the batch (1 is the first line of the file), or 0
 */
public record Origin(
        Source source,
        String reference,
        @Nullable String user,
        @Nullable String batch,
        int line) {

    /** Kinds of source. */
    public enum Source {
        JMS,
        FILE,
        SCHEDULE,
        /** A command, in the name of the operating system's user who gave it. */
        CLI,
        /** A run of a credential report, which looks at passwords and hands none over. */
        REPORT,
        /** A route of the operator's own, in the name of that route: {@code local:<route id>}. */
        LOCAL
    }

    /** What a password is asked for. */
    public enum Purpose {
        /** To be sealed and handed over to destinations. */
        DELIVER,
        /** To be looked at inside the vault, and handed to nobody. */
        INSPECT
    }

    /** The time that its schedule's or report's run was planned for; empty of a run by hand, and of every other source. */
    public Optional<Instant> planned() {
        if (batch == null || source != Source.SCHEDULE && source != Source.REPORT) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(batch.substring(batch.lastIndexOf('@') + 1)));
        } catch (DateTimeParseException byHand) {
            return Optional.empty();
        }
    }

    /** What its passwords are asked for: it follows from the source alone, so that no message can say otherwise. */
    public Purpose purpose() {
        return source == Source.REPORT ? Purpose.INSPECT : Purpose.DELIVER;
    }
}
