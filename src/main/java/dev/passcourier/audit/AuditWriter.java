package dev.passcourier.audit;

import dev.passcourier.audit.AuditEvent.Fact;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives records their place in the chain and writes them, one group at a time. For one thread at a time. */
final class AuditWriter implements Closeable {

    /** Opens the file to append to. */
    @FunctionalInterface
    interface Opener {

        AuditFile open(Path path) throws IOException;
    }

    private final AuditFiles files;
    private final Opener opener;
    private final long rotateAt;
    private AuditFile file;
    private long sequence;
    private String hash;
    private @Nullable AuditEvent repair;
    private final String name;

    AuditWriter(AuditFiles files, Opener opener, long rotateAt, Instant now) throws IOException, AuditDamage {
        this.files = files;
        this.opener = opener;
        this.rotateAt = rotateAt;
        List<Path> all = files.all();
        Path last = all.isEmpty() ? files.startingAt(1) : all.get(all.size() - 1);
        file = opener.open(last);
        try {
            cutTornLine(last, now);
            AuditRecord head = head(all);
            sequence = head == null ? 0 : head.sequence();
            name = head == null ? nameOfNewTrail() : firstPrevious();
            hash = head == null ? name : head.hash();
        } catch (IOException | AuditDamage | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** What the first record has as the hash before it. */
    String name() {
        return name;
    }

    /** Number of the last record. */
    long sequence() {
        return sequence;
    }

    /** What was done to the trail's end when it was opened, to be recorded first; or null. */
    @Nullable
    AuditEvent repair() {
        return repair;
    }

    /**
     * Writes these records and syncs them: all or none.
     *
     * @return number of the first
     */
    long write(List<byte[]> middles) throws IOException {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        long next = sequence;
        String previous = hash;
        for (byte[] middle : middles) {
            next++;
            byte[] line = AuditLine.whole(next, middle, previous);
            previous = AuditLine.statedHash(line);
            lines.writeBytes(line);
            lines.write('\n');
        }
        rotate(lines.size());
        file.append(lines.toByteArray());
        long first = sequence + 1;
        sequence = next;
        hash = previous;
        return first;
    }

    private void rotate(int more) throws IOException {
        if (file.length() == 0 || file.length() + more <= rotateAt) {
            return;
        }
        AuditFile next = opener.open(files.startingAt(sequence + 1));
        if (next.length() > 0) {
            next.close();
            throw new AuditException("AUDIT_CHANGED");
        }
        file.close();
        file = next;
    }

    private void cutTornLine(Path last, Instant now) throws IOException {
        long whole = AuditRepair.wholeLength(last);
        long torn = file.length() - whole;
        if (torn > 0) {
            file.cutTo(whole);
            repair = new AuditEvent(
                    AuditEvent.Type.REPAIRED,
                    now,
                    Map.of(
                            Fact.NAME, AuditFiles.name(last),
                            Fact.COUNT, Long.toString(torn),
                            Fact.CODE, "TORN_LINE"));
        }
    }

    /** Reads the last file whole, and the one before it if that is empty: nothing is appended to a damaged chain. */
    private @Nullable AuditRecord head(List<Path> all) throws IOException, AuditDamage {
        long begin = all.size() < 2 ? 0 : AuditFiles.first(all.get(all.size() - 1)) - 2;
        AuditRecord head = null;
        try (AuditReader reader = AuditReader.after(files, begin)) {
            for (AuditRecord next = reader.next(); next != null; next = reader.next()) {
                head = next;
            }
        }
        return head;
    }

    private String firstPrevious() throws IOException, AuditDamage {
        try (AuditReader reader = AuditReader.whole(files.directory())) {
            AuditRecord first = reader.next();
            if (first == null) {
                throw reader.missing();
            }
            return first.previous();
        }
    }

    private static String nameOfNewTrail() {
        byte[] name = new byte[32];
        new SecureRandom().nextBytes(name);
        return HexFormat.of().formatHex(name);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
