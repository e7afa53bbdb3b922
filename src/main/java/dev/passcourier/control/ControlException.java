package dev.passcourier.control;

import java.nio.file.Path;

/** An order without an answer. The message is for people, and says what to do. */
public final class ControlException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final String code;

    /** Why there is none. */
    public enum Reason {
        /** No service runs on this data directory. */
        NO_SERVICE,
        /** One may run, and this operating system's user may not use its socket. */
        NOT_PERMITTED,
        /** One runs, and hangs up, says nothing in time, or fails amid it: whether it has carried the order out is not known. */
        NO_ANSWER,
        /** It does not carry the order out now, and says why: later it may. */
        NOT_NOW,
        /** It does not carry out the order, and says why. */
        REFUSED
    }

    ControlException(Reason reason, String code, String says) {
        super(says);
        this.reason = reason;
        this.code = code;
    }

    /** Of a data directory that a process uses, though no service listens there yet. */
    public static ControlException starting(Path directory) {
        return new ControlException(
                Reason.NOT_NOW,
                "SERVICE_STARTS",
                "a service is starting on " + directory + ", or a command is at work there: ask again in a moment");
    }

    /** Why there is no answer. */
    public Reason reason() {
        return reason;
    }

    /** The same for programs: of a refused order the service's code. */
    public String code() {
        return code;
    }
}
