package dev.passcourier.outbox;

import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Work that waited in a backup when that was restored. Whoever ran before may have done it since the backup was made, so what
 * is delivered of it says so. One file for each restore, which holds the ids of the requests, batches and messages that
 * waited; it stays, as failed work may be returned at any time.
 */
public final class RestoredWork {

    private static final String ENDING = ".ids";

    private final @Nullable Path directory;

    /** From the id of a request, batch or message to that of the latest restore that it waited at. */
    private final Map<String, String> waited = new ConcurrentHashMap<>();

    /** The latest restore, and when it began to work; what had been planned by then may have been done before it. */
    private volatile @Nullable String latest;

    private volatile Instant begun = Instant.MIN;

    private RestoredWork(@Nullable Path directory) {
        this.directory = directory;
    }

    /** Nothing was ever restored. */
    public static RestoredWork none() {
        return new RestoredWork(null);
    }

    /**
     * Reads what is kept in a directory.
     *
     * @param directory need not be there
     */
    public static RestoredWork open(Path directory) throws IOException {
        RestoredWork all = new RestoredWork(directory);
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.filter(file -> file.toString().endsWith(ENDING))
                        .sorted()
                        .toList()) {
                    all.read(file);
                }
            }
        }
        return all;
    }

    private void read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        String name = file.getFileName().toString();
        String restore = name.substring(0, name.length() - ENDING.length());
        Instant at = Instant.parse(lines.get(0));
        lines.stream().skip(1).forEach(id -> waited.put(id, restore));
        if (latest == null || at.isAfter(begun)) {
            latest = restore;
            begun = at;
        }
    }

    /**
     * Notes, on the disk first, what waits at a restore.
     *
     * @param restore its id
     * @param at      when it begins to work
     */
    public void begin(String restore, Instant at, Set<String> ids) throws IOException {
        Path into = where();
        Files.createDirectories(into, DurableFile.ownerOnlyDirectory(into));
        DurableFile.replace(file(restore), out -> {
            out.write((at + "\n").getBytes(StandardCharsets.UTF_8));
            for (String id : ids) {
                if (id.lines().count() == 1) {
                    out.write((id + "\n").getBytes(StandardCharsets.UTF_8));
                }
            }
        });
        ids.forEach(id -> waited.put(id, restore));
        latest = restore;
        begun = at;
    }

    /** The restore that one of these ids waited at, the first that did. */
    public Optional<String> restore(Collection<String> ids) {
        return ids.stream().map(waited::get).filter(Objects::nonNull).findFirst();
    }

    /** The restore that this request, or report, waited at. */
    public @Nullable String restore(String id) {
        return waited.get(id);
    }

    /** The restore that whatever was planned for this time may have been done before, if there is one. */
    public Optional<String> restoreAfter(Instant planned) {
        return planned.isBefore(begun) ? Optional.ofNullable(latest) : Optional.empty();
    }

    /** Notes, on the disk first, that this request, or report, comes of what waited at a restore. */
    public void add(String restore, String id) {
        if (restore.equals(waited.get(id)) || id.lines().count() != 1) {
            return;
        }
        byte[] line = (id + "\n").getBytes(StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(file(restore), StandardOpenOption.APPEND)) {
            ByteBuffer bytes = ByteBuffer.wrap(line);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        } catch (IOException e) {
            throw new UncheckedIOException("RESTORED_NOT_NOTED", e);
        }
        waited.put(id, restore);
    }

    private Path file(String restore) {
        return DurableFile.inside(where(), restore + ENDING);
    }

    private Path where() {
        if (directory == null) {
            throw new IllegalStateException("nothing was restored");
        }
        return directory;
    }
}
