package dev.passcourier.redrive;

/** A message that cannot be returned. */
final class ReturnException extends Exception {

    private static final long serialVersionUID = 1L;

    private final FailedMessage.Refusal refusal;

    ReturnException(FailedMessage.Refusal refusal) {
        super(refusal.name());
        this.refusal = refusal;
    }

    FailedMessage.Refusal refusal() {
        return refusal;
    }
}
