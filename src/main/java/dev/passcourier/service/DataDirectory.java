package dev.passcourier.service;

import com.sun.security.auth.module.UnixSystem;
import dev.passcourier.backup.BackupFile;
import dev.passcourier.backup.DataFormat;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.outbox.GoneDestinations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything we keep lies below this directory: 0700, and used by one process at a time. */
final class DataDirectory implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);
    private static final String LOCK = "lock";
    private static final Duration LOOK = Duration.ofMillis(50);

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;

    private DataDirectory(Path path, FileChannel channel, FileLock lock) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
    }

    /** What the lock's file says of who holds it. */
    private enum Holder {
        /** For as long as it runs. */
        SERVICE,
        /** For seconds, as a rule. */
        COMMAND
    }

    /**
     * Makes the directory if it is not there, and locks it for a service. A command that is at work there is waited for.
     *
     * @param atMost how long
     * @throws ConfigurationException if it cannot be made or used, is not ours alone, or another process keeps using it
     */
    static DataDirectory openForService(Path path, Duration atMost, Clock clock)
            throws IOException, ConfigurationException, InterruptedException {
        Instant end = clock.instant().plus(atMost);
        boolean told = false;
        boolean heldByService = false;
        while (true) {
            DataDirectory opened = tryOpen(path, Holder.SERVICE);
            if (opened != null) {
                return opened;
            }
            // Who has just got the lock has not said yet what it is: the word may be the last holder's.
            boolean heldByServiceBefore = heldByService;
            heldByService = isHeldByService(path);
            if (heldByService && heldByServiceBefore || clock.instant().isAfter(end)) {
                throw inUse(path);
            }
            if (!heldByService && !told) {
                LOG.info("START_WAITS a command is at work on {}: waits for its end, {} at most", path, atMost);
                told = true;
            }
            Thread.sleep(LOOK.toMillis());
        }
    }

    private static boolean isHeldByService(Path path) throws IOException {
        return Files.readString(path.resolve(LOCK), StandardCharsets.US_ASCII).equals(Holder.SERVICE.name());
    }

    private static ConfigurationException inUse(Path path) {
        return new ConfigurationException(
                "service.dataDirectory " + path + " is in use by another process: stop it, or name another directory");
    }

    /**
     * Makes the directory if it is not there, and locks it for a command.
     *
     * @throws ConfigurationException if it cannot be made or used, is not ours alone, or another process uses it
     */
    static DataDirectory open(Path path) throws IOException, ConfigurationException {
        DataDirectory opened = tryOpen(path);
        if (opened == null) {
            throw inUse(path);
        }
        return opened;
    }

    /**
     * The same.
     *
     * @return null if another process uses it
     */
    static @Nullable DataDirectory tryOpen(Path path) throws IOException, ConfigurationException {
        return tryOpen(path, Holder.COMMAND);
    }

    /**
     * Locks one that is there for a command that only moves it, whichever release's it is.
     *
     * @throws ConfigurationException if another process uses it
     */
    static AutoCloseable hold(Path path) throws IOException, ConfigurationException {
        DataDirectory held = tryLock(path, Holder.COMMAND, directory -> {});
        if (held == null) {
            throw inUse(path);
        }
        return held;
    }

    private static @Nullable DataDirectory tryOpen(Path path, Holder holder)
            throws IOException, ConfigurationException {
        return tryLock(path, holder, DataFormat::adopt);
    }

    /** What is looked at once nobody else uses it. */
    private interface Look {
        void at(Path directory) throws IOException, ConfigurationException;
    }

    private static @Nullable DataDirectory tryLock(Path path, Holder holder, Look look)
            throws IOException, ConfigurationException {
        BackupFile.demandNoneCut(path);
        make(path);
        demandUsable(path);
        FileChannel channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                return null;
            }
            look.at(path);
            channel.truncate(0).write(ByteBuffer.wrap(holder.name().getBytes(StandardCharsets.US_ASCII)));
            return new DataDirectory(path, channel, lock);
        } catch (IOException | ConfigurationException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Demands that the directory, if it is there, can be used; whether another process uses it does not matter.
     *
     * @throws ConfigurationException saying what to do
     */
    static void demandUsable(Path path) throws IOException, ConfigurationException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Path above = path.getParent();
            while (above != null && !Files.exists(above)) {
                above = above.getParent();
            }
            if (above == null || !Files.isDirectory(above) || !Files.isWritable(above)) {
                throw unmakeable(path);
            }
            return;
        }
        if (!Files.isDirectory(path)) {
            throw unmakeable(path);
        }
        if (!isOurs(path)) {
            throw new ConfigurationException(
                    "service.dataDirectory " + path + " belongs to another user: chown it to the service's user");
        }
        if (!Files.isReadable(path) || !Files.isWritable(path) || !Files.isExecutable(path)) {
            throw new ConfigurationException(
                    "service.dataDirectory " + path + " cannot be read and written: run  chmod 700 " + path);
        }
        if (Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS).size() > 3) {
            throw new ConfigurationException(
                    "service.dataDirectory " + path + " can be entered by others: run  chmod 700 " + path);
        }
    }

    private static ConfigurationException unmakeable(Path path) {
        return new ConfigurationException("service.dataDirectory " + path
                + " cannot be made: something else has this name, or the folder above it is not ours to write to");
    }

    private static void make(Path path) throws ConfigurationException {
        try {
            Files.createDirectories(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw unmakeable(path);
        }
    }

    private static boolean isOurs(Path path) throws IOException {
        long owner = ((Number) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS)).longValue();
        return owner == new UnixSystem().getUid();
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Whether another process uses the directory, as a service does from the beginning of its start. Changes nothing. */
    static boolean isInUse(Path path) {
        try (FileChannel channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.WRITE)) {
            return tryLock(channel) == null;
        } catch (IOException notThereOrNotOurs) {
            return false;
        }
    }

    /** A part of it. */
    Path part(String name) {
        return path.resolve(name);
    }

    /** The destinations that said they were gone. */
    GoneDestinations goneDestinations() throws IOException {
        return GoneDestinations.open(part("disabled"));
    }

    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }
}
