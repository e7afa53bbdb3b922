package dev.passcourier.vault;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.FileGuard;
import dev.passcourier.files.PemText;
import dev.passcourier.vault.KeyLoadException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads key files after a look at who else could read or change them. */
final class GuardedFile {

    static final int LARGEST = 64 * 1024;

    private GuardedFile() {}

    /** Reads a file that only we and root may read, as {@link PemText#tidy} gives it. The caller wipes the bytes. */
    static byte[] readSecret(Path file) throws KeyLoadException {
        return read(file, FileGuard::secret);
    }

    /** Reads a file that anyone may read, but not everyone change, in the same way. */
    static byte[] readPublic(Path file) throws KeyLoadException {
        return read(file, FileGuard::trusted);
    }

    private static byte[] read(Path file, Guard guard) throws KeyLoadException {
        if (Files.notExists(file)) {
            throw new KeyLoadException(Code.FILE_MISSING, file, "there is no such file");
        }
        try {
            guard.check(file);
        } catch (ConfigurationException e) {
            throw new KeyLoadException(Code.FILE_NOT_GUARDED, file, e.getMessage());
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new KeyLoadException(Code.KEY_FORMAT, file, "it is too large for a key file");
            }
            try {
                return PemText.tidy(bytes);
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        } catch (IOException e) {
            throw new KeyLoadException(Code.FILE_UNREADABLE, file, "it cannot be read");
        }
    }

    @FunctionalInterface
    private interface Guard {
        void check(Path file) throws ConfigurationException;
    }
}
