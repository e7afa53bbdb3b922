package dev.passcourier.intake;

import dev.passcourier.request.BatchFormat;
import dev.passcourier.request.BatchReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Watches from poll to poll whether files are still written to. How long one has been left alone is measured from when
 * we first found it as it is, by our own time that only moves forward: what a file says about its age is its writer's
 * to set. Nobody is waited for, so one file does not hold up another.
 */
public final class Settling {

    private final long minAge;
    private final long maxPause;
    private final LongSupplier nanos;
    private final Map<Path, FileLook> looks = new HashMap<>();
    private final Set<Path> lookedAt = new HashSet<>();

    /**
     * With the times a file must have been left alone.
     *
     * @param minAge   if its end looks finished
     * @param maxPause if it does not: the longest pause that a writer makes
     */
    public Settling(Duration minAge, Duration maxPause) {
        this(minAge, maxPause, System::nanoTime);
    }

    Settling(Duration minAge, Duration maxPause, LongSupplier nanos) {
        this.minAge = minAge.toNanos();
        this.maxPause = Math.max(minAge.toNanos(), maxPause.toNanos());
        this.nanos = nanos;
    }

    /**
     * Looks at a plain file; reads it only if it is not as it was.
     *
     * @throws IOException if it cannot be read, or is no longer there
     */
    synchronized FileLook look(Path file) throws IOException {
        lookedAt.add(file);
        FileLook now = attributes(file);
        FileLook before = looks.get(file);
        if (before != null && before.isSame(now)) {
            return before;
        }
        // Read after the attributes: what is written in between is found by the next look.
        FileLook read = content(file, now);
        looks.put(file, read);
        return read;
    }

    /** Looks at anything that has a name, without reading it. */
    synchronized FileLook glance(Path file) throws IOException {
        lookedAt.add(file);
        FileLook now = attributes(file);
        FileLook before = looks.get(file);
        if (before != null && before.isSame(now)) {
            return before;
        }
        looks.put(file, now);
        return now;
    }

    /** Number of the file's inode, without reading it. */
    long inode(Path file) throws IOException {
        return attributes(file).inode();
    }

    /** What was found last, if the file is watched. */
    synchronized Optional<FileLook> last(Path file) {
        return Optional.ofNullable(looks.get(file));
    }

    /** Whether the file may be taken as it was found. */
    boolean isSettled(FileLook look) {
        return age(look) >= (look.finished() ? minAge : maxPause);
    }

    /** Whether it is held back only for what its end looks like. */
    boolean isHeldBack(FileLook look) {
        return !look.finished() && age(look) >= minAge && age(look) < maxPause;
    }

    /** Whether the longest pause of a writer is over, however the end looks. */
    boolean isQuiet(FileLook look) {
        return age(look) >= maxPause;
    }

    synchronized void forget(Path file) {
        looks.remove(file);
    }

    /** Ends a poll: files that were not looked at in it are forgotten. */
    synchronized void endPoll() {
        looks.keySet().retainAll(lookedAt);
        lookedAt.clear();
    }

    private long age(FileLook look) {
        return nanos.getAsLong() - look.since();
    }

    private FileLook attributes(Path file) throws IOException {
        long since = nanos.getAsLong();
        if (file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            Map<String, Object> facts =
                    Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS);
            return new FileLook(
                    (Long) facts.get("ino"),
                    (Long) facts.get("size"),
                    (FileTime) facts.get("lastModifiedTime"),
                    (FileTime) facts.get("ctime"),
                    "",
                    false,
                    "",
                    since);
        }
        BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return new FileLook(0, facts.size(), facts.lastModifiedTime(), facts.creationTime(), "", false, "", since);
    }

    /** A file that is too large looks finished: it is refused whatever comes. */
    private static FileLook content(Path file, FileLook look) throws IOException {
        String name = file.getFileName().toString();
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] content = in.readNBytes(BatchReader.MAX_BYTES + 1);
            if (content.length > BatchReader.MAX_BYTES) {
                return BatchFormat.of(name).isPresent()
                        ? look.read("", true)
                        : look.noBatch("", "it is larger than a batch may be, and its name is no batch's");
            }
            String sha256 = Hashes.sha256(content);
            return BatchFormat.of(name, content)
                    .map(format -> look.read(sha256, BatchReader.looksFinished(content, format)))
                    .orElseGet(() -> look.noBatch(sha256, BatchReader.whyNoBatch(content)));
        }
    }
}
