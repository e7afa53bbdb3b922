package dev.passcourier.ledger;

/** The ledger cannot answer. Unchecked, because the only answer is to roll the hop back. */
public final class LedgerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With a code such as {@code LEDGER_BEHIND} and no further text. */
    public LedgerException(String code) {
        super(code);
    }

    /** Whether the tables are of a newer release, which alone can read them. */
    public boolean isOfNewerRelease() {
        return LedgerSchema.NEWER.equals(getMessage());
    }
}
