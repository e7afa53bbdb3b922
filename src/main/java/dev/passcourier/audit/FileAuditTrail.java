package dev.passcourier.audit;

import dev.passcourier.files.DurableFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trail as files of JSON lines in a directory of its own.
 *
 * <p>Callers that come while a sync is running form the next group; the first of them to wake writes the group and
 * syncs it once. A group that cannot be written is cut off again and all its callers fail; the next append tries
 * again, so the trail heals when the disk does.
 *
 * <p>A checkpoint signs the records before it, as often as {@link Checkpoints} says, when a file is full, at a clean
 * stop, and when a trail is opened whose last records are not signed. One that cannot be made or written stops nobody
 * and is tried again.
 */
public final class FileAuditTrail implements AuditTrail, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FileAuditTrail.class);
    private static final long ROTATE_AT = 16L * 1024 * 1024;
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final ReentrantLock lock = new ReentrantLock();

    /** Whoever follows the trail waits here, and whoever closes it. */
    private final Condition changed = lock.newCondition();

    private long wakings;
    private final Condition closing = lock.newCondition();
    private final Thread signing = new Thread(this::keepSigning, "audit-checkpoints");
    private final AuditFiles files;
    private final AuditLock process;
    private final AuditWriter writer;
    private final Checkpoints checkpoints;
    private final Clock clock;
    private Group gathering = new Group();
    private boolean writing;
    private boolean closed;
    private boolean failing;
    private long position;
    private @Nullable Instant unsignedSince;

    /** Callers that share one sync. Each group has its own to wait for: when one is written, the others sleep on. */
    private final class Group {

        private final List<byte[]> records = new ArrayList<>();
        private final Condition turn = lock.newCondition();
        private boolean done;
        private long first;
        private @Nullable String failure;
    }

    private FileAuditTrail(
            AuditFiles files, AuditLock process, AuditWriter writer, Checkpoints checkpoints, Clock clock) {
        this.files = files;
        this.process = process;
        this.writer = writer;
        this.checkpoints = checkpoints;
        this.clock = clock;
        this.position = writer.sequence();
    }

    /** Opens a trail that nobody signs. */
    public static FileAuditTrail open(Path directory, Clock clock) throws IOException, AuditDamage {
        return open(directory, clock, Checkpoints.none());
    }

    /**
     * Opens the trail in a directory, which is made if it is not there. A line torn by a kill is cut off, and that is
     * recorded.
     *
     * @throws AuditException with {@code AUDIT_LOCKED} if another process has it open
     * @throws AuditDamage if the newest file is damaged otherwise, or the trail does not reach its head: then an
     *     operator has to look at it first
     */
    public static FileAuditTrail open(Path directory, Clock clock, Checkpoints checkpoints)
            throws IOException, AuditDamage {
        return open(directory, clock, checkpoints, AuditFile::new, ROTATE_AT);
    }

    static FileAuditTrail open(
            Path directory, Clock clock, Checkpoints checkpoints, AuditWriter.Opener opener, long rotateAt)
            throws IOException, AuditDamage {
        AuditFiles files = new AuditFiles(directory);
        files.makeDirectory();
        AuditLock process = AuditLock.take(directory);
        try {
            files.settle();
            AuditWriter writer = new AuditWriter(files, opener, rotateAt, checkpoints, clock);
            FileAuditTrail trail = new FileAuditTrail(files, process, writer, checkpoints, clock);
            trail.begin();
            return trail;
        } catch (IOException | AuditDamage | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /** Records what was mended and signs what was left unsigned. */
    private void begin() {
        for (AuditEvent repair : writer.repairs()) {
            LOG.warn("The audit trail was mended: {}", repair.facts().get(AuditEvent.Fact.CODE));
            append(repair);
        }
        lock.lock();
        try {
            if (writer.hasUnsigned()) {
                sign();
            }
        } finally {
            lock.unlock();
        }
        signing.setDaemon(true);
        signing.start();
    }

    @Override
    public long append(AuditEvent event) {
        return append(List.of(event));
    }

    /** All of them or none, by one sync. */
    @Override
    public long append(List<AuditEvent> events) {
        List<byte[]> records = events.stream().map(AuditLine::middle).toList();
        lock.lock();
        try {
            if (closed) {
                throw new AuditException("AUDIT_CLOSED");
            }
            Group mine = gathering;
            mine.records.addAll(records);
            int last = mine.records.size() - 1;
            while (writing && !mine.done) {
                mine.turn.awaitUninterruptibly();
            }
            if (!mine.done) {
                write(mine);
            }
            if (mine.failure != null) {
                throw new AuditException(mine.failure);
            }
            return mine.first + last;
        } finally {
            lock.unlock();
        }
    }

    /** What is done between two records. */
    @FunctionalInterface
    public interface Change<E extends Exception> {

        /** Does it, or fails with nothing done. */
        void make() throws E;
    }

    /**
     * Records that something is changed, has a checkpoint sign the record, and then has it changed before anything else is
     * recorded or signed: so what signs the trail itself can be replaced, and the record is signed by what did before.
     *
     * @throws AuditException if it cannot be recorded and signed; nothing is changed then
     * @throws E              what the change failed with, after the record
     */
    public <E extends Exception> void appendSigned(AuditEvent event, Change<E> change) throws E {
        byte[] record = AuditLine.middle(event);
        lock.lock();
        try {
            while (writing) {
                changed.awaitUninterruptibly();
            }
            if (closed) {
                throw new AuditException("AUDIT_CLOSED");
            }
            String failure = work(() -> {
                writer.write(List.of(record));
                writer.checkpoint();
                if (writer.hasUnsigned()) {
                    throw new AuditException("AUDIT_UNSIGNED");
                }
            });
            if (failure != null) {
                throw new AuditException(failure);
            }
            change.make();
        } finally {
            lock.unlock();
        }
    }

    /** What tells this trail from all others; stays the same as long as the trail lives. */
    public String name() {
        return writer.name();
    }

    /** Since when the oldest record waits for a checkpoint; empty if none does. */
    public Optional<Instant> unsignedSince() {
        lock.lock();
        try {
            return Optional.ofNullable(unsignedSince);
        } finally {
            lock.unlock();
        }
    }

    /** Number of the last synced record, 0 for none. */
    public long position() {
        lock.lock();
        try {
            return position;
        } finally {
            lock.unlock();
        }
    }

    /**
     * How far the trail's files reach, between two groups of records.
     *
     * @param name     what tells the trail from all others
     * @param position number of the last record, 0 for none
     * @param hash     of that record
     * @param files    lengths of the files up to there
     */
    public record Extent(String name, long position, String hash, Map<Path, Long> files) {

        /** Copies the map. */
        public Extent {
            files = Map.copyOf(files);
        }
    }

    /** Whether a file in a trail's directory holds records, as its name says. */
    public static boolean holdsRecords(Path file) {
        return AuditFiles.isOne(file);
    }

    /** Takes a file of the trail, which may be deleted thereafter. */
    @FunctionalInterface
    public interface Taking {

        /** Such as by a link to it. */
        void take(Path file) throws IOException;
    }

    /**
     * How far it reaches now. Its files only grow beyond that; the cut and what was carried over belong to them.
     *
     * @param taking gets each of them before another cut can be made; the trail stands still meanwhile
     */
    public Extent extent(Taking taking) throws IOException, AuditDamage {
        lock.lock();
        try {
            while (writing) {
                changed.awaitUninterruptibly();
            }
            List<Path> all = new ArrayList<>(files.all());
            AuditCut cut = files.cut();
            if (cut != null) {
                all.add(files.directory().resolve(AuditCut.NAME));
                all.add(files.carry(cut.last()));
            }
            Map<Path, Long> lengths = new HashMap<>();
            for (Path file : all) {
                lengths.put(file, Files.size(file));
                taking.take(file);
            }
            return new Extent(writer.name(), writer.sequence(), writer.hash(), lengths);
        } finally {
            lock.unlock();
        }
    }

    /** Where what is cut off its beginning goes. */
    public AuditArchive archive(Path directory) {
        return new AuditArchive(this, files, checkpoints, directory, clock);
    }

    /** Puts a cut on record and has it count. */
    void cut(AuditCut cut, AuditEvent event) throws IOException, AuditDamage {
        files.propose(cut);
        try {
            append(event);
        } catch (AuditException e) {
            files.withdraw();
            throw e;
        }
        lock.lock();
        try {
            while (writing) {
                changed.awaitUninterruptibly();
            }
            files.adopt();
        } finally {
            lock.unlock();
        }
    }

    /**
     * What was carried over at the cut, for whoever reads the trail from its beginning.
     *
     * @return empty while the trail has all its records
     * @throws AuditDamage if it is not there as the cut says
     */
    public Optional<AuditCarry> carry() throws IOException, AuditDamage {
        return AuditCarry.of(files);
    }

    /**
     * Follows the trail in file order, beginning after a record.
     *
     * @param after its number, 0 for all that remains
     * @throws AuditDamage if the trail is damaged on the way to that record, ends before it, or was cut after it
     */
    public AuditTail tail(long after) throws IOException, AuditDamage {
        return new AuditTail(this, AuditReader.after(files, after), after == 0 ? files.archived() : after);
    }

    /** Has whoever follows the trail look up at once, with no records, if it waits for some: its own end may have come. */
    public void wakeFollowers() {
        lock.lock();
        try {
            wakings++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a record with a higher number is synced, the trail is closed, somebody wakes it, or the time is over. */
    long awaitBeyond(long sequence, Duration wait) throws InterruptedException {
        lock.lock();
        try {
            long before = wakings;
            long left = wait.toNanos();
            while (position <= sequence && !closed && wakings == before && left > 0) {
                left = changed.awaitNanos(left);
            }
            return position;
        } finally {
            lock.unlock();
        }
    }

    /** Called and left with the lock held, which is free while the disk works. */
    private void write(Group group) {
        gathering = new Group();
        group.failure = work(() -> group.first = writer.write(group.records));
        group.done = true;
        group.turn.signalAll();
        if (writer.isCheckpointDue()) {
            sign();
        }
    }

    /** Called and left with the lock held. */
    private void sign() {
        work(writer::checkpoint);
    }

    /** Lets one thread at a time at the disk. */
    private @Nullable String work(Work work) {
        writing = true;
        lock.unlock();
        try {
            work.run();
            failing = false;
            return null;
        } catch (AuditException e) {
            return e.getMessage();
        } catch (IOException | RuntimeException e) {
            logOnce(e);
            return "AUDIT_DISK";
        } finally {
            lock.lock();
            writing = false;
            position = writer.sequence();
            unsignedSince = writer.unsignedSince();
            // One of the next group writes it.
            gathering.turn.signal();
            changed.signalAll();
        }
    }

    /** Work on the disk. */
    @FunctionalInterface
    private interface Work {

        void run() throws IOException;
    }

    /** Signs also when nobody appends any more. */
    private void keepSigning() {
        lock.lock();
        try {
            while (!closed) {
                if (!writing && writer.isCheckpointDue()) {
                    sign();
                }
                closing.awaitNanos(LOOK.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** By the one who writes: a disk that stays full is tried once a second. */
    private void logOnce(Exception e) {
        if (!failing) {
            failing = true;
            LOG.error("The audit trail cannot be written: {}", e.getClass().getSimpleName());
        }
    }

    /** Lets the callers in hand finish, refuses all others, and signs what is not signed. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            changed.signalAll();
            closing.signalAll();
            while (writing || !gathering.records.isEmpty()) {
                changed.awaitUninterruptibly();
            }
            if (writer.hasUnsigned()) {
                sign();
            }
            writer.close();
            process.close();
        } finally {
            lock.unlock();
        }
    }

    /** Lets one process write a trail at a time. The operating system frees it when the process ends, however it ends. */
    private static final class AuditLock implements Closeable {

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
}
