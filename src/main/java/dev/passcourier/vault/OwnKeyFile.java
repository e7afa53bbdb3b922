package dev.passcourier.vault;

import dev.passcourier.files.DurableFile;
import dev.passcourier.vault.KeyLoadException.Code;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Writes the service's own key files. */
final class OwnKeyFile {

    private OwnKeyFile() {}

    /**
     * Makes a key file, 0600, in a directory, 0700. If another process makes the same file at the same time, the first
     * one wins: read what is there afterwards.
     *
     * @param content wiped
     */
    static void create(Path file, byte[] content) throws KeyLoadException {
        Path absolute = file.toAbsolutePath();
        try {
            Files.createDirectories(absolute.getParent(), DurableFile.ownerOnlyDirectory(absolute));
            writeUnlessThere(absolute, content);
        } catch (IOException e) {
            throw new KeyLoadException(Code.FILE_NOT_WRITTEN, file, "it cannot be made; check its directory");
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    private static void writeUnlessThere(Path file, byte[] content) throws IOException {
        try {
            DurableFile.write(file, content);
        } catch (FileAlreadyExistsException e) {
            // Another node was first; its key counts for both.
        }
    }

    /** Writes a public half beside its key, unless it is there already or the directory is read-only. */
    static void publish(Path file, byte[] content) throws KeyLoadException {
        try {
            boolean there = Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), content);
            if (!there && Files.isWritable(file.toAbsolutePath().getParent())) {
                DurableFile.replace(file, out -> out.write(content));
            }
        } catch (IOException e) {
            throw new KeyLoadException(Code.FILE_NOT_WRITTEN, file, "it cannot be written; check its directory");
        }
    }
}
