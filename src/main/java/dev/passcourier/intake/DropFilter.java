package dev.passcourier.intake;

import dev.passcourier.audit.AuditTrail;
import dev.passcourier.config.Settings;
import dev.passcourier.request.RefusalCode;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.component.file.GenericFileFilter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at everything in the drop directory before each poll, and has an answer for it: it is taken, it may still be
 * written to, or it stays where it is for a reason that is told once, and shown as long as it stays. Shows the file route
 * only what {@link DropGuard} lets pass and what {@link Settling} found to be left alone; Camel itself would follow links,
 * and wait for one file before it looks at the next.
 */
public final class DropFilter implements GenericFileFilter<File> {

    private static final Logger LOG = LoggerFactory.getLogger(DropFilter.class);

    /** More than anybody reads; further ones have their turn when these are gone. */
    private static final int MOST_LEFT = 1000;

    private static final Set<String> UNFINISHED = Set.of(
            "tmp",
            "temp",
            "part",
            "partial",
            "filepart",
            "crdownload",
            "download",
            "swp",
            "swo",
            "swx",
            "lck",
            "lock",
            "bak");

    /** What a file system has at its top. */
    private static final Set<String> OF_FILE_SYSTEMS = Set.of("lost+found", ".snapshot");

    private final DropDirectory directory;
    private final DropGuard guard;
    private final Settling settling;
    private final AuditTrail audit;
    private final Clock clock;
    private Set<String> ready = Set.of();
    private Map<String, String> left = Map.of();

