package dev.passcourier.provider;

/** The call cannot be built: the request lacks what this cloud needs, or a secret cannot be read. Nothing was sent. */
public final class CannotAskException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Answer answer;

    /** With an {@link Answer.Ended} or {@link Answer.Retry}. */
    public CannotAskException(Answer answer) {
        super("the call cannot be built");
        this.answer = answer;
    }

    /** What that means for the request. */
    public Answer answer() {
        return answer;
    }
}
