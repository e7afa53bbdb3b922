package dev.passcourier.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a command is given as a file, or with {@code -} on the standard input. */
final class BoundedInput {

    private final Path file;
    private final InputStream standard;

    BoundedInput(Path file, InputStream standard) {
        this.file = file;
        this.standard = standard;
    }

    /** All of it, or one byte more than {@code most} of something larger, for whoever reads it to refuse. */
    byte[] read(int most) throws IOException {
        if (file.toString().equals("-")) {
            return standard.readNBytes(most + 1);
        }
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(most + 1);
        }
    }
}
