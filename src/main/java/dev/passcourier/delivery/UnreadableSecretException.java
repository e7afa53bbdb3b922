package dev.passcourier.delivery;

/** A secret that a reference points at cannot be read now. */
final class UnreadableSecretException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnreadableSecretException() {
        super(FailureCodes.SECRET);
    }
}
