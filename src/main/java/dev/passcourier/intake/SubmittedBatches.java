package dev.passcourier.intake;

import dev.passcourier.audit.AuditText;
import dev.passcourier.control.ControlException.Reason;
import dev.passcourier.control.OrderException;
import dev.passcourier.ledger.BatchSummary;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LineResult;
import dev.passcourier.request.BatchDefaults;
import dev.passcourier.request.BatchFormat;
import dev.passcourier.request.BatchLine;
import dev.passcourier.request.BatchReader;
import dev.passcourier.request.Origin;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.Verdict;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests that a command submits, in the name of the operating system's user who runs it. What is larger than one
 * order comes in parts, which wait in memory. With the last of them the batch goes on record and, whole and in one
 * transaction, onto the intake queue; only then is it said to be taken. A batch's id is made of its content, of the
 * account that its file's name says, and of its user: submitted again, as when the answer was lost, it is taken once.
 */
public final class SubmittedBatches {

    /** Name of the order that brings requests. */
    public static final String SUBMIT = "submit";

    /** Name of the order that asks how far they are. */
    public static final String PROGRESS = "submit-progress";

    /** Largest batch, in bytes. */
    public static final int MAX_BYTES = 10 * 1024 * 1024;

    /** Most requests of a batch: they go in one transaction. */
    public static final int MAX_LINES = 10_000;

    /** Lines that are named in an answer; there may be more of their kind. */
    private static final int NAMED = 100;

    /** What a batch is called whose instances the command itself names. */
    private static final String COMMAND = "command.ndjson";

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final int SHORT_ID = 16;

    /**
     * Some of a batch.
     *
     * @param upload  what all parts of it are called: anything that its sender has not used before
     * @param name    the file's name, or null of instances that the command itself names
     * @param number  0 for the first part
     * @param last    whether the batch ends with it
     * @param content the next bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    public record Part(String upload, @Nullable String name, int number, boolean last, byte[] content) {}

    /**
     * What became of a part.
     *
     * @param batch    the batch's id, or null while parts are missing
     * @param lines    how many lines it has
     * @param refused  how many of them are no requests
     * @param rejected the first of these, with what is wrong
     * @param repeated whether all of it had been taken before, so that nothing is asked again
     */
    public record Taken(@Nullable String batch, int lines, int refused, List<Rejected> rejected, boolean repeated) {}

    /** A line that is no request: its number, why, the field, and what would be right. */
    public record Rejected(int line, String code, String where, String says) {}

    /** Asks about a batch. */
    public record Question(String batch) {}

    /**
     * How far a batch is.
     *
     * @param total        lines
     * @param verdicts     how many have ended how
     * @param notDelivered of a batch that has ended, the first lines with another verdict than DELIVERED
     */
    public record Progress(int total, Map<String, Long> verdicts, List<Ended> notDelivered) {}

    /** A line that has ended. */
    public record Ended(
            int line,
            @Nullable String id,
            @Nullable String account,
            @Nullable String instance,
            String verdict,
            @Nullable String code) {}

    /** Parts that have come. */
    private static final class Upload {
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private int parts;
        private Instant touched = Instant.MIN;
    }

    private final BatchHandOver handOver;
    private final FileRequests requests;
    private final Ledger ledger;
    private final BooleanSupplier open;
    private final Clock clock;
    private final Map<String, Upload> uploads = new LinkedHashMap<>();

    /**
     * For one service.
     *
     * @param requests what requests have that they do not say themselves
     * @param open     whether requests are taken now
     */
    public SubmittedBatches(
            BatchHandOver handOver, FileRequests requests, Ledger ledger, BooleanSupplier open, Clock clock) {
        this.handOver = handOver;
        this.requests = requests;
        this.ledger = ledger;
        this.open = open;
        this.clock = clock;
    }

    /**
     * Takes a part, and with the last one the batch.
     *
     * @param user the operating system's user who sent it
     * @throws OrderException if nothing of the batch is taken, or it is not known, saying why
     */
    public Taken take(Part part, String user) throws OrderException {
        if (!open.getAsBoolean()) {
            throw closed();
        }
        Optional<byte[]> whole = add(part, user + "/" + part.upload());
        return whole.isPresent() ? handOver(whole.get(), part.name(), user) : new Taken(null, 0, 0, List.of(), false);
    }

    /** Why no requests are taken while work is suspended, from whatever source. */
    public static OrderException closed() {
        return new OrderException(
                Reason.NOT_NOW,
                "INTAKE_CLOSED",
                "the service takes no requests now, as its status page and log say why: try again later");
    }

