package dev.passcourier.provider;

/**
 * The cloud cannot be asked: the request lacks what this cloud needs, a secret cannot be read, or no session is to be
 * had.
 */
public final class CannotAskException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Answer answer;

    /** With an {@link Answer.Ended} or {@link Answer.Retry}. */
    public CannotAskException(Answer answer) {
        super("the cloud cannot be asked");
        this.answer = answer;
    }

    /** Because the file or variable of a secret cannot be read; it may be there again soon. */
    public static CannotAskException secretNotReadable() {
        return new CannotAskException(new Answer.Retry(TransientFailure.FEW, "SECRET_NOT_READABLE", null));
    }

    /** What that means for the request. */
    public Answer answer() {
        return answer;
    }
}
