package dev.passcourier.intake;

import dev.passcourier.audit.AuditText;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.intake.TakenParts.Begun;
import dev.passcourier.intake.TakenParts.Part;
import dev.passcourier.ledger.BatchSummary;
import dev.passcourier.request.BatchDefaults;
import dev.passcourier.request.BatchFormat;
import dev.passcourier.request.BatchLine;
import dev.passcourier.request.BatchReader;
import dev.passcourier.request.Origin;
import dev.passcourier.request.RequestException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.file.GenericFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a dropped file: renames it into {@code work}, reads it and hands its requests over. There it stays until no
 * writer can still have it open: until it has been left alone for the longest pause of a writer. Then it is renamed into
 * {@code done}. Lines that came meanwhile are handed over as a further batch; a file that changed otherwise, or cannot be
 * used, goes to {@code failed}. If a hand-over fails the file is taken again; if the process dies, the next start puts it
 * back. Both are safe: a part's hash lets its requests onto the queue only once, and {@link TakenParts} says where each
 * part ends and how far it is handed over. A file is read twice: whole, before anything of it is on record, and then line
 * by line, so that a large one is never in memory as requests.
 */
public final class TakeBatchFileStep implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(TakeBatchFileStep.class);

    private static final int SHORT_ID = 16;

    private final DropDirectory directory;
    private final TakenParts takenParts;
    private final ClaimedFile files;
    private final Settling settling;
    private final BatchHandOver handOver;
    private final FileRequests requests;
    private final Function<String, Optional<BatchSummary>> earlierBatch;
    private final AuditTrail audit;
    private final Clock clock;
    private final List<BatchFile> inHand = new CopyOnWriteArrayList<>();

    /** Inodes of refused files that are not filed yet. */
    private final Set<Long> refusals = ConcurrentHashMap.newKeySet();

    /**
     * For one drop directory.
     *
     * @param earlierBatch the batch that has this id already, if there is one
     */
    public TakeBatchFileStep(
            DropDirectory directory,
            DropGuard guard,
            Settling settling,
            BatchHandOver handOver,
            FileRequests requests,
            Function<String, Optional<BatchSummary>> earlierBatch,
            AuditTrail audit,
            Clock clock) {
        this.directory = directory;
        this.takenParts = directory.takenParts();
        this.files = new ClaimedFile(guard);
        this.settling = settling;
        this.handOver = handOver;
        this.requests = requests;
        this.earlierBatch = earlierBatch;
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) throws IOException {
        GenericFile<?> file = (GenericFile<?>) exchange.getMessage().getBody();
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(null);
        take(file.getFileNameOnly());
    }

    void take(String name) throws IOException {
        Optional<FileLook> settled = settling.last(directory.dropped(name));
        Optional<Path> claimed = directory.claim(name);
        if (claimed.isPresent()) {
            take(name, claimed.get(), settled);
        }
    }

    private void take(String name, Path claimed, Optional<FileLook> settled) throws IOException {
        try {
            takeOrRefuse(name, claimed, settled);
        } catch (IOException | RuntimeException failed) {
            giveBack(claimed, failed);
            throw failed;
        }
    }

    private void takeOrRefuse(String name, Path claimed, Optional<FileLook> settled) throws IOException {
        BatchFile file = null;
        try {
            byte[] content = files.read(claimed);
            if (settled.isPresent() && !settled.get().sha256().equals(Hashes.sha256(content))) {
                // Written to between the last look and the rename: it has not settled after all.
                directory.giveBack(claimed);
                return;
            }
            file = inHand(claimed, content);
            deliverOrKeep(file, content);
            inHand.add(file);
        } catch (RequestException unusable) {
            if (file != null) {
                finishBegunOf(file);
            }
            refuse(name, claimed, unusable);
        }
    }

    /** The file with the parts that an earlier claim of it took; they are its own only if it begins with them. */
    private BatchFile inHand(Path claimed, byte[] content) throws IOException {
        long inode = settling.inode(claimed);
        List<Part> parts = takenParts.read(inode);
        BatchFile known = new BatchFile(claimed, directory.doneName(claimed), inode, parts);
        if (BatchFile.startsWith(content, parts)) {
            return known;
        }
        finishBegunOf(known);
        return new BatchFile(claimed, directory.doneName(claimed), inode, List.of());
    }

    /** A file that some requests of were sent stays in hand if it fails, and goes on at the next look. */
    private void deliverOrKeep(BatchFile file, byte[] content) throws IOException, RequestException {
        try {
            deliver(file, content);
        } catch (IOException | RuntimeException failed) {
            if (file.begun() < 0) {
                throw failed;
            }
            LOG.warn(
                    "BATCH_INTERRUPTED {}: {}; goes on at the next poll",
                    file.doneName(),
                    failed.getClass().getSimpleName());
        }
    }

    /** What a part was made of when its first requests were sent is asked for to its end, whatever its file holds now. */
    private void finishBegun(BatchFile file) throws IOException, RequestException {
        int begun = file.begun();
        if (begun >= 0) {
            byte[] fixed = takenParts.fixed(file.inode());
            if (Hashes.sha256(fixed).equals(file.parts().get(begun).sha256())) {
                send(file, begun, fixed);
                file.sent(begun);
            }
        }
    }

    private void giveBack(Path claimed, Exception why) {
        try {
            directory.giveBack(claimed);
        } catch (IOException left) {
            why.addSuppressed(left);
        }
    }

    /** Hands over what of the content has not been handed over. */
    private void deliver(BatchFile file, byte[] content) throws IOException, RequestException {
        // What was read came from our own work only if the directory is still the one that was looked at.
        directory.demandRight();
        if (file.grow(content)) {
            takenParts.write(file.inode(), file.parts());
        }
        for (int part = 0; part < file.parts().size(); part++) {
            if (!file.parts().get(part).sent()) {
                send(file, part, content);
                file.sent(part);
                takenParts.write(file.inode(), file.parts());
            }
        }
        file.allTaken(Hashes.sha256(content));
    }

    private void send(BatchFile file, int number, byte[] content) throws IOException, RequestException {
        PartLines lines = new PartLines(file, number, content);
        String name = file.batchName(number);
        lines.lookThrough();
        if (lines.rejects.size() > 0) {
            directory.besideDone(name + ".rejects.ndjson", lines.rejects.toByteArray());
        }
        Optional<BatchSummary> earlier = earlierBatch.apply(lines.batch);
        if (!lines.handOver()) {
            tellRepeated(name, earlier.filter(batch -> !batch.name().equals(AuditText.clean(name))));
        }
        if (number > 0) {
            LOG.warn(
                    "BATCH_GREW {}: written to after it was taken; its lines from {} on were taken as batch {}",
                    file.doneName(),
                    lines.before + 1,
                    name);
        }
    }

    /** The lines of one part of a file. */
    private final class PartLines {

        private final BatchFile file;
        private final int number;
        private final Part part;
        private final byte[] taken;
        private final BatchFormat format;
        private final long before;
        private final ByteArrayOutputStream rejects = new ByteArrayOutputStream();
        private final List<BatchLine> step = new ArrayList<>();
        private String batch;
        private Begun begun;
        private int total;
        private int steps;
        private boolean anySent;

        PartLines(BatchFile file, int number, byte[] content) {
            this.file = file;
            this.number = number;
            part = file.parts().get(number);
            taken = part.bytes() == content.length ? content : Arrays.copyOf(content, part.bytes());
            format = file.format(content);
            before = file.linesBefore(number, content);
            batch = part.sha256();
            begun = new Begun(batch, BatchDefaults.NONE.fields());
        }

        /** Reads all of it, so that nothing is sent of a file that cannot be used. */
        void lookThrough() throws RequestException {
            // Once some of its lines are sent, a change of the settings must not make another batch of the others.
            Begun kept = part.begun();
            BatchDefaults defaults =
                    kept == null ? requests.defaults(file.doneName()) : BatchDefaults.kept(kept.defaults());
            each(defaults, line -> {
                total++;
                if (line instanceof BatchLine.Bad bad) {
                    rejects.writeBytes(Rejects.row(bad));
                } else if (line instanceof BatchLine.Good good) {
                    requests.objection(good.request())
                            .ifPresent(why -> rejects.writeBytes(Rejects.row(good.line(), why)));
                }
            });
            batch = kept == null ? FileRequests.batchId(part.sha256(), defaults) : kept.batch();
            begun = new Begun(batch, defaults.fields());
        }

        /** Answers false if all of it had been sent before. */
        boolean handOver() throws IOException, RequestException {
            if (total > BatchHandOver.STEP && part.steps() == 0) {
                takenParts.fix(file.inode(), taken);
            }
            try {
                each(BatchDefaults.kept(begun.defaults()), line -> {
                    step.add(line);
                    if (step.size() == BatchHandOver.STEP) {
                        handOverStep();
                    }
                });
                if (!step.isEmpty()) {
                    handOverStep();
                }
                return anySent;
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }

        private void handOverStep() {
            if (steps >= part.steps()) {
                anySent |= handOver.handOver(
                        new Batch(Origin.Source.FILE, batch, file.batchName(number), null, total, List.copyOf(step)),
                        steps);
                if (total > BatchHandOver.STEP) {
                    keepPosition();
                }
            } else {
                anySent = true;
            }
            step.clear();
            steps++;
        }

        private void keepPosition() {
            file.sent(number, steps + 1, begun);
            try {
                takenParts.write(file.inode(), file.parts());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void each(BatchDefaults defaults, BatchReader.Taker taker) throws RequestException {
            BatchReader.each(
                    taken, format, defaults, line -> "file-" + batch.substring(0, SHORT_ID) + "-" + line, line -> {
                        if (line.line() > before) {
                            taker.take(line);
                        }
                    });
        }
    }

    /** The same name is a file that a crash let be taken again; what it asked for is on its way or has ended. */
    private void tellRepeated(String name, Optional<BatchSummary> earlier) throws IOException {
        if (earlier.isEmpty()) {
            LOG.warn("BATCH_REPEATED {}: its requests had been taken before and were not sent again", name);
            return;
        }
        BatchSummary batch = earlier.get();
        directory.besideDone(name + ".repeated.json", Rejects.repeated(batch));
        LOG.warn(
                "BATCH_REPEATED {}: nothing was asked again, as {} held the same and was taken at {}; its results are in"
                        + " done/{}",
                name,
                batch.name(),
                batch.takenAt(),
                Rejects.results(batch));
    }

    /** Looks at the files in hand once more: takes what came late, and files away those that are left alone. */
    public void lookAgain() {
        for (BatchFile file : inHand) {
            try {
                lookAgain(file);
                file.isNewFailure(false);
            } catch (NoSuchFileException gone) {
                forget(file);
            } catch (IOException | RuntimeException failed) {
                if (file.isNewFailure(true)) {
                    LOG.warn(
                            "BATCH_NOT_FILED {}: {}; stays in work and is tried again at each poll",
                            file.doneName(),
                            failed.getClass().getSimpleName());
                }
            }
        }
    }

    private void lookAgain(BatchFile file) throws IOException {
        FileLook look = settling.look(file.path());
        if (look.inode() != file.inode()) {
            // Another process put ours back, and claimed another of its name.
            forget(file);
        } else if (!look.sha256().equals(file.read())) {
            if (settling.isSettled(look)) {
                takeMore(file, look);
            }
        } else if (settling.isQuiet(look)) {
            finish(file);
        }
    }

    private void takeMore(BatchFile file, FileLook settled) throws IOException {
        try {
            byte[] content = files.read(file.path());
            if (settled.sha256().isEmpty() || settled.sha256().equals(Hashes.sha256(content))) {
                deliver(file, content);
            }
        } catch (RequestException unusable) {
            finishBegunOf(file);
            refuse(file.doneName(), file.path(), unusable);
            forget(file);
        }
    }

    private void finishBegunOf(BatchFile file) throws IOException {
        try {
            finishBegun(file);
        } catch (RequestException impossible) {
            // It could be read when it was taken.
            LOG.warn("{} {}: the rest of it was not sent", impossible.code(), file.doneName());
        }
    }

    /** Reads it once more: a file written through a memory map may have changed though nothing else shows it. */
    private void finish(BatchFile file) throws IOException {
        settling.forget(file.path());
        if (settling.look(file.path()).sha256().equals(file.read())) {
            // The page goes last: a file without one would be taken anew, and a page without its file harms nobody.
            directory.finish(file.path(), file.doneName());
            takenParts.delete(file.inode());
            forget(file);
        }
    }

    private void forget(BatchFile file) {
        settling.forget(file.path());
        inHand.remove(file);
    }

    /** Recorded once, however often its file cannot be moved to where refused ones go. */
    private void refuse(String name, Path claimed, RequestException why) throws IOException {
        long inode = settling.inode(claimed);
        if (refusals.add(inode)) {
            Refusals.file(audit, name, sha256(claimed), why.code(), clock.instant());
        }
        String failedName = directory.fail(claimed, Rejects.error(why));
        refusals.remove(inode);
        takenParts.delete(inode);
        LOG.warn(
                "{} {}{}: {} See {}.error.json in {}.",
                why.code(),
                DropDirectory.safeName(name),
                why.where().isEmpty() ? "" : " at " + why.where(),
                why.code().advice(),
                failedName,
                directory.failed());
    }

    /** Of what can be read of it, or empty: it may be anything by now. */
    private String sha256(Path claimed) {
        try {
            return Files.isRegularFile(claimed, LinkOption.NOFOLLOW_LINKS)
                    ? settling.look(claimed).sha256()
                    : "";
        } catch (IOException unreadable) {
            return "";
        }
    }
}
