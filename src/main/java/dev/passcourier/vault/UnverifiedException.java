package dev.passcourier.vault;

/** A request's signature does not hold. Carries the reason and nothing of the request. */
public final class UnverifiedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    UnverifiedException(Reason reason) {
        super(reason.name());
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }

    /** Why a signature does not hold. */
    public enum Reason {
        /** Not a compact JWS as we take it, or the signature is not the named signer's. */
        INVALID,
        /** It names a signer whom the configuration does not. */
        UNKNOWN
    }
}