    /** Over one directory, one guard and one watch. What is refused for what it is goes on record, once in a process. */
    public DropFilter(DropDirectory directory, DropGuard guard, Settling settling, AuditTrail audit, Clock clock) {
        this.directory = directory;
        this.guard = guard;
        this.settling = settling;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * What becomes of a file in this poll: it is taken, or it waits, or stays for the reason that is told.
     *
     * @param code   why it is refused, or null if it is only left for now
     * @param sha256 of what is refused for its content, or empty
     */
    private record Answer(
            boolean taken, String says, @Nullable RefusalCode code, String sha256) {

        static final Answer TAKE = new Answer(true, "", null, "");
        static final Answer WAIT = new Answer(false, "", null, "");

        static Answer leave(String reason) {
            return new Answer(false, reason, null, "");
        }

        static Answer refuse(RefusalCode code, String reason, String sha256) {
            return new Answer(false, reason, code, sha256);
        }
    }

    @Override
    public boolean accept(GenericFile<File> file) {
        return isReady(file.getFile().getName());
    }

    /** Whether the last look found that this file is to be taken. */
    synchronized boolean isReady(String name) {
        return ready.contains(name);
    }

    /** The names of files that stay where they are, as they may be shown, and why. */
    public synchronized Map<String, String> left() {
        return left;
    }

    /**
     * Looks at everything that lies in the directory.
     *
     * @throws IOException if the directory cannot be read
     */
    void survey() throws IOException {
        Set<String> toTake = new HashSet<>();
        Map<String, Answer> toLeave = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory.path())) {
            for (Path entry : entries) {
                Answer answer = directory.isOurs(entry) ? Answer.WAIT : answer(entry);
                String name = entry.getFileName().toString();
                if (answer.taken() && !isReadable(entry)) {
                    directory.rename(entry);
                } else if (answer.taken()) {
                    toTake.add(name);
                } else if (!answer.says().isEmpty() && toLeave.size() < MOST_LEFT) {
                    toLeave.put(DropDirectory.safeName(name), answer);
                }
            }
        } catch (DirectoryIteratorException unreadable) {
            throw unreadable.getCause();
        }
        tell(toLeave);
        Map<String, String> reasons = new TreeMap<>();
        toLeave.forEach((name, answer) -> reasons.put(name, answer.says()));
        synchronized (this) {
            ready = toTake;
            left = Map.copyOf(reasons);
        }
    }

    private void tell(Map<String, Answer> toLeave) {
        Map<String, String> before = left();
        toLeave.forEach((name, answer) -> {
            if (!answer.says().equals(before.get(name))) {
                if (answer.code() != null) {
                    Refusals.file(audit, name, answer.sha256(), answer.code(), clock.instant());
                }
                LOG.warn("DROPPED_FILE_LEFT {}: {}", name, answer.says());
            }
        });
    }

    /** Java cannot say the name of a file in text if its bytes are of another encoding; Camel deals in text. */
    private static boolean isReadable(Path entry) {
        return entry.resolveSibling(entry.getFileName().toString()).equals(entry);
    }

    private Answer answer(Path entry) {
        try {
            String name = entry.getFileName().toString();
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                return OF_FILE_SYSTEMS.contains(name)
                        ? Answer.WAIT
                        : Answer.leave("it is a folder, and nothing in folders is taken; move its files up");
            }
            if (isUnfinished(name)) {
                return settling.isQuiet(settling.glance(entry))
                        ? Answer.leave(
                                "its name is one that programs give to hidden or unfinished files; rename it when it is"
                                        + " whole, or remove it")
                        : Answer.WAIT;
            }
            Optional<String> objection = guard.objection(entry);
            if (objection.isEmpty()) {
                return settled(entry);
            }
            // Another node may have taken it meanwhile, which is nothing to be refused for.
            return Files.exists(entry, LinkOption.NOFOLLOW_LINKS)
                    ? Answer.refuse(RefusalCode.BATCH_NOT_A_FILE, objection.get(), "")
                    : Answer.WAIT;
        } catch (NoSuchFileException gone) {
            return Answer.WAIT;
        } catch (IOException unreadable) {
            return Answer.leave("it cannot be looked at; give the service's user the right to read it");
        }
    }

    private Answer settled(Path file) {
        try {
            FileLook look = settling.look(file);
            if (!look.objection().isEmpty()) {
                return settling.isQuiet(look)
                        ? Answer.refuse(RefusalCode.BATCH_NO_FORMAT, look.objection(), look.sha256())
                        : Answer.WAIT;
            }
            if (settling.isHeldBack(look)) {
                return Answer.leave("its end looks unfinished; held back until sources.file.maxPause is over");
            }
            return settling.isSettled(look) ? Answer.TAKE : Answer.WAIT;
        } catch (NoSuchFileException gone) {
            return Answer.WAIT;
        } catch (IOException unreadable) {
            return Answer.leave("it cannot be read; give the service's user the right to read it");
        }
    }

    /** Hidden files, and the names under which editors and copiers keep what is not finished, or is a copy of theirs. */
    private static boolean isUnfinished(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return name.startsWith(".")
                || name.startsWith("~$")
                || name.endsWith("~")
                || UNFINISHED.contains(lower.substring(lower.lastIndexOf('.') + 1));
    }

    /**
     * What a service would leave in a drop directory, for somebody who looks at it once: of the files that nobody has
     * changed for the longest pause of a writer.
     *
     * @throws IOException if the directory cannot be read
     */
    public static Map<String, String> left(Settings.FileSource source, Clock clock) throws IOException {
        AtomicLong nanos = new AtomicLong();
        Settling settling = new Settling(source.minAge(), source.maxPause(), nanos::get);
        DropDirectory directory = DropDirectory.lookedAt(source.directory(), clock);
        DropFilter filter = new DropFilter(directory, new DropGuard(source.owners()), settling, event -> 0, clock);
        FileTime latest = FileTime.from(clock.instant().minus(source.maxPause()));
        Map<String, String> left = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(source.directory())) {
            for (Path entry : entries) {
                if (!directory.isOurs(directory.path().resolve(entry.getFileName()))
                        && changed(entry).compareTo(latest) < 0) {
                    filter.answer(entry);
                    nanos.addAndGet(Duration.ofDays(1).toNanos());
                    Answer answer = filter.answer(entry);
                    if (!answer.says().isEmpty() && left.size() < MOST_LEFT) {
                        left.put(DropDirectory.safeName(entry.getFileName().toString()), answer.says());
                    }
                }
            }
        } catch (DirectoryIteratorException unreadable) {
            throw unreadable.getCause();
        }
        return left;
    }

    private static FileTime changed(Path entry) throws IOException {
        try {
            return entry.getFileSystem().supportedFileAttributeViews().contains("unix")
                    ? (FileTime) Files.getAttribute(entry, "unix:ctime", LinkOption.NOFOLLOW_LINKS)
                    : Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException gone) {
            return FileTime.fromMillis(Long.MAX_VALUE);
        }
    }
}
