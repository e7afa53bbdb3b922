package dev.passcourier.outbox;

/** A message in an outbox that is not one of ours. Carries a code and nothing of the message. */
public final class OutboxException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why it is refused. */
    public enum Code {
        /** Somebody else sent it. */
        OUTBOX_NOT_OURS,
        /** A property is missing, has the wrong type or cannot be. */
        OUTBOX_PROPERTY,
        /** It names another destination than its queue's. */
        OUTBOX_WRONG_QUEUE,
        /** A notice's or report's JSON cannot be read. */
        OUTBOX_BODY
    }

    private final Code code;

    /** With the code that says why. */
    public OutboxException(Code code) {
        super(code.name());
        this.code = code;
    }

    /** Why. */
    public Code code() {
        return code;
    }
}
