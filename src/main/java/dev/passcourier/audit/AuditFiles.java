package dev.passcourier.audit;

import dev.passcourier.audit.AuditCut.Before;
import dev.passcourier.audit.AuditDamage.Kind;
import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The trail's files: each is named after the number of its first record. Those up to the cut, if there is one, are in the
 * archive; what a crash has left of them counts no more.
 */
final class AuditFiles {

    private static final Pattern NAME = Pattern.compile("audit-(\\d{15})\\.jsonl");
    private static final Pattern ARCHIVED = Pattern.compile("audit-(\\d{15})-[0-9a-f]{16}\\.jsonl\\.gz");
    private static final Pattern CARRY = Pattern.compile("audit-carry-\\d{15}");

    private final Path directory;

    AuditFiles(Path directory) {
        this.directory = directory;
    }

    /** Makes the directory, 0700, if it is not there. */
    void makeDirectory() throws IOException {
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (!Files.isDirectory(directory)) {
            Files.createDirectory(directory, DurableFile.ownerOnlyDirectory(directory));
        }
    }

    Path directory() {
        return directory;
    }

    /** The file whose first record has this number. */
    Path startingAt(long sequence) {
        return directory.resolve(String.format(Locale.ROOT, "audit-%015d.jsonl", sequence));
    }

    /** The beginning that was archived, or null while the trail has all its records. */
    @Nullable
    AuditCut cut() throws IOException, AuditDamage {
        return AuditCut.read(directory.resolve(AuditCut.NAME));
    }

    /** Number of the last record that was archived, 0 while the trail has all its records. */
    long archived() throws IOException, AuditDamage {
        AuditCut cut = cut();
        return cut == null ? 0 : cut.last();
    }

    /** What was carried over at a cut. */
    Path carry(long last) {
        return directory.resolve(String.format(Locale.ROOT, "audit-carry-%015d", last));
    }

    /** All files of the records that remain, oldest first. */
    List<Path> all() throws IOException, AuditDamage {
        long archived = archived();
        return matching(NAME).stream().filter(file -> first(file) > archived).toList();
    }

    private List<Path> matching(Pattern pattern) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> pattern.matcher(name(file)).matches())
                    .sorted()
                    .toList();
        }
    }

    /** The file after this one, or the first of all; null if there is none. */
    @Nullable
    Path following(@Nullable Path file) throws IOException, AuditDamage {
        if (file == null || isArchived(file)) {
            return all().stream().findFirst().orElse(null);
        }
        long begun = first(file);
        return matching(NAME).stream()
                .filter(next -> first(next) > begun)
                .findFirst()
                .orElse(null);
    }

    static boolean isArchived(Path file) {
        return ARCHIVED.matcher(name(file)).matches();
    }

    static boolean isOne(Path file) {
        return NAME.matcher(name(file)).matches();
    }

    /** Number of the file's first record, as its name says. */
    static long first(Path file) {
        for (Pattern pattern : List.of(NAME, ARCHIVED)) {
            Matcher name = pattern.matcher(name(file));
            if (name.matches()) {
                return Long.parseLong(name.group(1));
            }
        }
        throw new IllegalArgumentException("not a file of the trail");
    }

    /**
     * Writes a cut beside the one that counts, so that it can be put on record before it counts.
     *
     * @see #adopt
     */
    void propose(AuditCut cut) throws IOException {
        DurableFile.replace(proposal(), out -> out.write(cut.text()));
    }

    /** The cut that was written and does not count yet, or null. */
    @Nullable
    AuditCut proposed() throws IOException, AuditDamage {
        return AuditCut.read(proposal());
    }

    void withdraw() throws IOException {
        Files.deleteIfExists(proposal());
        DurableFile.forceDirectory(directory);
    }

    /** Has the proposed cut count from now on, and deletes what it makes needless. */
    void adopt() throws IOException, AuditDamage {
        Files.move(proposal(), directory.resolve(AuditCut.NAME), StandardCopyOption.ATOMIC_MOVE);
        DurableFile.forceDirectory(directory);
        deleteArchived();
    }

    /**
     * Brings a cut to its end, or undoes it, that a crash or a full disk has interrupted: it counts if the trail has its
     * record.
     */
    void settle() throws IOException, AuditDamage {
        AuditCut proposed = proposed();
        if (proposed != null && isOnRecord(proposed)) {
            adopt();
        } else if (proposed != null) {
            withdraw();
        }
        AuditCut cut = cut();
        boolean isAnyLeft = cut != null && matching(NAME).stream().anyMatch(file -> first(file) <= cut.last());
        if (isAnyLeft && !isOnRecord(cut)) {
            // Not this trail's: nothing is deleted on its word.
            throw AuditCut.damage(directory.resolve(AuditCut.NAME), Kind.OTHER_CUT);
        }
        deleteArchived();
    }

    private boolean isOnRecord(AuditCut cut) throws IOException, AuditDamage {
        return new Before(cut.last(), cut.digest()).equals(stated());
    }

    /** The last cut that the trail has on record, or null. The newest file is read first, which as a rule has it. */
    @Nullable
    Before stated() throws IOException, AuditDamage {
        List<Path> files = all();
        for (int i = files.size() - 1; i >= 0; i--) {
            Before stated = null;
            try (LineInput lines = new LineInput(files.get(i))) {
                for (byte[] line = lines.next(); line != null; line = lines.next()) {
                    Before states = AuditCut.stated(line);
                    stated = states == null ? stated : states;
                }
            }
            if (stated != null) {
                return stated;
            }
        }
        return null;
    }

    private void deleteArchived() throws IOException, AuditDamage {
        long archived = archived();
        for (Path file : matching(NAME)) {
            if (first(file) <= archived) {
                Files.delete(file);
            }
        }
        for (Path file : matching(CARRY)) {
            if (!file.equals(carry(archived))) {
                Files.delete(file);
            }
        }
    }

    private Path proposal() {
        return directory.resolve("audit-cut.next");
    }

    static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
