package dev.passcourier.request;

/**
 * A request or a file that we refuse, without a cause. Its message has the code and the place and nothing of the content;
 * {@link #says} may show a cell of a header row, or one character, for pages that lie where the content does.
 */
public final class RequestException extends Exception {

    private static final long serialVersionUID = 1L;

    private final RefusalCode code;
    private final String where;
    private final String says;

    /**
     * With the reason and the place.
     *
     * @param where a name from our own schema, such as {@code deliverTo}, or empty for the whole
     */
    public RequestException(RefusalCode code, String where) {
        this(code, where, "");
    }

    /**
     * With what was read there.
     *
     * @param says what was read and what was expected; escaped and cut, and not for logs
     */
    RequestException(RefusalCode code, String where, String says) {
        super(where.isEmpty() ? code.name() : code + " at " + where);
        this.code = code;
        this.where = where;
        this.says = says;
    }

    /** Why. */
    public RefusalCode code() {
        return code;
    }

    /** Which field, or empty. */
    public String where() {
        return where;
    }

    /** What was read and what was expected, for a page beside the content and never for a log; or empty. */
    public String says() {
        return says;
    }
}
