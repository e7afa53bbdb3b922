package dev.passcourier.audit;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads a growing file, or an archived one, line by line. An unfinished last line stays until it is finished. */
final class LineInput implements Closeable {

    private static final int BLOCK = 64 * 1024;

    private final FileInputStream file;
    private final InputStream in;
    private final byte[] buffer = new byte[AuditLine.LONGEST];
    private int start;
    private int seen;
    private int end;

    LineInput(Path path) throws IOException {
        file = new FileInputStream(path.toFile());
        try {
            in = AuditFiles.isArchived(path) ? new GZIPInputStream(file, BLOCK) : file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /**
     * The next line without its line break; null if there is no whole one, or if the buffer is full and still holds no
     * line break.
     */
    byte @Nullable [] next() throws IOException {
        do {
            for (; seen < end; seen++) {
                if (buffer[seen] == '\n') {
                    byte[] line = Arrays.copyOfRange(buffer, start, seen);
                    seen++;
                    start = seen;
                    return line;
                }
            }
        } while (fill());
        return null;
    }

    /** Length of the unfinished line that has been read so far. */
    int rest() {
        return end - start;
    }

    /** Forgets what has been read beyond the last line that was returned; it is read anew. Not of an archived file. */
    void forgetReadAhead() throws IOException {
        file.getChannel().position(file.getChannel().position() - rest());
        start = 0;
        seen = 0;
        end = 0;
    }

    private boolean fill() throws IOException {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        seen -= start;
        start = 0;
        if (end == buffer.length) {
            return false;
        }
        int count = in.read(buffer, end, buffer.length - end);
        end += Math.max(count, 0);
        return count > 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
