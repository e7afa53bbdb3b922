package dev.passcourier.audit;

import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The trail's files: each is named after the number of its first record. */
final class AuditFiles {

    private static final Pattern NAME = Pattern.compile("audit-(\\d{15})\\.jsonl");

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

    /** All files, oldest first. */
    List<Path> all() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> NAME.matcher(name(file)).matches())
                    .sorted()
                    .toList();
        }
    }

    /** The file after this one, or the first of all; null if there is none. */
    @Nullable
    Path following(@Nullable Path file) throws IOException {
        long begun = file == null ? 0 : first(file);
        return all().stream().filter(next -> first(next) > begun).findFirst().orElse(null);
    }

    static boolean isOne(Path file) {
        return NAME.matcher(name(file)).matches();
    }

    /** Number of the file's first record, as its name says. */
    static long first(Path file) {
        Matcher name = NAME.matcher(name(file));
        if (!name.matches()) {
            throw new IllegalArgumentException("not a file of the trail");
        }
        return Long.parseLong(name.group(1));
    }

    static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
