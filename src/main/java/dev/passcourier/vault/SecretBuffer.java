package dev.passcourier.vault;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/** Collects cleartext. Unlike {@link java.io.ByteArrayOutputStream} it leaves no copy behind when it grows or closes. */
final class SecretBuffer extends OutputStream {

    private byte[] bytes;
    private int length;

    SecretBuffer(int expectedLength) {
        bytes = new byte[Math.max(16, expectedLength)];
    }

    @Override
    public void write(int value) {
        makeRoomFor(1);
        bytes[length++] = (byte) value;
    }

    @Override
    public void write(byte[] from) {
        write(from, 0, from.length);
    }

    @Override
    public void write(byte[] from, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, from.length);
        makeRoomFor(count);
        System.arraycopy(from, offset, bytes, length, count);
        length += count;
    }

    /** Writes text that is no secret. */
    void write(String text) {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A copy of exactly what was written. */
    SecretBytes toSecret() {
        return SecretBytes.owning(Arrays.copyOf(bytes, length));
    }

    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
        length = 0;
    }

    private void makeRoomFor(int more) {
        int needed = Math.addExact(length, more);
        if (needed <= bytes.length) {
            return;
        }
        byte[] old = bytes;
        bytes = Arrays.copyOf(old, Math.max(needed, old.length * 2));
        Arrays.fill(old, (byte) 0);
    }

    @Override
    public String toString() {
        return "SecretBuffer";
    }
}
