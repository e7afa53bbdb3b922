package dev.passcourier.audit;

import dev.passcourier.files.DurableFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** Lets one process write a trail at a time. The operating system frees it when the process ends, however it ends. */
final class AuditLock implements Closeable {

    private final FileChannel channel;

    private AuditLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Takes the lock or fails with {@code AUDIT_LOCKED}. */
    static AuditLock take(Path directory) throws IOException {
        Path file = directory.resolve("lock");
        FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), DurableFile.ownerOnly(file));
        if (!locks(channel)) {
            channel.close();
            throw new AuditException("AUDIT_LOCKED");
        }
        return new AuditLock(channel);
    }

    private static boolean locks(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
