package dev.passcourier.audit;

import dev.passcourier.audit.AuditDamage.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads records in order over all files and checks the chain while it goes. For one thread. */
public final class AuditReader implements Closeable {

    private final AuditFiles files;

    /** Of the archive, to be read before those of the directory. */
    private final Deque<Path> archived = new ArrayDeque<>();

    private boolean begun;
    private @Nullable AuditCut cut;
    private String name = "";
    private long expected = 1;
    private @Nullable String previous;
    private @Nullable Path file;
    private @Nullable LineInput in;
    private long line;
    private boolean unfinished;

    private AuditReader(AuditFiles files) {
        this.files = files;
    }

    /** Reads the whole trail in a directory, or what remains of it after a cut. */
    public static AuditReader whole(Path directory) {
        return new AuditReader(new AuditFiles(directory));
    }

    /**
     * Reads the whole trail in a directory.
     *
     * @param archive what was cut off its beginning, or null to begin after that
     * @throws AuditDamage if the archive is not what the cuts say
     */
    public static AuditReader whole(Path directory, @Nullable Path archive) throws IOException, AuditDamage {
        AuditReader reader = whole(directory);
        if (archive != null) {
            reader.begun = true;
            for (AuditCut each : AuditArchive.cuts(reader.files, archive)) {
                AuditArchive.files(each, archive).forEach(reader.archived::add);
            }
        }
        return reader;
    }

    /** The cut after which the records in a directory begin, or empty while the trail has all of them. */
    public static Optional<AuditCut> cut(Path directory) throws IOException, AuditDamage {
        return Optional.ofNullable(new AuditFiles(directory).cut());
    }

    /**
     * Reads what follows a record.
     *
     * @param sequence number of the record to begin after, 0 for all that remains
     * @throws AuditDamage if the way there is damaged within its file, or the record was archived
     */
    static AuditReader after(AuditFiles files, long sequence) throws IOException, AuditDamage {
        AuditReader reader = new AuditReader(files);
        try {
            reader.begin();
            if (sequence > 0 && sequence < reader.expected - 1) {
                throw AuditCut.damage(files.startingAt(sequence + 1), Kind.ARCHIVED);
            }
            for (Path candidate : files.all()) {
                if (AuditFiles.first(candidate) <= sequence + 1) {
                    reader.file = candidate;
                }
            }
            if (reader.file != null) {
                long first = AuditFiles.first(reader.file);
                reader.previous = first == reader.expected ? reader.previous : null;
                reader.expected = first;
                reader.open(reader.file);
            }
            reader.skipTo(sequence);
            return reader;
        } catch (IOException | AuditDamage e) {
            reader.close();
            throw e;
        }
    }

    /** At the cut, if there is one. */
    private void begin() throws IOException, AuditDamage {
        begun = true;
        cut = files.cut();
        if (cut != null) {
            name = cut.trail();
            expected = cut.last() + 1;
            previous = cut.hash();
        }
    }

    /** What tells the trail from others; empty before its first record or the first after a cut is read. */
    public String name() {
        return name;
    }

    /**
     * What was carried over at that cut.
     *
     * @throws AuditDamage if it is not there as the cut says
     */
    public Optional<AuditCarry> carry() throws IOException, AuditDamage {
        return cut == null ? Optional.empty() : Optional.of(AuditCarry.of(files, cut));
    }

    private void skipTo(long sequence) throws IOException, AuditDamage {
        while (expected <= sequence) {
            if (next() == null) {
                throw missing();
            }
        }
    }

    /** The next record, or null at the end as it is now; more may be there at a later call. */
    public @Nullable AuditRecord next() throws IOException, AuditDamage {
        byte[] bytes = nextLine();
        while (bytes == null) {
            if (!moveOn()) {
                return null;
            }
            bytes = nextLine();
        }
        line++;
        AuditRecord record = check(bytes);
        if (expected == 1) {
            name = record.previous();
        }
        expected++;
        previous = record.hash();
        return record;
    }

    /** Reads anew what it has read beyond the last record: the writer cuts off what it could not sync, and writes over it. */
    void forgetReadAhead() throws IOException {
        if (in != null) {
            in.forgetReadAhead();
        }
    }

    /** Whether the last file ends in an unfinished line: torn by a kill, or being written right now. */
    public boolean unfinished() {
        return unfinished;
    }

    /** Says that a record which must be here is not. */
    AuditDamage missing() {
        return beyond(Kind.MISSING);
    }

    /** Names the place after the last record. */
    AuditDamage beyond(Kind kind) {
        line++;
        return damage(kind);
    }

    /** Names the place of the last record. */
    AuditDamage here(Kind kind) {
        return damage(kind);
    }

    private AuditRecord check(byte[] bytes) throws AuditDamage {
        AuditRecord record = AuditLine.read(bytes);
        if (record == null) {
            throw damage(AuditLine.fitsItsHash(bytes) ? Kind.NEWER : Kind.UNREADABLE);
        }
        if (!AuditLine.fitsItsHash(bytes)) {
            throw damage(Kind.EDITED);
        }
        if (record.sequence() != expected) {
            throw damage(Kind.OUT_OF_SEQUENCE);
        }
        if (previous != null && !previous.equals(record.previous())) {
            throw damage(Kind.OUT_OF_CHAIN);
        }
        return record;
    }

    /** Opens the file in which the next record must be; false if there is none yet. */
    private boolean moveOn() throws IOException, AuditDamage {
        if (!begun) {
            begin();
        }
        Path next = archived.isEmpty() ? files.following(file) : archived.remove();
        if (next == null) {
            return false;
        }
        if (unfinished) {
            line++;
            throw damage(Kind.TORN);
        }
        if (AuditFiles.first(next) != expected) {
            throw new AuditDamage(AuditFiles.name(next), 1, Kind.MISSING);
        }
        open(next);
        return true;
    }

    private void open(Path next) throws IOException {
        close();
        file = next;
        in = new LineInput(next);
        line = 0;
    }

    private byte @Nullable [] nextLine() throws IOException, AuditDamage {
        if (in == null) {
            return null;
        }
        byte[] bytes = in.next();
        unfinished = bytes == null && in.rest() > 0;
        if (unfinished && in.rest() == AuditLine.LONGEST) {
            line++;
            throw damage(Kind.UNREADABLE);
        }
        return bytes;
    }

    private AuditDamage damage(Kind kind) {
        return new AuditDamage(file == null ? "" : AuditFiles.name(file), line, kind);
    }

    @Override
    public void close() throws IOException {
        if (in != null) {
            in.close();
        }
    }
}
