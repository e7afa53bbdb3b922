package dev.passcourier.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.control.ControlClient;
import dev.passcourier.control.ControlException;
import dev.passcourier.files.DurableFile;
import dev.passcourier.intake.SubmittedBatches;
import dev.passcourier.intake.SubmittedBatches.Part;
import dev.passcourier.intake.SubmittedBatches.Progress;
import dev.passcourier.intake.SubmittedBatches.Question;
import dev.passcourier.intake.SubmittedBatches.Taken;
import dev.passcourier.report.SubmittedResults;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Hands requests to the running service. */
@Command(
        name = "submit",
        description = {
            "Hands requests to the running service, in the name of the operating system's user who runs this command:"
                    + " the policy must allow the source cli.",
            "They are on the service's queue when this command says that they are taken. With --wait it shows how they"
                    + " end; Ctrl-C then ends this command only."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = {
            "passcourier submit [OPTIONS] FILE",
            "       passcourier submit [OPTIONS] --deliver-to ALIAS ACCOUNT INSTANCE..."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:taken; with --wait: every request was DELIVERED",
            "1:some lines are no requests; with --wait: some request ended with another verdict",
            "2:wrong usage, or the service refuses the whole: nothing is taken",
            "3:no service runs, it cannot be reached, or it takes no requests now; or it is not known whether they are"
                    + " taken: then a command is printed that makes sure; with --wait also: the service has gone, and the"
                    + " requests are taken",
            "4:with --wait: the time is over, and the requests go on",
            "130:with --wait: stopped by Ctrl-C, and the requests go on"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  passcourier submit --config data/sandbox/config --wait \\",
            "      --results data/sandbox/mine/results.csv data/sandbox/examples/batch.csv",
            "  passcourier submit --config data/sandbox/config --wait --deliver-to folder \\",
            "      sandbox-huawei-ecs $(cat data/sandbox/examples/instance)"
        })
final class SubmitCommand implements Callable<Integer> {

    /** Base64 makes three quarters of a mebibyte one, which is an order's size. */
    private static final int PART = 700_000;

    private static final Duration ANSWER = Duration.ofMinutes(2);

    /** Of 100,000 requests on a busy machine. */
    private static final Duration LONGEST_HAND_OVER = Duration.ofMinutes(15);

    private static final long LOOK_MILLIS = 250;
    private static final long LINE_MILLIS = 5_000;

    @Mixin
    private DataPlace place = new DataPlace();

    @Mixin
    private Output output = new Output();

    @Parameters(
            arity = "1..*",
            paramLabel = "WHAT",
            description =
                    "a FILE of requests (JSON, NDJSON, CSV, JWS; - reads the standard input), or an ACCOUNT and one"
                            + " INSTANCE or several")
    private List<String> what = List.of();

    @Option(
            names = "--deliver-to",
            paramLabel = "ALIAS",
            split = ",",
            description = "destination of the results of INSTANCE; may be repeated")
    private List<String> deliverTo = List.of();

    @Option(names = "--key", paramLabel = "NAME", description = "name of the key pair of INSTANCE")
    private @Nullable String key;

    @Option(
            names = "--parameter",
            paramLabel = "NAME=VALUE",
            description = "what the cloud needs besides, such as fleetId=…; may be repeated")
    private Map<String, String> parameters = Map.of();

    @Option(names = "--reason", paramLabel = "TEXT", description = "why, for the record")
    private @Nullable String reason;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "the request's id; of several INSTANCE what their ids begin with; default: a new one")
    private @Nullable String id;

    @Mixin
    private Patience patience = new Patience();

    @Option(
            names = "--results",
            paramLabel = "FILE",
            description = "with --wait: write a line for each request, how it ended and where the result went, to a new"
                    + " file (0600): .csv or .ndjson")
    private @Nullable Path results;

    @Spec
    private CommandSpec spec;

    private final InputStream in;
    private final Clock clock;

    /** With standard input and the system's clock. */
    SubmitCommand() {
        this(System.in, Clock.systemUTC());
    }

    SubmitCommand(InputStream in, Clock clock) {
        this.in = in;
        this.clock = clock;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        if (results != null) {
            demandResults(results);
        }
        ControlClient service = ControlClient.of(place.directory(), clock);
        return what.size() == 1 ? submitFile(service) : submitInstances(service);
    }

    /** Before anything is submitted. */
    private void demandResults(Path file) throws CommandFailure {
        if (!patience.isAny()) {
            throw new ParameterException(spec.commandLine(), "--results needs --wait: they are there at the end");
        }
        form(file);
        Output.demandNew(file);
    }

    private SubmittedResults.Form form(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".csv")) {
            return SubmittedResults.Form.CSV;
        }
        if (name.endsWith(".ndjson") || name.endsWith(".jsonl")) {
            return SubmittedResults.Form.NDJSON;
        }
        throw new ParameterException(spec.commandLine(), "--results: name a file that ends with .csv or .ndjson");
    }

    private void writeResults(ControlClient service, String batch, Path file) throws ControlException, CommandFailure {
        SubmittedResults.Form form = form(file);
        try {
            DurableFile.write(file, out -> {
                int after = 0;
                do {
                    SubmittedResults.Page page = page(service, new SubmittedResults.Question(batch, form, after));
                    out.write(page.text().getBytes(StandardCharsets.UTF_8));
                    after = page.last();
                } while (after > 0);
            });
        } catch (UncheckedControlException e) {
            throw e.failure;
        } catch (IOException e) {
            throw new CommandFailure(
                    file + " cannot be written (" + e.getClass().getSimpleName() + ")");
        }
        output.talk("results in " + file);
    }

    private static SubmittedResults.Page page(ControlClient service, SubmittedResults.Question question) {
        try {
            return service.order(SubmittedResults.NAME, question, SubmittedResults.Page.class, ANSWER);
        } catch (ControlException e) {
            throw new UncheckedControlException(e);
        }
    }

    /** Out of what writes a file. */
    private static final class UncheckedControlException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final ControlException failure;

        UncheckedControlException(ControlException failure) {
            super(failure);
            this.failure = failure;
        }
    }

    private int submitFile(ControlClient service) throws CommandFailure, InterruptedException {
        if (!deliverTo.isEmpty() || id != null || key != null || !parameters.isEmpty() || reason != null) {
            throw new ParameterException(
                    spec.commandLine(), "a FILE says for each request what these options say; or name an INSTANCE too");
        }
        Path file = Path.of(what.get(0));
        try (InputStream content = file.toString().equals("-") ? in : Files.newInputStream(file)) {
            Taken taken = send(service, RequestsFile.name(file), content, null);
            return tell(service, taken, String.valueOf(taken.batch()));
        } catch (IOException e) {
            throw new CommandFailure(file + ": cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private int submitInstances(ControlClient service) throws CommandFailure, InterruptedException {
        List<String> instances = what.subList(1, what.size());
        if (deliverTo.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "where to? Name a destination with --deliver-to");
        }
        String first = id == null ? "cli-" + random() : id;
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < instances.size(); i++) {
            lines.append(request(instances.size() == 1 ? first : first + "-" + (i + 1), instances.get(i)))
                    .append('\n');
        }
        byte[] content = lines.toString().getBytes(StandardCharsets.UTF_8);
        Taken taken;
        try {
            taken = send(service, null, new ByteArrayInputStream(content), first);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return tell(service, taken, instances.size() == 1 ? first : String.valueOf(taken.batch()));
    }

    private ObjectNode request(String requestId, String instance) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("id", requestId).put("account", what.get(0)).put("instance", instance);
        deliverTo.forEach(request.putArray("deliverTo")::add);
        if (key != null) {
            request.put("key", key);
        }
        if (!parameters.isEmpty()) {
            ObjectNode more = request.putObject("parameters");
            parameters.forEach(more::put);
        }
        if (reason != null) {
            request.put("reason", reason);
        }
        return request;
    }

    private Taken send(ControlClient service, @Nullable String name, InputStream content, @Nullable String first)
            throws CommandFailure, IOException {
        try {
            return send(service, name, content);
        } catch (ControlException e) {
            throw new CommandFailure(
                    ExitCode.of(e), e.code() + ": " + e.getMessage() + Repeat.ifUnknown(e, spec, first));
        }
    }

    /** Never holds more than two parts. */
    private static Taken send(ControlClient service, @Nullable String file, InputStream content)
            throws ControlException, IOException {
        String upload = random();
        byte[] part = content.readNBytes(PART);
        String name = file == null || !RequestsFile.isSigned(part) || file.endsWith(".jws") ? file : file + ".jws";
        for (int number = 0; ; number++) {
            byte[] next = part.length < PART ? new byte[0] : content.readNBytes(PART);
            boolean last = next.length == 0;
            Taken taken = service.order(
                    SubmittedBatches.SUBMIT,
                    new Part(upload, name, number, last, part),
                    Taken.class,
                    last ? LONGEST_HAND_OVER : ANSWER);
            if (last) {
                return taken;
            }
            part = next;
        }
    }

    private static String random() {
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private int tell(ControlClient service, Taken taken, String look) throws CommandFailure, InterruptedException {
        for (SubmittedBatches.Rejected line : taken.rejected()) {
            String where = line.where().isEmpty() ? "" : line.where() + ": ";
            output.error("line " + line.line() + ": " + line.code() + " " + where + line.says());
        }
        int more = taken.refused() - taken.rejected().size();
        if (more > 0) {
            output.error("and " + more + " more lines that are no requests");
        }
        if (taken.repeated()) {
            output.talk("all of it was taken before; nothing is asked again");
        }
        if (patience.isAny()) {
            output.talk("they go on:  passcourier status " + StatusText.shortened(look));
            return await(service, taken, look);
        }
        output.print(new Table("id", "lines", "refused", "repeated")
                .row(look, taken.lines(), taken.refused(), taken.repeated()));
        output.talk("see how it ends:  passcourier status " + StatusText.shortened(look));
        return taken.refused() == 0 ? ExitCode.OK : ExitCode.BAD;
    }

    private int await(ControlClient service, Taken taken, String look) throws CommandFailure, InterruptedException {
        Thread interrupted = new Thread(() -> saysThatItGoesOn(look), "interrupted");
        Runtime.getRuntime().addShutdownHook(interrupted);
        try {
            return follow(service, taken, look);
        } catch (ControlException e) {
            endLine();
            return output.failed(
                    ExitCode.UNREACHABLE,
                    e.code() + ": " + e.getMessage()
                            + "; the requests are taken and go on when a service runs:  passcourier status "
                            + StatusText.shortened(look));
        } finally {
            remove(interrupted);
        }
    }

    /** Below the bar. */
    private void saysThatItGoesOn(String look) {
        endLine();
        output.error("the requests go on; see how they end:  passcourier status " + StatusText.shortened(look));
    }

    /** Once the process ends there is nothing to remove. */
    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            return;
        }
    }

    private int follow(ControlClient service, Taken taken, String look)
            throws ControlException, CommandFailure, InterruptedException {
        ProgressBar bar = new ProgressBar(taken.lines());
        Instant begun = clock.instant();
        Instant nextLine = begun;
        CountDownLatch never = new CountDownLatch(1);
        while (true) {
            Progress progress = service.order(
                    SubmittedBatches.PROGRESS, new Question(String.valueOf(taken.batch())), Progress.class, ANSWER);
            Instant now = clock.instant();
            Duration elapsed = Duration.between(begun, now);
            boolean over = ended(progress) >= progress.total();
            if (output.showsProgress()) {
                overwrite(bar.line(progress.verdicts(), elapsed, Terminal.width()));
            } else if (over || !now.isBefore(nextLine)) {
                output.talk(bar.line(progress.verdicts(), elapsed, Integer.MAX_VALUE));
                nextLine = now.plusMillis(LINE_MILLIS);
            }
            if (over || elapsed.compareTo(patience.time()) >= 0) {
                endLine();
                if (over && results != null) {
                    writeResults(service, String.valueOf(taken.batch()), results);
                }
                return over ? conclude(progress, look) : timedOut(look);
            }
            never.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private static long ended(Progress progress) {
        return progress.verdicts().values().stream().mapToLong(Long::longValue).sum();
    }

    private void overwrite(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.print("\r\u001b[K" + line);
        err.flush();
    }

    private void endLine() {
        if (output.showsProgress()) {
            spec.commandLine().getErr().println();
            spec.commandLine().getErr().flush();
        }
    }

    private int timedOut(String look) {
        return output.failed(
                ExitCode.UNFINISHED,
                "the time is over, and the requests go on:  passcourier status " + StatusText.shortened(look));
    }

    private int conclude(Progress progress, String look) {
        Table table = new Table("line", "id", "account", "instance", "verdict", "code");
        progress.notDelivered()
                .forEach(line -> table.row(
                        line.line(), line.id(), line.account(), line.instance(), line.verdict(), line.code()));
        if (output.isTable()) {
            Table counts = new Table("verdict", "count")
                    .style("verdict", verdict -> verdict.equals("DELIVERED") ? "green" : "red");
            new TreeMap<>(progress.verdicts()).forEach(counts::row);
            output.print(counts);
            if (!table.isEmpty()) {
                output.line("");
                output.print(table);
            }
        } else {
            output.print(table, () -> json(progress, table, look));
        }
        boolean fine = progress.verdicts().keySet().equals(Set.of("DELIVERED"));
        if (!fine) {
            output.talk("why, and what to do:  passcourier status " + StatusText.shortened(look));
        }
        return fine ? ExitCode.OK : ExitCode.BAD;
    }

    private static ObjectNode json(Progress progress, Table notDelivered, String look) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", look).put("lines", progress.total());
        ObjectNode verdicts = json.putObject("verdicts");
        progress.verdicts().forEach(verdicts::put);
        json.set("notDelivered", notDelivered.json());
        return json;
    }
}
