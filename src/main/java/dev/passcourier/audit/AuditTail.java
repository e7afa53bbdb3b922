package dev.passcourier.audit;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Follows the trail in file order, synced records only. For one thread. */
public final class AuditTail implements Closeable {

    private final FileAuditTrail trail;
    private final AuditReader reader;
    private long sequence;

    AuditTail(FileAuditTrail trail, AuditReader reader, long after) {
        this.trail = trail;
        this.reader = reader;
        this.sequence = after;
    }

    /**
     * The next records, waiting for the first of them.
     *
     * @param most how many at once
     * @return empty if none came in time, the trail was closed, or {@link FileAuditTrail#wakeFollowers} was called
     * @throws AuditDamage if the trail is not what was written
     */
    public List<AuditRecord> next(int most, Duration wait) throws IOException, AuditDamage, InterruptedException {
        long synced = trail.awaitBeyond(sequence, wait);
        List<AuditRecord> records = new ArrayList<>();
        while (sequence < synced && records.size() < most) {
            AuditRecord record = reader.next();
            if (record == null) {
                throw reader.missing();
            }
            sequence = record.sequence();
            records.add(record);
        }
        reader.forgetReadAhead();
        return records;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
