package dev.passcourier.audit;

import dev.passcourier.files.DurableFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The file that is being appended to. Used by one thread at a time. A {@link RandomAccessFile} on purpose: an
 * interrupted thread would close a channel for everybody.
 */
class AuditFile implements Closeable {

    /** Free bytes that heal a full disk: in the last block of one, a record that happens to be short still fits. */
    private static final long ROOM = 64 * 1024;

    private static final int BLOCK = 64 * 1024;

    private final Path path;
    private final RandomAccessFile file;
    private final @Nullable Object identity;
    private long length;
    private boolean dirty;
    private boolean failed;

    /** Opens the file, or makes it, 0600. */
    AuditFile(Path path) throws IOException {
        this.path = path;
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.createFile(path, DurableFile.ownerOnly(path));
            DurableFile.forceDirectory(
                    Objects.requireNonNull(path.toAbsolutePath().getParent()));
        }
        file = new RandomAccessFile(path.toFile(), "rw");
        identity = attributes().fileKey();
        length = file.length();
    }

    final long length() {
        return length;
    }

    /**
     * Appends and syncs. When that fails the file is cut back to where it was, now or before the next append, which then
     * also wants room for many records.
     *
     * @throws AuditException if the file is not the one we have written so far
     */
    final void append(byte[] bytes) throws IOException {
        if (dirty) {
            cut();
        }
        checkUntouched();
        if (failed && room() < ROOM) {
            throw new IOException("no room");
        }
        dirty = true;
        try {
            write(length, bytes);
            sync();
        } catch (IOException e) {
            failed = true;
            cut();
            throw e;
        }
        length += bytes.length;
        dirty = false;
        failed = false;
    }

    /** Cuts the file to this length. */
    final void cutTo(long newLength) throws IOException {
        length = newLength;
        dirty = true;
        cut();
    }

    /** Length of the file up to and with its last line break. What follows is a line torn by a kill. */
    static long wholeLength(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            byte[] block = new byte[BLOCK];
            for (long end = file.length(); end > 0; ) {
                long begin = Math.max(0, end - BLOCK);
                file.seek(begin);
                file.readFully(block, 0, (int) (end - begin));
                for (int i = (int) (end - begin) - 1; i >= 0; i--) {
                    if (block[i] == '\n') {
                        return begin + i + 1;
                    }
                }
                end = begin;
            }
            return 0;
        }
    }

    private void cut() throws IOException {
        truncate(length);
        sync();
        dirty = false;
    }

    private void checkUntouched() throws IOException {
        BasicFileAttributes now = attributes();
        if (!Objects.equals(now.fileKey(), identity) || now.size() != length) {
            throw new AuditException("AUDIT_CHANGED");
        }
    }

    private BasicFileAttributes attributes() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Writes at a position. */
    void write(long position, byte[] bytes) throws IOException {
        file.seek(position);
        file.write(bytes);
    }

    /** Syncs content and length. */
    void sync() throws IOException {
        file.getFD().sync();
    }

    /** Bytes that are free where the file lies. */
    long room() {
        return path.toFile().getUsableSpace();
    }

    /** Sets the length. */
    void truncate(long newLength) throws IOException {
        file.setLength(newLength);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
