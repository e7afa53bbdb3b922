package dev.passcourier.provider;

import dev.passcourier.config.SecretRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Secrets of tests, in files as an operator would keep them. */
public final class SecretFiles {

    private SecretFiles() {}

    /** Writes a secret into a file of its own and returns the reference to it. */
    public static SecretRef write(Path folder, String secret) {
        try {
            Path file = Files.createTempFile(
                    folder,
                    "secret",
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, secret);
            return new SecretRef("{{file:" + file + "}}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A reference to a secret that is not there. */
    public static SecretRef missing(Path folder) {
        return new SecretRef("{{file:" + folder.resolve("missing") + "}}");
    }
}
