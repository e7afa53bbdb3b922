package dev.passcourier.faults;

import dev.passcourier.request.Verdict;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One line of the fault matrix: what goes wrong, and what comes of it.
 *
 * @param far      where it goes wrong
 * @param fault    what goes wrong, for people
 * @param does     what Passcourier does about it, for people
 * @param verdict  how the request ends, or null if it waits on
 * @param code     why it ends so, or why it waits
 * @param attempts how often the remote end was tried
 * @param copies   how many copies the receiver has seen, all with one delivery id
 * @param waits    the codes of the waits on the way, each once
 * @param arrange  makes it go wrong
 */
record FaultRow(
        Far far,
        String fault,
        String does,
        @Nullable Verdict verdict,
        String code,
        Times attempts,
        Times copies,
        List<String> waits,
        Consumer<RemoteEnd> arrange) {

    /** Where it goes wrong. */
    enum Far {
        CLOUD("A cloud"),
        MAIL("A mail server"),
        WEBHOOK("A webhook receiver"),
        BROKER("The broker, external"),
        DISK("A disk"),
        CLOCK("The clock");

        private final String title;

        Far(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /** Between so many and so many. */
    record Times(int least, int most) {

        boolean holds(int count) {
            return least <= count && count <= most;
        }

        @Override
        public String toString() {
            if (least == most) {
                return Integer.toString(least);
            }
            return most == Integer.MAX_VALUE ? least + " or more" : least + " to " + most;
        }
    }

    /** What the operator finds in the audit trail, which is also what the ledger and the log say. */
    String seen() {
        boolean forCloud = far == Far.CLOUD || waits.contains("EMPTY");
        String later = forCloud ? "POSTPONED" : "DELIVERY_POSTPONED";
        StringBuilder seen = new StringBuilder();
        waits.forEach(
                wait -> seen.append("`").append(later).append(' ').append(wait).append("`, "));
        return seen + "`" + (verdict == null ? "waiting" : verdict) + " " + code + "`";
    }

    /** Begins a row. */
    static Builder when(Far far, String fault, Consumer<RemoteEnd> arrange) {
        return new Builder(far, fault, arrange);
    }

    /** Gathers the rest of a row. */
    static final class Builder {

        private final Far far;
        private final String fault;
        private final Consumer<RemoteEnd> arrange;
        private String does = "";
        private List<String> waits = List.of();
        private Times attempts = new Times(1, 1);

        private Builder(Far far, String fault, Consumer<RemoteEnd> arrange) {
            this.far = far;
            this.fault = fault;
            this.arrange = arrange;
        }

        Builder does(String what) {
            does = what;
            return this;
        }

        Builder waits(String... codes) {
            waits = List.of(codes);
            return this;
        }

        Builder attempts(int count) {
            attempts = new Times(count, count);
            return this;
        }

        Builder attemptsFrom(int least) {
            attempts = new Times(least, Integer.MAX_VALUE);
            return this;
        }

        FaultRow ends(@Nullable Verdict verdict, String code, int copies) {
            return ends(verdict, code, new Times(copies, copies));
        }

        FaultRow ends(@Nullable Verdict verdict, String code, Times copies) {
            return new FaultRow(far, fault, does, verdict, code, attempts, copies, waits, arrange);
        }
    }
}
