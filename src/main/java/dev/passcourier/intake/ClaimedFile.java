package dev.passcourier.intake;

import dev.passcourier.request.BatchReader;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;

/**
 * Reads a file in {@code work}, where its dropper cannot exchange it any more, after looking at it once more: between
 * the filter and the rename it could be. The bytes are read once; whoever still has the file open changes nothing of
 * what is hashed and read.
 */
final class ClaimedFile {

    private final DropGuard guard;

    ClaimedFile(DropGuard guard) {
        this.guard = guard;
    }

    byte[] read(Path claimed) throws IOException, RequestException {
        Object before = key(claimed);
        demand(guard.objection(claimed).isEmpty());
        try (FileChannel channel =
                FileChannel.open(claimed, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            demand(Objects.equals(before, key(claimed)));
            return content(Channels.newInputStream(channel));
        }
    }

    private static byte[] content(InputStream in) throws IOException, RequestException {
        byte[] content = in.readNBytes(BatchReader.MAX_BYTES + 1);
        if (content.length > BatchReader.MAX_BYTES) {
            throw new RequestException(RefusalCode.BATCH_TOO_LARGE, "");
        }
        return content;
    }

    private static Object key(Path file) throws IOException {
        Object key = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
        return key == null ? file : key;
    }

    private static void demand(boolean plain) throws RequestException {
        if (!plain) {
            throw new RequestException(RefusalCode.BATCH_NOT_A_FILE, "");
        }
    }
}
