package dev.passcourier.intake;

import com.sun.security.auth.module.UnixSystem;
import dev.passcourier.audit.AuditText;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.FileGuard;
import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.Principal;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The drop directory with our own three inside it, 0700: {@code work} for the files in hand, {@code done} and
 * {@code failed} for what became of it. Files move by rename and never over another. It is looked at before each poll and
 * each file, as people and volumes exchange directories under a running service: what is not as it must be stops the
 * taking, and what is right again is used again.
 */
public final class DropDirectory {

    private static final List<String> OURS = List.of("work", "done", "failed");

    private static final int LONGEST_NAME = 128;

    /** With room for a number and the endings of the pages beside it, in the 255 bytes that file systems allow. */
    private static final int LONGEST_NAME_BYTES = 220;

    private static final int LONGEST_ENDING = 16;

    private final Path drop;
    private final Path real;
    private final List<String> owners;
    private final Clock clock;
    private final Path work;
    private final Path done;
    private final Path failed;
    private @Nullable Object identity;

    private DropDirectory(Path drop, Path real, List<String> owners, Clock clock) {
        this.drop = drop;
        this.real = real;
        this.owners = List.copyOf(owners);
        this.clock = clock;
        this.work = drop.resolve(OURS.get(0));
        this.done = drop.resolve(OURS.get(1));
        this.failed = drop.resolve(OURS.get(2));
    }

    /**
     * What is wrong with the directory.
     *
     * @param code such as {@code DIRECTORY_GONE}
     * @param says what it is in words, and the repair
     */
    public record Fault(String code, String says) {}

    /**
     * Checks the directory, makes ours, puts files back that a crash left in {@code work}, and removes pages that it left
     * half written.
     *
     * @param owners users who may own the directory and its files beside the service's own and root
     * @throws ConfigurationException if {@link #check} finds a fault, or {@code DATA_NEWER} if a later release has files in hand
     */
    public static DropDirectory open(Path drop, List<String> owners, Clock clock) throws ConfigurationException {
        demandUsable(drop, owners);
        Path path = drop.toAbsolutePath().normalize();
        DropDirectory directory = new DropDirectory(path, real(path), owners, clock);
        Optional<Fault> fault = directory.check();
        if (fault.isPresent()) {
            throw new ConfigurationException(fault.get().says());
        }
        try {
            directory.takenParts().demandReadable();
        } catch (IOException e) {
            throw new ConfigurationException(path + ": what it says of files in hand cannot be read ("
                    + e.getClass().getSimpleName() + "); see its folder work");
        }
        return directory;
    }

    /**
     * Demands that a drop directory can be used, and changes nothing.
     *
     * @throws ConfigurationException if {@link #open} would find a fault
     */
    public static void demandUsable(Path drop, List<String> owners) throws ConfigurationException {
        Path path = drop.toAbsolutePath().normalize();
        Optional<Fault> fault = fault(path, real(path), owners);
        if (fault.isPresent()) {
            throw new ConfigurationException(fault.get().says());
        }
    }

