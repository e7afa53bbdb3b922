package dev.passcourier.request;

/** A request or a file that we refuse. Holds a code and the place, never anything of the content, and no cause. */
public final class RequestException extends Exception {

    private static final long serialVersionUID = 1L;

    private final RefusalCode code;
    private final String where;

    /**
     * With the reason and the place.
     *
     * @param where a name from our own schema, such as {@code deliverTo}, or empty for the whole
     */
    public RequestException(RefusalCode code, String where) {
        super(where.isEmpty() ? code.name() : code + " at " + where);
        this.code = code;
        this.where = where;
    }

    /** Why. */
    public RefusalCode code() {
        return code;
    }

    /** Which field, or empty. */
    public String where() {
        return where;
    }
}
