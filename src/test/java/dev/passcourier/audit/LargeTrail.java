package dev.passcourier.audit;

import dev.passcourier.audit.AuditEvent.Fact;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/**
 * Writes a trail of many requests as fast as the disk takes it: the same lines in the same chain as a service writes, without
 * a sync for each.
 */
public final class LargeTrail implements AutoCloseable {

    private static final int RECORDS_PER_FILE = 200_000;

    private final AuditFiles files;
    private OutputStream out = OutputStream.nullOutputStream();
    private String previous = "0".repeat(64);
    private long sequence;
    private Instant now;

    /** Into a directory that has no trail yet. */
    public LargeTrail(Path directory, Instant begin) throws IOException {
        files = new AuditFiles(directory);
        files.makeDirectory();
        now = begin;
    }

    /** The time of the latest record. */
    public Instant now() {
        return now;
    }

    /** Appends one, ten milliseconds after the one before. */
    public LargeTrail tell(AuditEvent.Type type, Object... facts) throws IOException {
        if (sequence % RECORDS_PER_FILE == 0) {
            out.close();
            out = new BufferedOutputStream(Files.newOutputStream(files.startingAt(sequence + 1)), 1 << 20);
        }
        Map<Fact, String> byName = new EnumMap<>(Fact.class);
        for (int i = 0; i < facts.length; i += 2) {
            byName.put((Fact) facts[i], String.valueOf(facts[i + 1]));
        }
        now = now.plusMillis(10);
        sequence++;
        byte[] line = AuditLine.whole(sequence, AuditLine.middle(new AuditEvent(type, now, byName)), previous);
        previous = AuditLine.statedHash(line);
        out.write(line);
        out.write('\n');
        return this;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
