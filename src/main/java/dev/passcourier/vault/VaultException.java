package dev.passcourier.vault;

/** The vault could not open or seal. Carries a code and nothing else: no cause, no bytes, no parser text. */
public final class VaultException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * Why. Everything that can go wrong once a private key is used is {@link #WRONG_KEY}; what is told beside it shows in
     * the ciphertext's own text.
     */
    public enum Code {
        /** No key of the ring opens it, or what it opens to is no password. */
        WRONG_KEY,
        /** What should be a ciphertext is none in any form: most likely a password in clear. */
        NOT_ENCRYPTED,
        /** The ciphertext is of a length that no key makes, or not whole base64: cut or altered on the way. */
        CIPHERTEXT_DAMAGED,
        /** The ring has no RSA key that could be the one: the named key is missing. */
        KEY_MISSING,
        /** The named key can never open a password: it is not an RSA key. */
        KEY_NOT_RSA,
        /** The answer has no secret where the protocol puts it. */
        NO_SECRET,
        /** The cloud masked the secret. */
        MASKED,
        /** The same ciphertext was seen for another instance. */
        TRANSPLANTED,
        /** A recipient's key has expired since the start. */
        RECIPIENT_EXPIRED,
        /** Sealing failed. */
        SEAL,
        /** A result is under a seal of a later release. */
        SEAL_NEWER,
        /** A sealed result is damaged, altered or not for this key. */
        NOT_OPENED,
        /** A sealed result's lifetime is over. */
        EXPIRED
    }

    private final Code code;

    /** With the code that says why. */
    public VaultException(Code code) {
        super(code.name());
        this.code = code;
    }

    /** Why. */
    public Code code() {
        return code;
    }
}