    /** The directory as it is, for somebody who only looks. */
    static DropDirectory lookedAt(Path drop, Clock clock) {
        Path path = drop.toAbsolutePath().normalize();
        return new DropDirectory(path, real(path), List.of(), clock);
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException gone) {
            return path;
        }
    }

    /**
     * Looks whether it is as it must be. Makes those of our own directories that are missing; if it is another directory
     * than the last time, puts what lies in {@code work} back to be taken.
     *
     * @return what is wrong, or empty if files may be taken
     */
    public synchronized Optional<Fault> check() {
        Optional<Fault> fault = fault();
        if (fault.isPresent()) {
            return fault;
        }
        try {
            for (Path own : ours()) {
                if (!Files.exists(own, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectory(own, DurableFile.ownerOnlyDirectory(own));
                }
            }
            Object now = Files.readAttributes(drop, BasicFileAttributes.class).fileKey();
            if (identity == null || !identity.equals(now)) {
                sweep();
                for (Path own : ours()) {
                    DurableFile.sweep(own, clock.instant());
                }
                identity = now == null ? drop : now;
            }
            return fault();
        } catch (FileAlreadyExistsException | NoSuchFileException meanwhile) {
            return fault();
        } catch (IOException e) {
            return wrong(
                    "DIRECTORY_READ_ONLY",
                    drop,
                    "cannot be written to: its folders work, done and failed cannot be"
                            + " made or swept; free its file system, mount it writable, or give the service's user the right to"
                            + " write");
        }
    }

    private List<Path> ours() {
        return List.of(work, done, failed);
    }

    private Optional<Fault> fault() {
        return fault(drop, real, owners);
    }

    private static Optional<Fault> fault(Path drop, Path real, List<String> owners) {
        try {
            if (!Files.exists(drop)) {
                return wrong(
                        "DIRECTORY_GONE", drop, "is not there; mkdir it, chown it to the service's user, chmod 750 it");
            }
            if (!Files.isDirectory(drop) || !drop.toRealPath().equals(real)) {
                return wrong(
                        "DIRECTORY_REPLACED",
                        drop,
                        "leads to something else than at the start, which was the directory " + real
                                + "; put that one back, or name the new one in sources.file.directory and start again");
            }
            FileGuard.directory(drop);
            Optional<Fault> fault = foreign(drop, owners);
            for (String name : OURS) {
                Path own = drop.resolve(name);
                if (fault.isEmpty() && Files.exists(own, LinkOption.NOFOLLOW_LINKS)) {
                    fault = fault(own, drop);
                }
            }
            return fault.isPresent() || (Files.isWritable(drop) && Files.isReadable(drop) && Files.isExecutable(drop))
                    ? fault
                    : wrong(
                            "DIRECTORY_READ_ONLY",
                            drop,
                            "cannot be written by this user, so that files could not be"
                                    + " claimed; mount it writable, or give the service's user the right to write");
        } catch (ConfigurationException open) {
            return Optional.of(new Fault("DIRECTORY_OPEN", open.getMessage()));
        } catch (IOException e) {
            return wrong(
                    "DIRECTORY_UNREADABLE", drop, "cannot be looked at; give the service's user the right to read it");
        }
    }

    /** Whoever owns it may open it to everybody and exchange what lies in it. */
    private static Optional<Fault> foreign(Path directory, List<String> owners) throws IOException {
        if (!isUnix(directory)) {
            return Optional.empty();
        }
        var facts = Files.readAttributes(directory, "unix:uid,owner");
        String owner = ((Principal) facts.get("owner")).getName();
        long uid = ((Number) facts.get("uid")).longValue();
        return uid == 0 || uid == new UnixSystem().getUid() || owners.contains(owner)
                ? Optional.empty()
                : wrong(
                        "DIRECTORY_FOREIGN",
                        directory,
                        "belongs to the user " + owner
                                + "; chown it to the service's user, or name that user in sources.file.owners");
    }

    /** Somebody who may write to the drop directory could have put another in its place. */
    private static Optional<Fault> fault(Path own, Path drop) throws IOException {
        if (!Files.isDirectory(own, LinkOption.NOFOLLOW_LINKS)) {
            return wrong("DIRECTORY_REPLACED", own, "is not a directory; move it away, and the service makes its own");
        }
        if (isUnix(own)) {
            var facts = Files.readAttributes(own, "unix:mode,uid,dev", LinkOption.NOFOLLOW_LINKS);
            if (((Number) facts.get("uid")).longValue() != new UnixSystem().getUid()
                    || ((Integer) facts.get("mode") & 0777) != 0700) {
                return wrong(
                        "DIRECTORY_OPEN", own, "must belong to the service's user alone; chown it, and chmod 700 it");
            }
            if (!facts.get("dev").equals(Files.getAttribute(drop, "unix:dev"))) {
                return wrong(
                        "DIRECTORY_ELSEWHERE",
                        own,
                        "lies on another file system than the drop directory, so that no"
                                + " file can be moved there in one step; unmount it");
            }
        }
        return Files.isWritable(own)
                ? Optional.empty()
                : wrong("DIRECTORY_READ_ONLY", own, "cannot be written to; mount it writable, or chmod 700 it");
    }

    private static boolean isUnix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    private static Optional<Fault> wrong(String code, Path path, String says) {
        return Optional.of(new Fault(code, path + " " + says));
    }

    private void sweep() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(
                work, file -> !file.getFileName().toString().startsWith("."))) {
            for (Path file : left) {
                giveBack(file);
            }
        }
    }

    /** Where sealed results of batches are kept until they are bundled: a hidden directory in {@code work}. */
    public static Path bundles(Path drop) {
        return drop.resolve(OURS.get(0)).resolve(".bundles");
    }

    /** Where files are dropped. */
    public Path path() {
        return drop;
    }

    /** Whether this is one of our own three, which are no dropped files. */
    boolean isOurs(Path entry) {
        return ours().contains(entry);
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
        demandRight();
        Path claimed = work.resolve(freeName(List.of(work, done), safeName(name)));
        try {
            Files.move(dropped(name), claimed, StandardCopyOption.ATOMIC_MOVE);
            return Optional.of(claimed);
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }

    /**
     * Gives a dropped file, whose name has bytes that are no text in this system's encoding, a name that can be read.
     *
     * @return where it lies now
     */
    Path rename(Path file) throws IOException {
        demandRight();
        Path readable =
                drop.resolve(freeName(List.of(drop), safeName(file.getFileName().toString())));
        Files.move(file, readable);
        return readable;
    }

    /**
     * The name of a dropped file as we keep it: without what nobody sees, what turns the direction of text, and what file
     * systems, shells and the audit trail do not keep as it is; and cut before its ending to what leaves room for ours.
     */
    static String safeName(String name) {
        StringBuilder safe = new StringBuilder();
        name.codePoints()
                .map(each -> AuditText.isVisible(each) && each != '/' && each != '\\' && each != '\uFFFD' ? each : '_')
                .forEach(safe::appendCodePoint);
        if (safe.length() > 0 && ".-~ ".indexOf(safe.charAt(0)) >= 0) {
            safe.setCharAt(0, '_');
        }
        return cut(safe.toString(), "");
    }

    /** The name with something before its ending, cut to the longest. */
    private static String cut(String name, String more) {
        int dot = name.lastIndexOf('.');
        int ending = dot < 0 || name.length() - dot > LONGEST_ENDING ? name.length() : dot;
        String rest = more + name.substring(ending);
        int length = ending;
        while (length > 0 && isTooLong(name.substring(0, length) + rest)) {
            length = name.offsetByCodePoints(length, -1);
        }
        return name.substring(0, length) + rest;
    }

    private static boolean isTooLong(String name) {
        return name.length() > LONGEST_NAME || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME_BYTES;
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
        demandRight();
        move(claimed, done.resolve(freeName(List.of(done), doneName)));
    }

    /** Writes a page about a file beside it in {@code done}, 0600. */
    void besideDone(String pageName, byte[] page) throws IOException {
        demandRight();
        DurableFile.replace(DurableFile.inside(done, pageName), out -> out.write(page));
    }

    /**
     * Where files lie that were handed over.
     *
     * @throws IOException with a code, if {@link #check} finds a fault
     */
    public Path done() throws IOException {
        demandRight();
        return done;
    }

    /** Where files lie that could not be used. */
    Path failed() {
        return failed;
    }

    /**
     * Ends a file that cannot be used, with a page that says why.
     *
     * @return the name that it has in {@code failed}
     */
    String fail(Path claimed, byte[] page) throws IOException {
        demandRight();
        String name = freeName(List.of(failed), claimed.getFileName().toString());
        DurableFile.replace(failed.resolve(name + ".error.json"), out -> out.write(page));
        move(claimed, failed.resolve(name));
        return name;
    }

    /** @throws IOException with the fault's code */
    void demandRight() throws IOException {
        Optional<Fault> fault = check();
        if (fault.isPresent()) {
            throw new IOException(fault.get().code());
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

    /** The name, with a number before its ending if it is taken in one of the directories; up to its first dot it stays. */
    private static String freeName(List<Path> directories, String name) {
        String free = name;
        for (int n = 2; exists(directories, free); n++) {
            free = cut(name, "." + n);
        }
        return free;
    }

    private static boolean exists(List<Path> directories, String name) {
        return directories.stream()
                .anyMatch(directory -> Files.exists(directory.resolve(name), LinkOption.NOFOLLOW_LINKS));
    }
}
