package dev.passcourier.backup;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A backup that lies somewhere, to be checked or put back. That it was put back is noted beside it, in {@code <file>.restored},
 * as well as in the data directory that it went to: a second time has to be asked for.
 */
public final class BackupFile {

    private final Path archive;
    private final @Nullable Path key;
    private final List<Path> signers;
    private final Clock clock;

    /**
     * Of an archive.
     *
     * @param key     the age identity file that opens it, or null if it is not sealed
     * @param signers the service's public signing keys, kept elsewhere; empty to find damage only
     */
    public BackupFile(Path archive, @Nullable Path key, List<Path> signers, Clock clock) {
        this.archive = archive;
        this.key = key;
        this.signers = List.copyOf(signers);
        this.clock = clock;
    }

    /** Whether the data directory is one that nobody uses, and keeps it so until it is closed. */
    @FunctionalInterface
    public interface Lock {
        /** Takes it, or fails if somebody uses it. */
        AutoCloseable take(Path directory) throws IOException, ConfigurationException;
    }

    /**
     * How to put it back.
     *
     * @param into    the data directory
     * @param replace whether one that is there is moved aside
     * @param again   whether it may be put back a second time
     * @param head    the second head that the trail must reach, as the settings have it, or null
     */
    public record Target(
            Path into,
            boolean replace,
            boolean again,
            @Nullable Path head) {}

    /**
     * What was put back.
     *
     * @param restore  what the data directory says of it
     * @param manifest what the backup says of itself
     * @param aside    where the old data directory is, or null
     * @param headAside where the second head is that the trail no longer reaches, or null
     * @param keysFrom where the keys are from: {@code backup}, {@code old directory}, or null if they are missing
     */
    public record Restored(
            Restore restore,
            Manifest manifest,
            @Nullable Path aside,
            @Nullable Path headAside,
            @Nullable String keysFrom) {}

    /** Checks all of it: seal, files, manifest and its signature, and the audit trail. */
    public Manifest verify() throws BackupException, IOException {
        Path scratch = Files.createTempDirectory("passcourier-verify-");
        try {
            return BackupArchive.read(archive, key, signers, scratch, name -> false, clock);
        } finally {
            BackupArchive.remove(scratch);
        }
    }