    private synchronized Optional<byte[]> add(Part part, String key) throws OrderException {
        Instant now = clock.instant();
        uploads.values().removeIf(upload -> upload.touched.plus(LONGEST_PAUSE).isBefore(now));
        Upload upload = part.number() == 0 ? new Upload() : uploads.remove(key);
        if (upload == null || upload.parts != part.number()) {
            throw new OrderException(
                    Reason.NOT_NOW, "PART_MISSING", "a part of the batch is missing: submit all of it again");
        }
        int waiting = uploads.values().stream()
                .mapToInt(other -> other.content.size())
                .sum();
        if (upload.content.size() + part.content().length > MAX_BYTES) {
            throw tooLarge();
        }
        if (waiting + upload.content.size() + part.content().length > 2 * MAX_BYTES) {
            throw new OrderException(
                    Reason.NOT_NOW, "SUBMIT_BUSY", "others submit large batches just now: try again in a minute");
        }
        upload.content.writeBytes(part.content());
        upload.parts++;
        upload.touched = now;
        if (part.last()) {
            return Optional.of(upload.content.toByteArray());
        }
        uploads.put(key, upload);
        return Optional.empty();
    }

    private static OrderException tooLarge() {
        return new OrderException(
                RefusalCode.BATCH_TOO_LARGE.name(),
                "a batch that is submitted has at most 10,000 requests and 10 MiB: split it, or move it into the drop"
                        + " directory, which takes more");
    }

    private Taken handOver(byte[] content, @Nullable String file, String user) throws OrderException {
        String name = file == null ? COMMAND : file;
        String id;
        List<BatchLine> lines;
        try {
            BatchFormat format = BatchFormat.of(name, content)
                    .orElseThrow(() -> new RequestException(
                            content.length == 0 ? RefusalCode.BATCH_EMPTY : RefusalCode.BATCH_NO_FORMAT, ""));
            id = id(content, format, file, user);
            lines = lines(content, format, file, id);
        } catch (RequestException e) {
            throw new OrderException(
                    e.code().name(),
                    (e.where().isEmpty() ? "" : e.where() + ": ") + e.code().advice(e.says()));
        }
        List<Rejected> rejected = lines.stream()
                .flatMap(line -> line instanceof BatchLine.Bad bad ? Stream.of(rejected(bad)) : Stream.empty())
                .toList();
        Batch batch =
                new Batch(Origin.Source.CLI, user, id, AuditText.clean(name), null, lines.size(), List.copyOf(lines));
        boolean isNew;
        try {
            isNew = handOver.handOver(batch, 0);
        } catch (RuntimeException e) {
            throw new OrderException(
                    Reason.NO_ANSWER,
                    "NOT_TAKEN",
                    "the requests may not be on the intake queue ("
                            + e.getClass().getSimpleName() + "): submit the same again, nothing is asked twice");
        }
        return new Taken(
                id, lines.size(), rejected.size(), rejected.subList(0, Math.min(NAMED, rejected.size())), !isNew);
    }

    /** Which lines have their account from the file's name is known once all of them are read. */
    private String id(byte[] content, BatchFormat format, @Nullable String file, String user) throws RequestException {
        BatchDefaults defaults = defaults(file);
        BatchReader.each(content, format, defaults, Integer::toString, line -> {});
        String known = FileRequests.batchId(Hashes.sha256(content), defaults);
        return Hashes.sha256(("cli/" + user + "/" + known).getBytes(StandardCharsets.UTF_8));
    }

    private List<BatchLine> lines(byte[] content, BatchFormat format, @Nullable String file, String id)
            throws RequestException, OrderException {
        List<BatchLine> lines = new ArrayList<>();
        BatchReader.each(
                content, format, defaults(file), line -> "cli-" + id.substring(0, SHORT_ID) + "-" + line, lines::add);
        if (lines.size() > MAX_LINES) {
            throw tooLarge();
        }
        return lines;
    }

    /** A command that names instances says all of a request itself. */
    private BatchDefaults defaults(@Nullable String file) {
        return file == null ? BatchDefaults.NONE : requests.defaults(file);
    }

    private static Rejected rejected(BatchLine.Bad bad) {
        return new Rejected(
                bad.line(), bad.code().name(), bad.where(), bad.code().advice(bad.says()));
    }

    /**
     * Says how far a batch is.
     *
     * @throws OrderException if there is none
     */
    public Progress progress(Question question) throws OrderException {
        BatchSummary batch = ledger.batch(question.batch())
                .orElseThrow(() -> new OrderException("BATCH_UNKNOWN", "no batch of this id is on record"));
        Map<String, Long> verdicts = new TreeMap<>();
        ledger.verdicts(batch.id()).forEach((verdict, count) -> verdicts.put(verdict.name(), count));
        long ended = verdicts.values().stream().mapToLong(Long::longValue).sum();
        List<Ended> notDelivered = ended < batch.total() || verdicts.keySet().equals(Set.of("DELIVERED"))
                ? List.of()
                : notDelivered(batch.id());
        return new Progress(batch.total(), verdicts, notDelivered);
    }

    private List<Ended> notDelivered(String batch) {
        return ledger.lines(batch).stream()
                .filter(line -> line.verdict() != null && line.verdict() != Verdict.DELIVERED)
                .limit(NAMED)
                .map(SubmittedBatches::ended)
                .collect(Collectors.toList());
    }

    private static Ended ended(LineResult line) {
        return new Ended(
                line.line(),
                line.request(),
                line.account(),
                line.instance(),
                String.valueOf(line.verdict()),
                line.code());
    }
}
