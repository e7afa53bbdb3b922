package dev.passcourier.intake;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.FileGuard;
import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The drop directory with our own three inside it, 0700: {@code work} for the files in hand, {@code done} and
 * {@code failed} for what became of it. Files move by rename and never over another.
 */
public final class DropDirectory {

    private final Path drop;
    private final Path work;
    private final Path done;
    private final Path failed;

    private DropDirectory(Path drop) {
        this.drop = drop;
        this.work = drop.resolve("work");
        this.done = drop.resolve("done");
        this.failed = drop.resolve("failed");
    }

    /**
     * Checks the directory, makes ours, puts files back that a crash left in {@code work}, and removes pages that it left
     * half written.
     *
     * @throws ConfigurationException if it is missing or open to everybody, or one of ours is not ours alone
     */
    public static DropDirectory open(Path drop, Instant now) throws ConfigurationException {
        FileGuard.directory(drop);
        DropDirectory directory = new DropDirectory(drop.toAbsolutePath().normalize());
        try {
            for (Path own : List.of(directory.work, directory.done, directory.failed)) {
                directory.make(own);
            }
            directory.sweep();
            DurableFile.sweep(directory.work, now);
            DurableFile.sweep(directory.done, now);
            DurableFile.sweep(directory.failed, now);
        } catch (IOException e) {
            throw new ConfigurationException(
                    drop + " cannot be used: its folders work, done and failed cannot be made");
        }
        return directory;
    }

    private void make(Path own) throws IOException, ConfigurationException {
        if (!Files.exists(own, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(own, DurableFile.ownerOnlyDirectory(own));
        }
        if (!isOurs(own)) {
            throw new ConfigurationException(own + " must be a directory of the service's user, chmod 700");
        }
    }

    /** Somebody who may write to the drop directory could have put another in its place. */
    private static boolean isOurs(Path own) throws IOException {
        return Files.isDirectory(own, LinkOption.NOFOLLOW_LINKS)
                && Files.isWritable(own)
                && (!own.getFileSystem().supportedFileAttributeViews().contains("posix")
                        || PosixFilePermissions.toString(Files.getPosixFilePermissions(own, LinkOption.NOFOLLOW_LINKS))
                                .equals("rwx------"));
    }

    private void sweep() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(
                work, file -> !file.getFileName().toString().startsWith("."))) {
            for (Path file : left) {
                giveBack(file);
            }
        }
    }

    /** Where a file of this name is dropped. */
    Path dropped(String name) {
        return drop.resolve(name);
    }

    /** The pages about the files in hand. */
    TakenParts takenParts() {
        return new TakenParts(work);
    }

    /**
     * Takes a file in hand by renaming it into {@code work}.
     *
     * @return its path there, or empty if somebody else took it first
     */
    Optional<Path> claim(String name) throws IOException {
        demandOurs(work);
        Path claimed = work.resolve(freeName(List.of(work, done), name));
        try {
            Files.move(DurableFile.inside(drop, name), claimed, StandardCopyOption.ATOMIC_MOVE);
            return Optional.of(claimed);
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }

    /** Puts a file in hand back to be taken again. */
    void giveBack(Path claimed) throws IOException {
        move(claimed, drop.resolve(freeName(List.of(drop), claimed.getFileName().toString())));
    }

    /** The name that a file in hand will have in {@code done}. */
    String doneName(Path claimed) {
        return freeName(List.of(done), claimed.getFileName().toString());
    }

    /** Ends a file that was handed over. */
    void finish(Path claimed, String doneName) throws IOException {
        demandOurs(done);
        move(claimed, done.resolve(freeName(List.of(done), doneName)));
    }

    /** Writes a page about a file beside it in {@code done}, 0600. */
    void besideDone(String pageName, byte[] page) throws IOException {
        demandOurs(done);
        DurableFile.replace(DurableFile.inside(done, pageName), out -> out.write(page));
    }

    /** Ends a file that cannot be used, with a page that says why. */
    void fail(Path claimed, byte[] page) throws IOException {
        demandOurs(failed);
        String name = freeName(List.of(failed), claimed.getFileName().toString());
        DurableFile.replace(failed.resolve(name + ".error.json"), out -> out.write(page));
        move(claimed, failed.resolve(name));
    }

    private static void demandOurs(Path own) throws IOException {
        if (!isOurs(own)) {
            throw new IOException("DROP_DIRECTORY_CHANGED");
        }
    }

    /** Another process on the same directory may have been faster; what it did is right too. */
    private void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to);
        } catch (NoSuchFileException gone) {
            return;
        }
        DurableFile.forceDirectory(to.getParent());
        DurableFile.forceDirectory(work);
    }

    /** The name, with a number before its ending if it is taken in one of the directories. */
    private static String freeName(List<Path> directories, String name) {
        String free = name;
        int ending = name.contains(".") ? name.lastIndexOf('.') : name.length();
        for (int n = 2; exists(directories, free); n++) {
            String rest = "-" + n + name.substring(ending);
            // No longer than a batch's name may be, or nobody would take it once it is put back.
            free = name.substring(0, Math.min(ending, DropGuard.LONGEST_NAME - rest.length())) + rest;
        }
        return free;
    }

    private static boolean exists(List<Path> directories, String name) {
        return directories.stream()
                .anyMatch(directory -> Files.exists(directory.resolve(name), LinkOption.NOFOLLOW_LINKS));
    }
}
