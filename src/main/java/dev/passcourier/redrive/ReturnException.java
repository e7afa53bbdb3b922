package dev.passcourier.redrive;

/** A message that cannot be returned. */
final class ReturnException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Kept.Refusal refusal;

    ReturnException(Kept.Refusal refusal) {
        super(refusal.name());
        this.refusal = refusal;
    }

    Kept.Refusal refusal() {
        return refusal;
    }
}
