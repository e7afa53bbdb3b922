package dev.passcourier.provider;

/** No session could be had; the answer says what that means for the request. */
public final class SignInException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Answer answer;

    /** With an {@link Answer.Ended} or {@link Answer.Retry}. */
    public SignInException(Answer answer) {
        super("sign-in failed");
        this.answer = answer;
    }

    /** What the failure means for the request. */
    public Answer answer() {
        return answer;
    }
}
