package dev.passcourier.audit;

import dev.passcourier.audit.AuditEvent.Fact;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
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
    private final Checkpoints checkpoints;
    private final Clock clock;
    private final List<AuditEvent> repairs = new ArrayList<>();
    private final String name;
    private AuditFile file;
    private long sequence;
    private String hash;
    private long unsigned;
    private Instant oldestUnsigned;
    private boolean signedBefore;

    AuditWriter(AuditFiles files, Opener opener, long rotateAt, Checkpoints checkpoints, Clock clock)
            throws IOException, AuditDamage {
        this.files = files;
        this.opener = opener;
        this.rotateAt = rotateAt;
        this.checkpoints = checkpoints;
        this.clock = clock;
        oldestUnsigned = clock.instant();
        List<Path> all = files.all();
        AuditCut cut = files.cut();
        if (all.isEmpty() && cut != null) {
            throw new AuditDamage(AuditFiles.name(files.startingAt(cut.last() + 1)), 1, AuditDamage.Kind.MISSING);
        }
        Path last = all.isEmpty() ? files.startingAt(1) : all.get(all.size() - 1);
        file = opener.open(last);
        try {
            cutTornLine(last);
            AuditRecord end = end(all);
            sequence = end == null ? 0 : end.sequence();
            name = cut != null ? cut.trail() : end == null ? nameOfNewTrail() : firstPrevious();
            hash = end == null ? name : end.hash();
            checkHeads();
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

    /** Hash of the last record; before the first, the trail's name. */
    String hash() {
        return hash;
    }

    /** What was done to the trail when it was opened, to be recorded first. */
    List<AuditEvent> repairs() {
        return repairs;
    }

    /** Whether records follow the last checkpoint that one should sign. */
    boolean hasUnsigned() {
        return checkpoints.areMade() && unsigned > 0;
    }

    /** Since when the oldest of them waits, or null if there are none. */
    @Nullable
    Instant unsignedSince() {
        return hasUnsigned() ? oldestUnsigned : null;
    }

    boolean isCheckpointDue() {
        return checkpoints.areDue(unsigned, oldestUnsigned, clock.instant());
    }

    /**
     * Writes these records and syncs them: all or none.
     *
     * @return number of the first
     */
    long write(List<byte[]> middles) throws IOException {
        if (isCheckpointDue()) {
            checkpoint();
        }
        Lines lines = lines(middles);
        if (file.length() > 0 && file.length() + lines.bytes().length > rotateAt) {
            checkpoint();
            rotate();
            lines = lines(middles);
        }
        long first = sequence + 1;
        append(lines);
        if (unsigned == 0) {
            oldestUnsigned = clock.instant();
        }
        unsigned += middles.size();
        return first;
    }

    /** Signs what no checkpoint has signed yet, if there is anything, and moves the head there. */
    void checkpoint() throws IOException {
        AuditEvent event = hasUnsigned() ? checkpoints.sign(name, sequence, hash, clock.instant()) : null;
        if (event != null) {
            Lines lines = lines(List.of(AuditLine.middle(event)));
            append(lines);
            unsigned = 0;
            checkpoints.keep(files.directory(), lines.last());
        }
    }

    /** Lines at their place in the chain. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    private record Lines(byte[] bytes, byte[] last, long count) {}

    private Lines lines(List<byte[]> middles) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] line = {};
        String previous = hash;
        long next = sequence;
        for (byte[] middle : middles) {
            next++;
            line = AuditLine.whole(next, middle, previous);
            previous = AuditLine.statedHash(line);
            bytes.writeBytes(line);
            bytes.write('\n');
        }
        return new Lines(bytes.toByteArray(), line, middles.size());
    }

    private void append(Lines lines) throws IOException {
        file.append(lines.bytes());
        sequence += lines.count();
        hash = AuditLine.statedHash(lines.last());
    }

    private void rotate() throws IOException {
        AuditFile next = opener.open(files.startingAt(sequence + 1));
        if (next.length() > 0) {
            next.close();
            throw new AuditException("AUDIT_CHANGED");
        }
        file.close();
        file = next;
    }

    private void cutTornLine(Path last) throws IOException {
        long whole = AuditFile.wholeLength(last);
        long torn = file.length() - whole;
        if (torn > 0) {
            file.cutTo(whole);
            repairs.add(repaired(AuditFiles.name(last), torn, "TORN_LINE"));
        }
    }

    private AuditEvent repaired(String file, long count, String code) {
        return new AuditEvent(
                AuditEvent.Type.REPAIRED,
                clock.instant(),
                Map.of(Fact.NAME, file, Fact.COUNT, Long.toString(count), Fact.CODE, code));
    }

    /** The trail must reach its heads. One that is missing, though the trail is signed, is noted and made again. */
    private void checkHeads() throws IOException, AuditDamage {
        for (Path head : checkpoints.heads(files.directory())) {
            if (Files.exists(head)) {
                demandReaches(AuditHead.read(head));
            } else if (signedBefore) {
                repairs.add(repaired(AuditFiles.name(head), 1, "HEAD_MISSING"));
            }
        }
    }

    private void demandReaches(AuditRecord head) throws IOException, AuditDamage {
        if (head.sequence() <= files.archived()) {
            // A second head that could not be written for long: the trail reaches it, and the archive has it.
            return;
        }
        long before = Math.min(head.sequence() - 1, sequence);
        try (AuditReader reader = AuditReader.after(files, before)) {
            AuditRecord same = reader.next();
            if (same == null) {
                throw reader.beyond(AuditDamage.Kind.CUT);
            }
            if (!same.hash().equals(head.hash())) {
                throw reader.here(AuditDamage.Kind.OTHER_THAN_HEAD);
            }
        }
    }

    /** Reads the last file whole, and the one before it if that is empty: nothing is appended to a damaged chain. */
    private @Nullable AuditRecord end(List<Path> all) throws IOException, AuditDamage {
        long begin = all.size() < 2 ? 0 : AuditFiles.first(all.get(all.size() - 1)) - 2;
        AuditRecord end = null;
        try (AuditReader reader = AuditReader.after(files, begin)) {
            for (AuditRecord next = reader.next(); next != null; next = reader.next()) {
                boolean signs = Checkpoint.isOne(next);
                signedBefore |= signs;
                unsigned = signs ? 0 : unsigned + 1;
                end = next;
            }
        }
        return end;
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
