package dev.passcourier.vault;

import java.util.Arrays;

/**
 * Cleartext with an end of life: wiped by {@link #close()}, never printed, never serialised. Whoever is handed one owns
 * it and closes it. Package-private, so that no other package can even name it.
 */
final class SecretBytes implements AutoCloseable {

    private final byte[] bytes;
    private boolean closed;

    private SecretBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes the array over: it is wiped with this object. */
    static SecretBytes owning(byte[] bytes) {
        return new SecretBytes(bytes);
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
