package dev.passcourier.audit;

/** The audit trail cannot be written. Unchecked, because the only answer is to roll the hop back. */
public final class AuditException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With a code such as {@code AUDIT_DISK} and no further text. */
    public AuditException(String code) {
        super(code);
    }
}
