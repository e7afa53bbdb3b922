package dev.passcourier.control;

import dev.passcourier.control.ControlException.Reason;

/** An order that is not carried out, with what is wrong: told to who sent it, and of no other effect. */
public final class OrderException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final String code;

    /**
     * Of an order that is wrong.
     *
     * @param code in capital letters, for programs
     * @param says for people: what is wrong and what would be right; nothing secret
     */
    public OrderException(String code, String says) {
        this(Reason.REFUSED, code, says);
    }

    /**
     * Of an order that may be right.
     *
     * @param reason {@code NOT_NOW}, or {@code NO_ANSWER} if it is not known whether it has been carried out
     * @param code   in capital letters, for programs
     * @param says   for people: why, and what to do; nothing secret
     */
    public OrderException(Reason reason, String code, String says) {
        super(says);
        this.reason = reason;
        this.code = code;
    }

    /** What it means to who sent the order. */
    public Reason reason() {
        return reason;
    }

    /** For programs. */
    public String code() {
        return code;
    }
}
