package dev.passcourier.health;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Whether a directory's file system has room left. What was too little needs a sixteenth more to be enough again. */
public final class DiskCheck implements HealthCheck {

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
        return low ? Optional.of(new HealthProblem("DISK_LOW")) : Optional.empty();
    }
}
