package dev.passcourier.redrive;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an operator wants.
 *
 * @param action      what to do
 * @param id          only this request's id or message's id, or null for any
 * @param account     only work of this account, or null
 * @param destination only deliveries to this destination, or null; for {@link Action#ENABLE} the one to enable
 * @param verdict     only work that ended so, or null
 * @param code        only what is kept for this reason, or null
 * @param queue       only this queue, or null for all
 * @param dryRun      says what would be returned and leaves it
 */
public record RedriveOrder(
        Action action,
        @Nullable String id,
        @Nullable String account,
        @Nullable String destination,
        @Nullable String verdict,
        @Nullable String code,
        FailedMessage.@Nullable Place queue,
        boolean dryRun) {

    /** What orders of this kind are called on the control socket. */
    public static final String NAME = "redrive";

    /** Shows everything that is kept. */
    static final RedriveOrder LIST_ALL = new RedriveOrder(Action.LIST, null, null, null, null, null, null, false);

    /** Demands an action. */
    public RedriveOrder {
        Objects.requireNonNull(action);
    }

    /** What to do. */
    public enum Action {
        /** Shows what is kept. */
        LIST,
        /** Returns it to where it came from. */
        RETURN,
        /** Sends to a webhook again that said it was gone. */
        ENABLE
    }

    /** Whether it is about everything there is. */
    @JsonIgnore
    public boolean isUnfiltered() {
        return id == null && account == null && destination == null && verdict == null && code == null && queue == null;
    }

    /** Whether it is about this one. */
    boolean fits(FailedMessage kept) {
        return (id == null || id.equals(kept.request()) || id.equals(kept.message()))
                && is(account, kept.account())
                && is(destination, kept.destination())
                && is(verdict, kept.verdict())
                && is(code, kept.reason())
                && (queue == null || queue == kept.place());
    }

    private static boolean is(@Nullable String wanted, @Nullable String there) {
        return wanted == null || wanted.equals(there);
    }
}
