package dev.passcourier.report;

import dev.passcourier.files.DurableFile;
import dev.passcourier.ledger.BatchSummary;
import dev.passcourier.ledger.LineResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;

/** Writes a batch file's results beside it, as {@code <name>.results.csv}, 0600, times in UTC. */
public final class BatchResults {

    private static final String ENDING = ".results.csv";
    private static final int SHORT_ID = 8;

    private final Place done;
    private final ResultsCsv csv = new ResultsCsv(ZoneOffset.UTC);

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

    /**
     * Writes the results. A second time does nothing, so that a kill in between does no harm. A file of the name that is
     * not ours is kept; the results then have the batch's short id in their name.
     */
    void write(BatchSummary batch, List<LineResult> lines) throws IOException {
        byte[] content = csv.of(lines).getBytes(StandardCharsets.UTF_8);
        Path directory = done.path();
        Path target = DurableFile.inside(directory, batch.name() + ENDING);
        try {
            DurableFile.write(target, content);
        } catch (FileAlreadyExistsException e) {
            if (!Arrays.equals(Files.readAllBytes(target), content)) {
                DurableFile.replace(
                        DurableFile.inside(directory, batch.name() + "." + shortId(batch) + ENDING),
                        out -> out.write(content));
            }
        }
    }

    private static String shortId(BatchSummary batch) {
        return batch.id().substring(0, Math.min(SHORT_ID, batch.id().length()));
    }
}
