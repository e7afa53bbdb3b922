package dev.passcourier.vault;

import dev.passcourier.vault.KeyLoadException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;

/** Writes key files so that they are there whole, on disk and guarded from their first moment, or not at all. */
final class NewFile {

    private NewFile() {}

    /**
     * Makes a file that only we may read. If another process makes the same file at the same time, the first one wins
     * and ours is dropped.
     *
     * @param content wiped afterwards
     */
    static void secret(Path file, byte[] content) throws KeyLoadException {
        write(file, content, "rw-------", NewFile::linkUnlessThere);
    }

    /** Makes or replaces a file that everybody may read. */
    static void publicReplacing(Path file, byte[] content) throws KeyLoadException {
        write(file, content, "rw-r--r--", (from, to) -> Files.move(
                from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING));
    }

    private static void write(Path file, byte[] content, String mode, Placing placing) throws KeyLoadException {
        Path absolute = file.toAbsolutePath();
        Path draft = absolute.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
        try {
            Files.createDirectories(absolute.getParent(), mode(absolute, "rwx------"));
            writeSynced(draft, content, mode(absolute, mode));
            placing.place(draft, absolute);
            sync(absolute.getParent());
        } catch (IOException e) {
            throw new KeyLoadException(Code.FILE_NOT_WRITTEN, file, "it cannot be written; check its directory");
        } finally {
            Arrays.fill(content, (byte) 0);
            drop(draft);
        }
    }

    private static void writeSynced(Path draft, byte[] content, FileAttribute<?>[] mode) throws IOException {
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(draft, options, mode)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
    }

    private static void linkUnlessThere(Path draft, Path file) throws IOException {
        try {
            Files.createLink(file, draft);
        } catch (FileAlreadyExistsException e) {
            // Another process was first; its key counts for both.
        } catch (UnsupportedOperationException e) {
            Files.move(draft, file);
        }
    }

    // Without this a power cut may forget the file's name. Systems that cannot open a directory sync names themselves.
    private static void sync(Path directory) throws IOException {
        if (isPosix(directory)) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void drop(Path draft) {
        try {
            Files.deleteIfExists(draft);
        } catch (IOException e) {
            // A stray draft, 0600, harms nobody; the outcome is already settled.
        }
    }

    private static FileAttribute<?>[] mode(Path file, String mode) {
        return isPosix(file)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    @FunctionalInterface
    private interface Placing {
        void place(Path draft, Path file) throws IOException;
    }
}
