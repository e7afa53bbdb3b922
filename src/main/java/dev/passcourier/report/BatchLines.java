package dev.passcourier.report;

import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LineResult;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

/** The lines of a batch, a page at a time: a batch may have more than memory has room for. */
@FunctionalInterface
interface BatchLines {

    /** Lines that are in memory at once. */
    int PAGE = 500;

    /** Takes one line after the other. */
    @FunctionalInterface
    interface Taker {
        /** Takes the next line. */
        void take(LineResult line) throws IOException;
    }

    /** Gives all lines, in their order. May be called again, and gives the same lines then if all have ended. */
    void each(Taker taker) throws IOException;

    /** Those of a batch on record that the filter lets pass. */
    static BatchLines of(Ledger ledger, String batch, Predicate<LineResult> filter) {
        return taker -> {
            List<LineResult> page = ledger.lines(batch, 0, PAGE);
            while (!page.isEmpty()) {
                for (LineResult line : page) {
                    if (filter.test(line)) {
                        taker.take(line);
                    }
                }
                page = ledger.lines(batch, page.get(page.size() - 1).line(), PAGE);
            }
        };
    }
}
