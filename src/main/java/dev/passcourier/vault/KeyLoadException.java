package dev.passcourier.vault;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Key files cannot be used. Names every file with a code and what to do; never holds a byte of a key or passphrase. */
public final class KeyLoadException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<Finding> findings;

    /** With everything that was found. */
    public KeyLoadException(List<Finding> findings) {
        super(findings.stream().map(Finding::toString).collect(Collectors.joining(System.lineSeparator())));
        this.findings = List.copyOf(findings);
    }

    KeyLoadException(Code code, Path file, String advice) {
        this(List.of(new Finding(code, file, advice)));
    }

    /** What was found, at least one. */
    public List<Finding> findings() {
        return findings;
    }

    /** Why a file cannot be used. */
    public enum Code {
        /** There is no such file. */
        FILE_MISSING,
        /** It cannot be read. */
        FILE_UNREADABLE,
        /** It cannot be written. */
        FILE_NOT_WRITTEN,
        /** It is not a regular file, belongs to somebody else, or others may read or change it. */
        FILE_NOT_GUARDED,
        /** It is encrypted and no passphrase is configured. */
        PASSPHRASE_MISSING,
        /** The configured passphrase could not be read. */
        PASSPHRASE_UNREADABLE,
        /** The passphrase does not open it. */
        PASSPHRASE_WRONG,
        /** It is not a key file that we read. */
        KEY_FORMAT,
        /** It is no private key, and lies among private keys. */
        NOT_A_KEY,
        /** A private key of another kind than RSA, which opens no password. */
        KEY_NOT_RSA,
        /** It looks like a key and is none. */
        KEY_DAMAGED,
        /** Two keys of a ring have the same name. */
        KEY_NAME_TWICE,
        /** The key is too short, or of a kind that we don't seal with. */
        KEY_WEAK,
        /** A private key lies where a public one is expected. */
        KEY_IS_PRIVATE,
        /** The key is reserved for something else than encryption. */
        KEY_NOT_FOR_ENCRYPTION,
        /** The certificate is not valid now. */
        CERTIFICATE_EXPIRED,
        /** The OpenPGP key is not valid now. */
        KEY_EXPIRED,
        /** Its owner has revoked the OpenPGP key. */
        KEY_REVOKED,
        /** The key is not the pinned one. */
        FINGERPRINT_DIFFERS
    }

    /**
     * One finding.
     *
     * @param code   why
     * @param file   the file
     * @param advice what to do, for the operator
     */
    public record Finding(Code code, Path file, String advice) {
        @Override
        public String toString() {
            return code + " " + file + ": " + advice;
        }
    }
}
