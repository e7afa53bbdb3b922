package dev.passcourier.vault;

/** A recipient could not open a sealed result. Carries the reason and nothing of the result. */
public final class NotOpenedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    NotOpenedException(Reason reason) {
        super(reason + ": " + reason.text);
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }

    /** Why a result was not opened. */
    public enum Reason {
        /** Not a sealed result of a kind we make. */
        MALFORMED("this is not a sealed result, or a part of it is missing"),
        /** Sealed for another key. */
        NOT_FOR_THIS_KEY("it is sealed for another key"),
        /** Changed on its way. */
        ALTERED("it was changed on its way"),
        /** Not signed by the service. */
        NOT_OURS("it was not signed by the service whose key was given"),
        /** Another request's or delivery's result. */
        OTHER_RESULT("it answers another request, delivery or instance than the expected one"),
        /** Its lifetime is over. */
        EXPIRED("its lifetime is over");

        private final String text;

        Reason(String text) {
            this.text = text;
        }
    }
}
