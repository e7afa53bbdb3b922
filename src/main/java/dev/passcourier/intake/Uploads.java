package dev.passcourier.intake;

import dev.passcourier.control.ControlException.Reason;
import dev.passcourier.control.OrderException;
import dev.passcourier.files.DurableFile;
import dev.passcourier.intake.SubmittedBatches.Part;
import dev.passcourier.request.BatchReader;
import dev.passcourier.request.RefusalCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Batches of which parts have come: each in a file until its last part, and in memory from then until it is handed over.
 * Both together are limited, so that no user fills the disk or the memory.
 */
final class Uploads {

    /** Of the files. */
    static final String PART = ".part";

    /** Most characters of what an upload is called. */
    static final int LONGEST_NAME = 64;

    /** Uploads that wait for parts at once. */
    static final int AT_ONCE = 32;

    /** Those of one user. */
    static final int OF_ONE_USER = 8;

    private static final int MOST_BYTES = 2 * BatchReader.MAX_BYTES;
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private record Key(String user, String upload) {}

    private static final class Upload {
        private final Path file;
        private int bytes;
        private int parts;
        private Instant touched = Instant.MIN;

        Upload(Path file) {
            this.file = file;
        }
    }

    private final Path directory;
    private final Clock clock;
    private final Map<Key, Upload> waiting = new LinkedHashMap<>();
    private int inMemory;

    /**
     * None yet.
     *
     * @param directory for the files; ours alone
     */
    Uploads(Path directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /**
     * Takes a part. With the last one nothing is left on the disk, and the whole counts until {@link #handedOver}.
     *
     * @return the whole batch, or nothing while parts are missing
     * @throws OrderException if the part is not taken; with it all of its upload is dropped
     * @throws IOException    if the disk does not take it
     */
    synchronized Optional<byte[]> add(Part part, String user) throws OrderException, IOException {
        if (part.upload().length() > LONGEST_NAME) {
            throw new OrderException(
                    "UPLOAD_NAME", "what an upload is called has up to " + LONGEST_NAME + " characters");
        }
        dropAbandoned();
        if (part.number() == 0 && part.last()) {
            return inMemory(part.content());
        }
        Key key = new Key(user, part.upload());
        Upload upload = part.number() == 0 ? begin(key) : waiting.remove(key);
        if (upload == null) {
            throw missing();
        }
        boolean kept = false;
        try {
            if (upload.parts != part.number()) {
                throw missing();
            }
            demandRoom(upload, part);
            Files.write(upload.file, part.content(), StandardOpenOption.APPEND);
            upload.bytes += part.content().length;
            upload.parts++;
            upload.touched = clock.instant();
            if (part.last()) {
                return inMemory(Files.readAllBytes(upload.file));
            }
            waiting.put(key, upload);
            kept = true;
            return Optional.empty();
        } finally {
            if (!kept) {
                Files.deleteIfExists(upload.file);
            }
        }
    }

    /** A batch that {@link #add} has returned is no longer in memory. */
    synchronized void handedOver(byte[] whole) {
        inMemory -= whole.length;
    }

    private Optional<byte[]> inMemory(byte[] whole) {
        inMemory += whole.length;
        return Optional.of(whole);
    }

    private void dropAbandoned() throws IOException {
        Instant now = clock.instant();
        for (Iterator<Upload> each = waiting.values().iterator(); each.hasNext(); ) {
            Upload upload = each.next();
            if (upload.touched.plus(LONGEST_PAUSE).isBefore(now)) {
                Files.deleteIfExists(upload.file);
                each.remove();
            }
        }
    }

    /** What has come before under the same name is dropped. */
    private Upload begin(Key key) throws OrderException, IOException {
        Upload before = waiting.get(key);
        if (before != null) {
            Files.deleteIfExists(before.file);
            waiting.remove(key);
        }
        long ofUser = waiting.keySet().stream()
                .filter(other -> other.user().equals(key.user()))
                .count();
        if (ofUser >= OF_ONE_USER || waiting.size() >= AT_ONCE) {
            throw busy();
        }
        return new Upload(Files.createTempFile(directory, "", PART, DurableFile.ownerOnly(directory)));
    }

    private void demandRoom(Upload upload, Part part) throws OrderException {
        int bytes = upload.bytes + part.content().length;
        if (bytes > BatchReader.MAX_BYTES) {
            throw new OrderException(RefusalCode.BATCH_TOO_LARGE.name(), RefusalCode.BATCH_TOO_LARGE.advice());
        }
        int others = waiting.values().stream().mapToInt(other -> other.bytes).sum() + inMemory;
        if (others + bytes > MOST_BYTES) {
            throw busy();
        }
    }

    private static OrderException missing() {
        return new OrderException(
                Reason.NOT_NOW, "PART_MISSING", "a part of the batch is missing: submit all of it again");
    }

    private static OrderException busy() {
        return new OrderException(
                Reason.NOT_NOW, "SUBMIT_BUSY", "large batches are being submitted just now: try again in a minute");
    }
}
