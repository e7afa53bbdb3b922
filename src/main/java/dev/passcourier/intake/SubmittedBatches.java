package dev.passcourier.intake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.audit.AuditText;
import dev.passcourier.control.ControlException.Reason;
import dev.passcourier.control.OrderException;
import dev.passcourier.files.DurableFile;
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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests that a command submits, in the name of the operating system's user who runs it. What is larger than one
 * order comes in parts, which wait on the disk. With the last of them the batch goes on record and onto the intake queue;
 * only then is it said to be taken. Up to {@value #AT_ONCE} lines go in one transaction. A longer batch is kept on the disk
 * first and goes in steps; what a crash or the broker leaves of them is sent at the next start, or within a minute. A batch's id is made of its content, of the account that its file's name says, and of its
 * user: submitted again, as when the answer was lost, it is taken once.
 */
public final class SubmittedBatches {

    /** Name of the order that brings requests. */
    public static final String SUBMIT = "submit";

    /** Name of the order that asks how far they are. */
    public static final String PROGRESS = "submit-progress";

    /** Most lines of one transaction. */
    static final int AT_ONCE = 10_000;

    /** Lines that are named in an answer; there may be more of their kind. */
    private static final int NAMED = 100;

    /** What a batch is called whose instances the command itself names. */
    private static final String COMMAND = "command.ndjson";

    /** After a try to send what is left, until the next. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private static final int SHORT_ID = 16;

    /**
     * Some of a batch.
     *
     * @param upload  what all parts of it are called: up to {@value Uploads#LONGEST_NAME} characters that its sender has not
     *                used before
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

    /** What a batch that goes in steps is made of, beside its content: the same in every step, whatever the settings say. */
    private record Head(String id, String name, String user, int total, BatchFormat format, ObjectNode defaults) {

        Head {
            for (Object part : new Object[] {name, user, format, defaults}) {
                Objects.requireNonNull(part);
            }
            if (!ID.matcher(id).matches()) {
                throw new IllegalArgumentException("id");
            }
        }
    }

    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");
    private static final Logger LOG = LoggerFactory.getLogger(SubmittedBatches.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Of the file that says that the content beside it is whole. */
    private static final String HEAD = ".json";

    /** Of such a file if it cannot be read, or its content cannot. */
    private static final String ASIDE = ".json.aside";

    private final Path directory;
    private final BatchHandOver handOver;
    private final FileRequests requests;
    private final Ledger ledger;
    private final BooleanSupplier open;
    private final Uploads uploads;
    private final Clock clock;

    /** Held while a batch of several steps is sent. */
    private final ReentrantLock sending = new ReentrantLock();

    private volatile boolean anyLeft;
    private Instant tried = Instant.MIN;

    /**
     * For one service.
     *
     * @param directory for what is too large for one order or one transaction; made, ours alone, if it is not there
     * @param requests what requests have that they do not say themselves
     * @param open     whether requests are taken now
     */
    public SubmittedBatches(
            Path directory,
            BatchHandOver handOver,
            FileRequests requests,
            Ledger ledger,
            BooleanSupplier open,
            Clock clock)
            throws IOException {
        this.directory = Files.createDirectories(directory, DurableFile.ownerOnlyDirectory(directory));
        this.handOver = handOver;
        this.requests = requests;
        this.ledger = ledger;
        this.open = open;
        this.clock = clock;
        this.uploads = new Uploads(this.directory, clock);
        sweep();
        anyLeft = !heads().isEmpty();
    }

    /** Uploads that were not whole when the process ended, and content without its head: none of it was taken. */
    private void sweep() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (!name.endsWith(HEAD)
                        && !name.endsWith(ASIDE)
                        && !Files.exists(directory.resolve(name + HEAD))
                        && !Files.exists(directory.resolve(name + ASIDE))) {
                    Files.deleteIfExists(file);
                }
            }
        }
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
        goOn();
        Optional<byte[]> whole;
        try {
            whole = uploads.add(part, user);
        } catch (IOException e) {
            throw new OrderException(
                    Reason.NOT_NOW,
                    "NOT_KEPT",
                    "the service cannot keep the batch on its disk ("
                            + e.getClass().getSimpleName() + "): nothing of it is taken");
        }
        if (whole.isEmpty()) {
            return new Taken(null, 0, 0, List.of(), false);
        }
        try {
            return handOver(whole.get(), part.name(), user);
        } finally {
            uploads.handedOver(whole.get());
        }
    }

    /** Why no requests are taken while work is suspended, from whatever source. */
    public static OrderException closed() {
        return new OrderException(
                Reason.NOT_NOW,
                "INTAKE_CLOSED",
                "the service takes no requests now, as its status page and log say why: try again later");
    }

    private Taken handOver(byte[] content, @Nullable String file, String user) throws OrderException {
        String name = file == null ? COMMAND : file;
        List<Rejected> rejected = new ArrayList<>();
        int[] counts = new int[2];
        try {
            BatchFormat format = format(name, content);
            BatchDefaults defaults = defaults(file);
            // Which lines have their account from the file's name is known once all of them are read.
            BatchReader.each(content, format, defaults, Integer::toString, line -> {
                counts[0]++;
                if (line instanceof BatchLine.Bad bad) {
                    counts[1]++;
                    if (rejected.size() < NAMED) {
                        rejected.add(rejected(bad));
                    }
                }
            });
            String known = FileRequests.batchId(Hashes.sha256(content), defaults);
            String id = Hashes.sha256(("cli/" + user + "/" + known).getBytes(StandardCharsets.UTF_8));
            Head head = new Head(id, AuditText.clean(name), user, counts[0], format, defaults.fields());
            boolean isNew = counts[0] > AT_ONCE ? sendLarge(head, content) : send(head, content);
            return new Taken(id, counts[0], counts[1], rejected, !isNew);
        } catch (RequestException e) {
            throw new OrderException(
                    e.code().name(),
                    (e.where().isEmpty() ? "" : e.where() + ": ") + e.code().advice(e.says()));
        } catch (IOException | RuntimeException e) {
            throw new OrderException(
                    Reason.NO_ANSWER,
                    "NOT_TAKEN",
                    "the requests may not be on the intake queue ("
                            + e.getClass().getSimpleName() + "): submit the same again, nothing is asked twice");
        }
    }

    private static BatchFormat format(String name, byte[] content) throws RequestException {
        return BatchFormat.of(name, content)
                .orElseThrow(() -> new RequestException(
                        content.length == 0 ? RefusalCode.BATCH_EMPTY : RefusalCode.BATCH_NO_FORMAT, ""));
    }

    /** Keeps the batch before its first step is sent, for as long as its last one is not. */
    private boolean sendLarge(Head head, byte[] content) throws RequestException, IOException {
        sending.lock();
        try {
            DurableFile.replace(directory.resolve(head.id()), out -> out.write(content));
            DurableFile.replace(directory.resolve(head.id() + HEAD), out -> out.write(JSON.writeValueAsBytes(head)));
            anyLeft = true;
            boolean isNew = send(head, content);
            forget(head.id());
            return isNew;
        } finally {
            sending.unlock();
        }
    }

    private void forget(String id) throws IOException {
        Files.deleteIfExists(directory.resolve(id + HEAD));
        Files.deleteIfExists(directory.resolve(id + ASIDE));
        Files.deleteIfExists(directory.resolve(id));
    }

    /** Answers false if all of it had been sent before. */
    private boolean send(Head head, byte[] content) throws RequestException {
        int most = head.total() > AT_ONCE ? BatchHandOver.STEP : AT_ONCE;
        List<BatchLine> lines = new ArrayList<>();
        int[] steps = new int[1];
        boolean[] isNew = new boolean[1];
        Runnable handOverStep = () -> {
            isNew[0] |= handOver.handOver(
                    new Batch(
                            Origin.Source.CLI,
                            head.user(),
                            head.id(),
                            head.name(),
                            null,
                            head.total(),
                            List.copyOf(lines)),
                    steps[0]++);
            lines.clear();
        };
        BatchReader.each(
                content,
                head.format(),
                BatchDefaults.kept(head.defaults()),
                line -> "cli-" + head.id().substring(0, SHORT_ID) + "-" + line,
                line -> {
                    lines.add(line);
                    if (lines.size() == most) {
                        handOverStep.run();
                    }
                });
        if (!lines.isEmpty()) {
            handOverStep.run();
        }
        return isNew[0];
    }

    /**
     * Sends what is left of batches whose hand-over was cut short. Does nothing while another thread sends, while no
     * requests are taken, and for some seconds after a try that left something.
     */
    public void goOn() {
        if (!anyLeft || !open.getAsBoolean() || !sending.tryLock()) {
            return;
        }
        try {
            Instant now = clock.instant();
            if (!tried.isAfter(now) && tried.isAfter(now.minus(PAUSE))) {
                return;
            }
            boolean all = true;
            for (Path file : heads()) {
                all &= goOn(file);
            }
            anyLeft = !all;
            tried = all ? Instant.MIN : clock.instant();
        } catch (IOException | RuntimeException e) {
            tried = clock.instant();
            logLeft(e);
        } finally {
            sending.unlock();
        }
    }

    /** Answers whether nothing of it is left to send. */
    private boolean goOn(Path file) {
        String name = file.getFileName().toString();
        String id = name.substring(0, name.length() - HEAD.length());
        try {
            Head head = JSON.readValue(Files.readAllBytes(file), Head.class);
            send(head, Files.readAllBytes(directory.resolve(id)));
            forget(id);
            return true;
        } catch (JsonProcessingException | NoSuchFileException | RequestException unreadable) {
            return setAside(id, unreadable);
        } catch (IOException | RuntimeException e) {
            logLeft(e);
            return false;
        }
    }

    private boolean setAside(String id, Exception unreadable) {
        try {
            Path aside = directory.resolve(id + ASIDE);
            Files.move(directory.resolve(id + HEAD), aside, StandardCopyOption.ATOMIC_MOVE);
            LOG.error(
                    "SUBMITTED_UNREADABLE {}: what is left of a submitted batch cannot be read and is not sent; its head"
                            + " is now {}; submit the same again",
                    unreadable.getClass().getSimpleName(),
                    aside);
            return true;
        } catch (IOException e) {
            logLeft(e);
            return false;
        }
    }

    private static void logLeft(Exception why) {
        LOG.warn(
                "SUBMITTED_LEFT {}: a submitted batch is on record and not whole on the intake queue; it goes on within"
                        + " a minute",
                why.getClass().getSimpleName());
    }

    /**
     * The ids of the batches that are not handed over whole.
     *
     * @param directory need not be there
     */
    public static Set<String> left(Path directory) throws IOException {
        return Files.isDirectory(directory)
                ? heads(directory).stream()
                        .map(head -> String.valueOf(head.getFileName()))
                        .map(name -> name.substring(0, name.length() - HEAD.length()))
                        .collect(Collectors.toSet())
                : Set.of();
    }

    private List<Path> heads() throws IOException {
        return heads(directory);
    }

    private static List<Path> heads(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().endsWith(HEAD))
                    .sorted()
                    .toList();
        }
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
        goOn();
        BatchSummary batch = ledger.batch(question.batch())
                .orElseThrow(() -> new OrderException("BATCH_UNKNOWN", "no batch of this id is on record"));
        Map<String, Long> verdicts = new TreeMap<>();
        ledger.verdicts(batch.id()).forEach((verdict, count) -> verdicts.put(verdict.name(), count));
        long ended = verdicts.values().stream().mapToLong(Long::longValue).sum();
        if (ended == 0 && ledger.isReported(batch.id())) {
            throw new OrderException(
                    "BATCH_AGED",
                    "all lines of this batch have ended, longer ago than retention.ledger; the audit trail says how");
        }
        List<Ended> notDelivered = ended < batch.total() || verdicts.keySet().equals(Set.of("DELIVERED"))
                ? List.of()
                : notDelivered(batch.id());
        return new Progress(batch.total(), verdicts, notDelivered);
    }

    private List<Ended> notDelivered(String batch) {
        return ledger.notDelivered(batch, NAMED).stream()
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
