package dev.passcourier.backup;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
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
     * Puts it back. Everything is unpacked and checked beside the data directory first, which is in its place whole or not at
     * all.
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
        Path unpacked = above.resolve("." + into.getFileName() + ".restoring-" + random());
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

    private Restored place(Target target, Manifest manifest, Path unpacked, Path into, boolean there)
            throws BackupException, IOException, ConfigurationException {
        long before = Math.max(
                noted(manifest.backup()),
                Math.max(
                        Restores.of(unpacked).times(manifest.backup()),
                        there ? Restores.of(into).times(manifest.backup()) : 0));
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
        note(restore, into, target.again());
        Path aside = there ? aside(into, restore) : null;
        Files.deleteIfExists(into);
        Files.move(unpacked, into, StandardCopyOption.ATOMIC_MOVE);
        DurableFile.forceDirectory(into.getParent());
        return new Restored(restore, manifest, aside, headAside(target.head(), restore), keysFrom);
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

    private static Path aside(Path into, Restore restore) throws IOException {
        Path aside = into.resolveSibling(into.getFileName() + ".before-" + restore.restore());
        return Files.move(into, aside, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Who restores has to be able to write where the head is kept elsewhere: without, an older trail does not start. */
    private static @Nullable Path headAside(@Nullable Path head, Restore restore) throws IOException {
        if (head == null || Files.notExists(head)) {
            return null;
        }
        return Files.move(
                head,
                head.resolveSibling(head.getFileName() + ".before-" + restore.restore()),
                StandardCopyOption.ATOMIC_MOVE);
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

    private void note(Restore restore, Path into, boolean again) throws BackupException {
        String line = restore.backup() + " " + restore.restore() + " " + restore.restoredAt() + " " + into + "\n";
        Set<StandardOpenOption> append =
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(notes(), append, DurableFile.ownerOnly(notes()))) {
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        } catch (IOException e) {
            if (!again) {
                throw refused(
                        "RESTORE_NOT_NOTED",
                        notes() + " cannot be written, so that nothing would show later that this backup was restored"
                                + " once: copy the backup to where it can, or say --again");
            }
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
