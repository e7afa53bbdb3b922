package dev.passcourier.vault;

import java.util.Arrays;

/**
 * Cleartext with an end of life: wiped by {@link #close()}, never printed, never serialised. Whoever is handed one owns
 * it and closes it. Package-private, so that no other package can even name it.
 */
final class SecretBytes implements AutoCloseable {

    private final byte[] bytes;
    private final String takenOff;
    private boolean closed;

    private SecretBytes(byte[] bytes, String takenOff) {
        this.bytes = bytes;
        this.takenOff = takenOff;
    }

    /** Takes the array over: it is wiped with this object. */
    static SecretBytes owning(byte[] bytes) {
        return new SecretBytes(bytes, "");
    }

    /** The same, telling what {@link PasswordEnds} took off. */
    static SecretBytes owning(byte[] bytes, String takenOff) {
        return new SecretBytes(bytes, takenOff);
    }

    /** Names of the bytes that were around a password and do not belong to it, such as {@code CR LF}; often empty. */
    String takenOff() {
        return takenOff;
    }

    /** The bytes themselves, on loan: they turn to zeros at {@link #close()}. */
    byte[] borrow() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        return bytes;
    }

    int length() {
        return bytes.length;
    }

    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
        closed = true;
    }

    @Override
    public String toString() {
        return "SecretBytes";
    }
}
