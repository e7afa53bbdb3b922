package dev.passcourier.cli;

import java.io.PrintWriter;

/** Counts records on standard error while a long trail is read, on a terminal only. */
final class Progress {

    private static final long STEP = 10_000;

    private final PrintWriter err;
    private final boolean shown;
    private boolean begun;

    Progress(PrintWriter err, boolean shown) {
        this.err = err;
        this.shown = shown;
    }

    void at(long record) {
        if (shown && record % STEP == 0) {
            begun = true;
            err.print("\r" + record + " records");
            err.flush();
        }
    }

    /** Leaves the line empty for what comes next. */
    void end() {
        if (begun) {
            begun = false;
            err.print("\r" + " ".repeat(40) + "\r");
            err.flush();
        }
    }
}
