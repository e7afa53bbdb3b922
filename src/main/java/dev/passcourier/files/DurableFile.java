package dev.passcourier.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Writes a file that is there whole and synced, or not at all: a temporary file beside it, force, an atomic step to its
 * name, force of the directory. Files are 0600. A kill may leave a hidden {@code .<uuid>.tmp} behind, until it is swept.
 */
public final class DurableFile {

    private static final int LONGEST_NAME = 255;

    /** Longer than any hop writes, so that what another process is writing is left alone. */
    private static final Duration UNFINISHED = Duration.ofMinutes(2);

    private static final Pattern TEMPORARY = Pattern.compile("\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.tmp");

    private DurableFile() {}

    /** Writes a file's content. */
    @FunctionalInterface
    public interface Content {

        /** Writes everything; the stream is buffered, flushed and closed by the caller. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Creates the file.
     *
     * @throws FileAlreadyExistsException if there is one already, which stays as it is
     */
    public static void write(Path target, Content content) throws IOException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        place(target, content, DurableFile::linkOnce);
    }

    /** Creates the file with these bytes. */
    public static void write(Path target, byte[] content) throws IOException {
        write(target, out -> out.write(content));
    }

    /** Creates the file or replaces it; a reader sees the old one or the new one. */
    public static void replace(Path target, Content content) throws IOException {
        place(target, content, (temporary, to) -> Files.move(temporary, to, StandardCopyOption.ATOMIC_MOVE));
    }

    /** Removes the temporary files that a kill left in a directory more than two minutes before now. */
    public static void sweep(Path directory, Instant now) throws IOException {
        FileTime youngest = FileTime.from(now.minus(UNFINISHED));
        try (DirectoryStream<Path> left = Files.newDirectoryStream(
                directory,
                file -> TEMPORARY.matcher(file.getFileName().toString()).matches())) {
            for (Path file : left) {
                if (isOlder(file, youngest)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean isOlder(Path file, FileTime time) throws IOException {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.isRegularFile() && attributes.lastModifiedTime().compareTo(time) < 0;
        } catch (NoSuchFileException finished) {
            return false;
        }
    }

    /**
     * The path of a name directly inside a directory.
     *
     * @throws IllegalArgumentException with code {@code FILE_NAME} if the name is empty, hidden, too long, or holds a
     *     separator or an invisible character
     */
    public static Path inside(Path directory, String name) {
        if (!isPlain(name)) {
            throw new IllegalArgumentException("FILE_NAME");
        }
        try {
            Path path = directory.resolve(name);
            if (directory.equals(path.getParent())) {
                return path;
            }
        } catch (InvalidPathException e) {
            // Answered below: its message would quote the name.
        }
        throw new IllegalArgumentException("FILE_NAME");
    }

    /** Syncs a directory, so that names made in it or removed from it stay so. */
    public static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** What makes a new file 0600, or nothing where the file system has no such modes. */
    public static FileAttribute<?>[] ownerOnly(Path path) {
        return modes(path, "rw-------");
    }

    /** What makes a new directory 0700, or nothing where the file system has no such modes. */
    public static FileAttribute<?>[] ownerOnlyDirectory(Path path) {
        return modes(path, "rwx------");
    }

    private static FileAttribute<?>[] modes(Path path, String modes) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(modes))}
                : new FileAttribute<?>[0];
    }

    private static boolean isPlain(String name) {
        return !name.isEmpty()
                && name.charAt(0) != '.'
                && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME
                && name.codePoints().noneMatch(DurableFile::isUnfit);
    }

    private static boolean isUnfit(int character) {
        int type = Character.getType(character);
        return character == '/'
                || character == '\\'
                || type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    private static void place(Path target, Content content, Step step) throws IOException {
        Path directory = target.toAbsolutePath().getParent();
        if (directory == null) {
            throw new FileSystemException(target.toString());
        }
        Path temporary = directory.resolve("." + UUID.randomUUID() + ".tmp");
        try {
            fill(temporary, content);
            step.take(temporary, target);
        } finally {
            Files.deleteIfExists(temporary);
        }
        forceDirectory(directory);
    }

    private static void fill(Path temporary, Content content) throws IOException {
        Set<StandardOpenOption> fresh = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(temporary, fresh, ownerOnly(temporary))) {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
            content.writeTo(out);
            out.flush();
            channel.force(true);
        }
    }

    /** A rename would replace what came in between; a link does not. Where links are not known, a checked rename. */
    private static void linkOnce(Path temporary, Path target) throws IOException {
        try {
            Files.createLink(target, temporary);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            Files.move(temporary, target);
        }
    }

    /** Gives the finished file its name. */
    @FunctionalInterface
    private interface Step {

        void take(Path temporary, Path target) throws IOException;
    }
}
