package dev.passcourier.outbox;

import dev.passcourier.files.DurableFile;
import dev.passcourier.request.Origin;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a second copy of the results that are sealed for a dropped file, until all have ended and there is one file of them for
 * each recipient. Only what is sealed for a recipient is kept, never what is under the service's own seal. Safe for use by
 * many threads.
 */
public final class SealedBundles {

    private static final Logger LOG = LoggerFactory.getLogger(SealedBundles.class);

    /** A batch of a file: its SHA-256. */
    private static final Pattern BATCH = Pattern.compile("[0-9a-f]{64}");

    private final Path place;
    private volatile Map<String, String> recipients;

    /**
     * At a directory of our own, which need not be there.
     *
     * @param recipients who gets a file, by the aliases of their destinations
     */
    public SealedBundles(Path place, Map<String, String> recipients) {
        this.place = place;
        this.recipients = Map.copyOf(recipients);
    }

    /** Keeps nothing. */
    public static SealedBundles none() {
        return new SealedBundles(Path.of(""), Map.of());
    }

    /** From now on these get a file, by the aliases of their destinations. */
    public void keepInstead(Map<String, String> others) {
        recipients = Map.copyOf(others);
    }

    /** Who gets a file. */
    public Set<String> recipients() {
        return new TreeSet<>(recipients.values());
    }

    /** Who gets what goes to a destination in a file too, or empty. */
    public Optional<String> recipient(String alias) {
        return Optional.ofNullable(recipients.get(alias));
    }

    /**
     * Keeps a result, if it is to be in a file. Failing is told in the log only: the result is on its way to its destination.
     *
     * @param origin of the request: only a dropped file gets its results back in one
     */
    public void keep(Origin origin, OutboxItem item) {
        String recipient = recipients.get(item.alias());
        String batch = origin.source() == Origin.Source.FILE ? origin.batch() : null;
        if (recipient == null || batch == null || !BATCH.matcher(batch).matches() || item.isAtRest()) {
            return;
        }
        try {
            Path directory = place.resolve(batch).resolve(recipient);
            Files.createDirectories(directory, DurableFile.ownerOnlyDirectory(place.toAbsolutePath()));
            Path file = DurableFile.inside(directory, SealedForm.of(item).fileName(item));
            DurableFile.replace(file, out -> out.write(item.body()));
        } catch (IOException | OutboxException e) {
            LOG.warn("NOT_BUNDLED {}: {}", item.deliveryId(), e.getClass().getSimpleName());
        }
    }

    /** How many results of a batch are kept for a recipient. */
    public long count(String batch, String recipient) throws IOException {
        long count = 0;
        try (DirectoryStream<Path> kept = kept(batch, recipient)) {
            for (Path ignored : kept) {
                count++;
            }
        } catch (NoSuchFileException none) {
            return 0;
        }
        return count;
    }

    /**
     * What is kept of a batch for a recipient, as a ZIP archive.
     *
     * @param at the time that its entries bear
     */
    public DurableFile.Content archive(String batch, String recipient, Instant at) {
        return out -> {
            ZipOutputStream zip = new ZipOutputStream(out);
            try (DirectoryStream<Path> kept = kept(batch, recipient)) {
                for (Path file : kept) {
                    ZipEntry entry = new ZipEntry(file.getFileName().toString());
                    entry.setTime(at.toEpochMilli());
                    zip.putNextEntry(entry);
                    Files.copy(file, zip);
                    zip.closeEntry();
                }
            }
            zip.finish();
        };
    }

    private DirectoryStream<Path> kept(String batch, String recipient) throws IOException {
        return Files.newDirectoryStream(
                place.resolve(batch).resolve(recipient),
                file -> !file.getFileName().toString().startsWith("."));
    }

    /** Removes what is kept of batches that are over. One that cannot be removed keeps no other from it. */
    public void forget(Predicate<String> over) throws IOException {
        try (DirectoryStream<Path> batches = Files.newDirectoryStream(place)) {
            for (Path batch : batches) {
                String id = batch.getFileName().toString();
                if (BATCH.matcher(id).matches() && over.test(id)) {
                    removeIfPossible(batch, id);
                }
            }
        } catch (NoSuchFileException none) {
            // Nothing has been kept yet.
        }
    }

    private static void removeIfPossible(Path batch, String id) {
        try {
            remove(batch);
        } catch (IOException e) {
            LOG.warn("BUNDLE_LEFT {}: {}", id, e.getClass().getSimpleName());
        }
    }

    private static void remove(Path batch) throws IOException {
        try (DirectoryStream<Path> ofRecipients = Files.newDirectoryStream(batch)) {
            for (Path recipient : ofRecipients) {
                try (DirectoryStream<Path> kept = Files.newDirectoryStream(recipient)) {
                    for (Path file : kept) {
                        Files.deleteIfExists(file);
                    }
                }
                Files.delete(recipient);
            }
        }
        Files.delete(batch);
    }
}
