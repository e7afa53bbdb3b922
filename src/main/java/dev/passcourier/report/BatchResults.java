package dev.passcourier.report;

import dev.passcourier.files.DurableFile;
import dev.passcourier.ledger.BatchSummary;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a batch file's results beside it, as {@code <name>.results.csv} and {@code .results.ndjson}, and until then what
 * has ended as {@code <name>.results.partial.csv} and {@code .ndjson}; 0600, times in UTC.
 */
public final class BatchResults {

    private static final int SHORT_ID = 8;

    private final Place done;

    BatchResults(Place done) {
        this.done = done;
    }

    /** Where batch files lie when they are done. */
    @FunctionalInterface
    public interface Place {

        /**
         * The directory.
         *
         * @throws IOException if it is not as it must be, so that nothing is to be written there now
         */
        Path path() throws IOException;
    }

    /** The forms that results have. */
    private enum Form {
        // What scripts wait for comes last.
        NDJSON(".ndjson", "{\"line\":") {
            @Override
            void write(Writer out, BatchLines lines) throws IOException {
                ResultsNdjson.write(out, lines);
            }
        },
        CSV(".csv", ResultsCsv.FIRST_COLUMNS) {
            @Override
            void write(Writer out, BatchLines lines) throws IOException {
                new ResultsCsv(ZoneOffset.UTC).write(out, lines);
            }
        };

        private final String ending;
        private final String start;

        Form(String ending, String start) {
            this.ending = ending;
            this.start = start;
        }

        abstract void write(Writer out, BatchLines lines) throws IOException;

        final DurableFile.Content content(BatchLines lines) {
            return out -> {
                Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
                write(writer, lines);
                writer.flush();
            };
        }

        final String partial() {
            return ".results.partial" + ending;
        }
    }

    /**
     * Writes the results, and takes away what was written of them before all had ended. A second time does nothing, so
     * that a kill in between does no harm. A file of the name that is not ours is kept; the results then have the batch's
     * short id in their name.
     */
    void write(BatchSummary batch, BatchLines lines) throws IOException {
        Path directory = done.path();
        for (Form form : Form.values()) {
            DurableFile.Content content = form.content(lines);
            String ending = ".results" + form.ending;
            Path target = DurableFile.inside(directory, batch.name() + ending);
            try {
                DurableFile.write(target, content);
            } catch (FileAlreadyExistsException e) {
                if (!Arrays.equals(digest(content), digest(copy(target)))) {
                    DurableFile.replace(named(directory, batch, ending), content);
                }
            }
        }
        for (Form form : Form.values()) {
            for (Path partial : partials(directory, batch, form)) {
                if (isOurs(partial, form)) {
                    Files.deleteIfExists(partial);
                }
            }
        }
    }

    /** Writes a recipient's sealed results, over what a kill left of them. */
    void writeArchive(BatchSummary batch, String recipient, DurableFile.Content archive) throws IOException {
        Path directory = done.path();
        String ending = "." + recipient + ".zip";
        Path target = DurableFile.inside(directory, batch.name() + ending);
        try {
            DurableFile.write(target, archive);
        } catch (FileAlreadyExistsException e) {
            if (!Arrays.equals(digest(archive), digest(copy(target)))) {
                DurableFile.replace(named(directory, batch, ending), archive);
            }
        }
    }

    /** Writes what has ended so far. */
    void writePartial(BatchSummary batch, BatchLines ended) throws IOException {
        Path directory = done.path();
        for (Form form : Form.values()) {
            for (Path partial : partials(directory, batch, form)) {
                if (!Files.exists(partial, LinkOption.NOFOLLOW_LINKS) || isOurs(partial, form)) {
                    DurableFile.replace(partial, form.content(ended));
                    break;
                }
            }
        }
    }

    private static List<Path> partials(Path directory, BatchSummary batch, Form form) {
        return List.of(
                DurableFile.inside(directory, batch.name() + form.partial()), named(directory, batch, form.partial()));
    }

    private static Path named(Path directory, BatchSummary batch, String ending) {
        String shortId = batch.id().substring(0, Math.min(SHORT_ID, batch.id().length()));
        return DurableFile.inside(directory, batch.name() + "." + shortId + ending);
    }

    /** No batch that was taken begins as our results do. */
    private static boolean isOurs(Path partial, Form form) throws IOException {
        if (!Files.isRegularFile(partial, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(partial, LinkOption.NOFOLLOW_LINKS)) {
            return new String(in.readNBytes(form.start.length()), StandardCharsets.US_ASCII).equals(form.start);
        }
    }

    private static DurableFile.Content copy(Path file) {
        return out -> Files.copy(file, out);
    }

    private static byte[] digest(DurableFile.Content content) throws IOException {
        try (DigestOutputStream out =
                new DigestOutputStream(OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"))) {
            content.writeTo(out);
            return out.getMessageDigest().digest();
        } catch (NoSuchAlgorithmException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
