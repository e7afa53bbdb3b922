package dev.passcourier.cli;

import dev.passcourier.files.DurableFile;
import dev.passcourier.vault.OpenedResult;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** Writes an opened secret to a new file that only its owner may read. */
final class SecretFile {

    private SecretFile() {}

    /** Never replaces a file. Unbuffered, so that no copy stays in memory. */
    static void write(Path file, OpenedResult result) throws IOException {
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(file, options, DurableFile.ownerOnly(file));
                OutputStream out = Channels.newOutputStream(channel)) {
            result.writeSecretTo(out);
            channel.force(true);
        }
    }
}
