package dev.passcourier.control;

/** An order that is not carried out, with what is wrong: told to who sent it, and of no other effect. */
public final class OrderException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * Of an order.
     *
     * @param code in capital letters, for programs
     * @param says for people: what is wrong and what would be right; nothing secret
     */
    public OrderException(String code, String says) {
        super(says);
        this.code = code;
    }

    /** For programs. */
    public String code() {
        return code;
    }
}