    /**
     * Puts it back. Everything is unpacked and checked beside the data directory first; then the old directory and the head
     * are moved aside and the new one to its place, or all stays as it is.
     *
     * @param lock of a data directory that is there
     * @throws BackupException if that may or can not be; nothing is changed then
     */
    public Restored restore(Target target, Lock lock) throws BackupException, IOException, ConfigurationException {
        Path into = target.into().toAbsolutePath().normalize();
        Path above = into.getParent();
        if (above == null || !Files.isDirectory(above) || !Files.isWritable(above)) {
            throw refused("RESTORE_TARGET", into + " cannot be made: the folder above it is not there or not ours");
        }
        boolean there = holdsAnything(into);
        if (there && !target.replace()) {
            throw refused(
                    "RESTORE_TARGET",
                    into + " holds something: name an empty or new directory, or say --replace, which moves it aside");
        }
        Path unpacked = above.resolve(unpackedFor(into) + random());
        Files.createDirectory(unpacked, DurableFile.ownerOnlyDirectory(unpacked));
        try (AutoCloseable held = there ? lock.take(into) : () -> {}) {
            Manifest manifest = BackupArchive.read(archive, key, signers, unpacked, name -> true, clock);
            return place(target, manifest, unpacked, into, there);
        } catch (BackupException | IOException | ConfigurationException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e.getClass().getSimpleName());
        } finally {
            BackupArchive.remove(unpacked);
        }
    }

    private static String unpackedFor(Path into) {
        return "." + into.getFileName() + ".restoring-";
    }

    /**
     * Demands that no restore to a data directory that is not there was killed: a start would make an empty one, with new
     * keys.
     *
     * @throws ConfigurationException {@code RESTORE_CUT}, saying what lies where
     */
    public static void demandNoneCut(Path into) throws IOException, ConfigurationException {
        Path absolute = into.toAbsolutePath().normalize();
        Path above = absolute.getParent();
        if (above == null || !Files.isDirectory(above) || Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(
                above, file -> file.getFileName().toString().startsWith(unpackedFor(absolute)))) {
            for (Path unpacked : left) {
                throw new ConfigurationException("RESTORE_CUT a restore to " + absolute + " was cut short, or is under"
                        + " way: if there is a " + absolute.getFileName()
                        + ".before-… beside it, rename that back; then"
                        + " remove " + unpacked + " and restore again");
            }
        }
    }

    private Restored place(Target target, Manifest manifest, Path unpacked, Path into, boolean there)
            throws BackupException, IOException, ConfigurationException {
        long before = Math.max(
                noted(manifest.backup()),
                Math.max(
                        Restores.times(unpacked, manifest.backup()),
                        there ? Restores.times(into, manifest.backup()) : 0));
        if (before > 0 && !target.again()) {
            throw refused(
                    "RESTORED_BEFORE",
                    "backup " + manifest.backup() + " has been restored before (" + archive.getFileName()
                            + ".restored, or the data directory, says when): its waiting work would be done once more,"
                            + " under the same delivery ids and marked. Make sure that no other copy runs, and say"
                            + " --again");
        }
        Restore restore = new Restore(
                "rst_" + random(),
                manifest.backup(),
                manifest.madeAt(),
                manifest.position(),
                manifest.head(),
                manifest.signer(),
                clock.instant(),
                Math.toIntExact(before + 1),
                null);
        Restores.of(unpacked).add(restore);
        String keysFrom = manifest.keys() ? "backup" : there && keysFromOld(into, unpacked) ? "old directory" : null;
        long notes = note(restore, into, target.again());
        Renames renames = new Renames();
        try {
            Path aside = there ? renames.aside(into, restore) : null;
            Path head = target.head();
            Path headAside = head != null && Files.exists(head) ? renames.aside(head, restore) : null;
            renames.rename(unpacked, into);
            DurableFile.forceDirectory(into.getParent());
            return new Restored(restore, manifest, aside, headAside, keysFrom);
        } catch (IOException e) {
            renames.undo();
            forget(notes);
            throw refused(
                    "RESTORE_TARGET",
                    e.getMessage() + " (" + e.getClass().getSimpleName()
                            + "): data directory and head can be moved aside"
                            + " only in folders that are ours to write, and not where one is mounted itself");
        }
    }

    /** What is renamed for a restore: all of it, or none. */
    private static final class Renames {

        private final Deque<Path[]> done = new ArrayDeque<>();

        void rename(Path from, Path to) throws IOException {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            done.push(new Path[] {from, to});
        }

        /** To a name beside it that tells which restore it was. */
        Path aside(Path path, Restore restore) throws IOException {
            Path aside = path.resolveSibling(path.getFileName() + ".before-" + restore.restore());
            rename(path, aside);
            return aside;
        }

        /** @throws BackupException naming what cannot be moved back */
        void undo() throws BackupException {
            while (!done.isEmpty()) {
                Path[] rename = done.pop();
                try {
                    Files.move(rename[1], rename[0], StandardCopyOption.ATOMIC_MOVE);
                } catch (IOException e) {
                    throw refused(
                            "RESTORE_CUT",
                            "the restore failed half way, and " + rename[1] + " could not be moved back: rename it to "
                                    + rename[0] + " before anything is started");
                }
            }
        }
    }

    private static boolean holdsAnything(Path into) throws IOException {
        if (!Files.exists(into, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (!Files.isDirectory(into, LinkOption.NOFOLLOW_LINKS)) {
            return true;
        }
        try (Stream<Path> files = Files.list(into)) {
            return files.findAny().isPresent();
        }
    }

    /** A backup without keys is put back where they are: those of the directory that it replaces. */
    private static boolean keysFromOld(Path old, Path unpacked) throws IOException {
        Path keys = old.resolve("keys");
        if (!Files.isDirectory(keys)) {
            return false;
        }
        Path to = unpacked.resolve("keys");
        Files.createDirectories(to, DurableFile.ownerOnlyDirectory(to));
        try (Stream<Path> files = Files.list(keys)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(file.getFileName());
                if (Files.notExists(copy)) {
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
        return true;
    }

    private Path notes() {
        return archive.resolveSibling(archive.getFileName() + ".restored");
    }

    /** How often it has been put back, as the notes beside it say. */
    private long noted(String backup) throws IOException {
        if (Files.notExists(notes())) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(notes(), StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.startsWith(backup + " ")).count();
        }
    }

    /** Answers how long the notes were before. */
    private long note(Restore restore, Path into, boolean again) throws BackupException {
        String line = restore.backup() + " " + restore.restore() + " " + restore.restoredAt() + " " + into + "\n";
        Set<StandardOpenOption> append =
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(notes(), append, DurableFile.ownerOnly(notes()))) {
            long before = channel.size();
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
            return before;
        } catch (IOException e) {
            if (!again) {
                throw refused(
                        "RESTORE_NOT_NOTED",
                        notes() + " cannot be written, so that nothing would show later that this backup was restored"
                                + " once: copy the backup to where it can, or say --again");
            }
            return -1;
        }
    }

    /** What was noted of a restore that came to nothing. */
    private void forget(long before) {
        try {
            if (before == 0) {
                Files.deleteIfExists(notes());
            } else if (before > 0) {
                try (FileChannel channel = FileChannel.open(notes(), StandardOpenOption.WRITE)) {
                    channel.truncate(before);
                }
            }
        } catch (IOException e) {
            // Then the next restore has to be asked for with --again.
        }
    }

    private static String random() {
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static BackupException refused(String code, String says) {
        return new BackupException(code, says);
    }
}
