package dev.passcourier.intake;

import dev.passcourier.audit.AuditText;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Files in {@code done} and {@code failed} that came there long ago: those that the drop directory moved there, and the
 * pages written about them. Links, directories, hidden files, and files that are no batch's on record are left alone, and
 * so is everything about a batch that has not been reported.
 */
public final class DoneFiles {

    private static final List<String> PAGES = List.of(".error.json", ".repeated.json");

    private final DropDirectory drop;
    private final Function<String, Optional<Boolean>> areReported;

    /**
     * Of a drop directory.
     *
     * @param areReported whether all batches of a name are on record as reported; empty if there is none
     */
    public DoneFiles(DropDirectory drop, Function<String, Optional<Boolean>> areReported) {
        this.drop = drop;
        this.areReported = areReported;
    }

    /**
     * A file.
     *
     * @param came when it was moved or written there
     */
    public record Aged(Path path, long bytes, Instant came) {}

    /**
     * What came there at a time or before; a file before the page about it.
     *
     * @throws IOException with a code, if the drop directory is not as it must be
     */
    public List<Aged> aged(Instant until) throws IOException {
        List<Aged> aged = new ArrayList<>();
        for (Path directory : List.of(drop.done(), drop.failed())) {
            Map<String, Aged> files = files(directory);
            files.forEach((name, file) -> {
                boolean isDue = !file.came().isAfter(until);
                Aged subject = files.get(subject(name));
                if (isDue && (subject == null || !subject.came().isAfter(until)) && isOurs(name, files)) {
                    aged.add(file);
                }
            });
        }
        return aged;
    }

    /**
     * What came there after a time, without the pages about it and results.
     *
     * @throws IOException with a code, if the drop directory is not as it must be
     */
    List<Aged> after(Instant since) throws IOException {
        List<Aged> came = new ArrayList<>();
        for (Path directory : List.of(drop.done(), drop.failed())) {
            Map<String, Aged> files = files(directory);
            files.forEach((name, file) -> {
                if (file.came().isAfter(since) && files.keySet().stream().noneMatch(of -> name.startsWith(of + "."))) {
                    came.add(file);
                }
            });
        }
        return came;
    }

    /** Removes it, if it is still the same. */
    public boolean remove(Aged aged) throws IOException {
        drop.demandRight();
        Aged now = look(aged.path());
        return aged.equals(now) && Files.deleteIfExists(aged.path());
    }

    private boolean isOurs(String name, Map<String, Aged> files) {
        if (!subject(name).equals(name) || PAGES.stream().anyMatch(page -> files.containsKey(name + page))) {
            return true;
        }
        String base = name;
        while (!base.isEmpty()) {
            Optional<Boolean> reported = areReported.apply(AuditText.clean(base));
            if (reported.isPresent()) {
                return reported.get();
            }
            base = base.substring(0, Math.max(0, base.lastIndexOf('.')));
        }
        return false;
    }

    /** The name of the file that a page is about, or the same. */
    private static String subject(String name) {
        return PAGES.stream()
                .filter(name::endsWith)
                .map(page -> name.substring(0, name.length() - page.length()))
                .findFirst()
                .orElse(name);
    }

    private static Map<String, Aged> files(Path directory) throws IOException {
        Map<String, Aged> files = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                Aged file = name.startsWith(".") ? null : look(entry);
                if (file != null) {
                    files.put(name, file);
                }
            }
        }
        return files;
    }

    /** By the time of the rename, which a file's own time says nothing of; null for what is no file. */
    private static @Nullable Aged look(Path path) throws IOException {
        try {
            BasicFileAttributes facts =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            boolean isUnix = path.getFileSystem().supportedFileAttributeViews().contains("unix");
            FileTime came = isUnix
                    ? (FileTime) Files.getAttribute(path, "unix:ctime", LinkOption.NOFOLLOW_LINKS)
                    : facts.lastModifiedTime();
            return facts.isRegularFile() ? new Aged(path, facts.size(), came.toInstant()) : null;
        } catch (NoSuchFileException gone) {
            return null;
        }
    }
}
