package dev.passcourier.health;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * Whether a directory's file system has room left, and takes a new file: it may have run out of inodes or quota, or have
 * been made read-only. What was too little needs a sixteenth more to be enough again.
 */
public final class DiskCheck implements HealthCheck {

    /** Of this process alone: nodes may look at one directory at the same time. */
    private static final String PROBE = ".disk-check-" + UUID.randomUUID();

    private final Path directory;
    private final long least;
    private boolean low;

    /**
     * For one directory.
     *
     * @param least bytes that must be free
     */
    public DiskCheck(Path directory, long least) {
        this.directory = directory;
        this.least = least;
    }

    @Override
    public Optional<HealthProblem> check() {
        if (!Files.isDirectory(directory)) {
            return Optional.of(new HealthProblem("DIRECTORY_GONE"));
        }
        low = directory.toFile().getUsableSpace() < (low ? least + least / 16 : least);
        return low ? Optional.of(new HealthProblem("DISK_LOW")) : probe();
    }

    private Optional<HealthProblem> probe() {
        Path file = directory.resolve(PROBE);
        try {
            Files.deleteIfExists(file);
            Files.createFile(file);
            Files.write(file, new byte[1]);
            Files.delete(file);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(new HealthProblem(
                    "DISK_NOT_WRITABLE",
                    "no file can be made in " + directory + ": it has no inodes or no quota left, or is read-only"));
        }
    }
}
