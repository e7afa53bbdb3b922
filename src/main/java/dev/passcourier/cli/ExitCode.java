package dev.passcourier.cli;

import dev.passcourier.control.ControlException;

/** How commands end. Each command's help says what these mean for it; no command uses others of its own. */
final class ExitCode {

    /** All is well. */
    static final int OK = 0;

    /** The command did its work, and the answer is bad: findings, another verdict than DELIVERED, nothing found. */
    static final int BAD = 1;

    /** Wrong usage, or settings or files that cannot be used. */
    static final int UNUSABLE = 2;

    /** No service runs, it cannot be reached or does not do it now, or it is not known what it did. */
    static final int UNREACHABLE = 3;

    /** Waited for as long as was wanted: the work goes on, or may still come to it. */
    static final int UNFINISHED = 4;

    private ExitCode() {}

    /** Of an order without an answer. */
    static int of(ControlException e) {
        return e.reason() == ControlException.Reason.REFUSED ? UNUSABLE : UNREACHABLE;
    }
}
