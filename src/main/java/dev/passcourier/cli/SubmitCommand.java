package dev.passcourier.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.control.ControlClient;
import dev.passcourier.control.ControlException;
import dev.passcourier.intake.SubmittedBatches;
import dev.passcourier.intake.SubmittedBatches.Part;
import dev.passcourier.intake.SubmittedBatches.Progress;
import dev.passcourier.intake.SubmittedBatches.Question;
import dev.passcourier.intake.SubmittedBatches.Taken;
import dev.passcourier.request.BatchFormat;
import dev.passcourier.request.RequestException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
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
            "4:with --timeout: it is over, and the requests go on",
            "130:with --wait: stopped by Ctrl-C, and the requests go on"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  passcourier submit --config data/sandbox/config --wait \\",
            "      data/sandbox/examples/batch.csv",
            "  passcourier submit --config data/sandbox/config --wait --deliver-to folder \\",
            "      sandbox-huawei-ecs $(cat data/sandbox/examples/instance)"
        })
final class SubmitCommand implements Callable<Integer> {

    /** Base64 makes three quarters of a mebibyte one, which is an order's size. */
    private static final int PART = 700_000;

    private static final Duration ANSWER = Duration.ofMinutes(2);
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

    @Option(names = "--wait", description = "show how the requests end, and end with their verdicts")
    private boolean wait;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "with --wait: how long at most; default: until all have ended")
    private long timeout = Long.MAX_VALUE / 1000;

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
        ControlClient service = ControlClient.of(place.directory(), clock);
        return what.size() == 1 ? submitFile(service) : submitInstances(service);
    }

    private int submitFile(ControlClient service) throws CommandFailure, InterruptedException {
        if (!deliverTo.isEmpty() || id != null || key != null || !parameters.isEmpty() || reason != null) {
            throw new ParameterException(
                    spec.commandLine(), "a FILE says for each request what these options say; or name an INSTANCE too");
        }
        RequestsFile file = RequestsFile.read(Path.of(what.get(0)), in);
        Taken taken = send(service, name(file), file.content(), null);
        return tell(service, taken, String.valueOf(taken.batch()));
    }

    /** A signed request on the standard input has no name that says so. */
    private static String name(RequestsFile file) {
        try {
            return file.format() == BatchFormat.JWS && !file.name().endsWith(".jws")
                    ? file.name() + ".jws"
                    : file.name();
        } catch (RequestException toldByTheService) {
            return file.name();
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
        Taken taken = send(service, null, lines.toString().getBytes(StandardCharsets.UTF_8), first);
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

    private Taken send(ControlClient service, @Nullable String name, byte[] content, @Nullable String first)
            throws CommandFailure {
        try {
            return send(service, name, content);
        } catch (ControlException e) {
            throw new CommandFailure(
                    ExitCode.of(e), e.code() + ": " + e.getMessage() + Repeat.ifUnknown(e, spec, first));
        }
    }

    private static Taken send(ControlClient service, @Nullable String name, byte[] content) throws ControlException {
        String upload = random();
        int number = 0;
        for (int from = 0; ; from += PART) {
            boolean last = content.length - from <= PART;
            byte[] part = Arrays.copyOfRange(content, from, last ? content.length : from + PART);
            Taken taken = service.order(
                    SubmittedBatches.SUBMIT, new Part(upload, name, number, last, part), Taken.class, ANSWER);
            if (last) {
                return taken;
            }
            number++;
        }
    }

    private static String random() {
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private int tell(ControlClient service, Taken taken, String look) throws InterruptedException {
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
        if (wait) {
            output.talk("they go on:  passcourier status " + look);
            return await(service, taken, look);
        }
        output.print(new Table("id", "lines", "refused", "repeated")
                .row(look, taken.lines(), taken.refused(), taken.repeated()));
        output.talk("see how it ends:  passcourier status " + look);
        return taken.refused() == 0 ? ExitCode.OK : ExitCode.BAD;
    }

    private int await(ControlClient service, Taken taken, String look) throws InterruptedException {
        Thread interrupted = new Thread(() -> saysThatItGoesOn(look), "interrupted");
        Runtime.getRuntime().addShutdownHook(interrupted);
        try {
            return follow(service, taken, look);
        } catch (ControlException e) {
            endLine();
            return output.failed(
                    ExitCode.UNREACHABLE,
                    e.code() + ": " + e.getMessage()
                            + "; the requests are taken and go on when a service runs:  passcourier status " + look);
        } finally {
            remove(interrupted);
        }
    }

    /** Below the bar. */
    private void saysThatItGoesOn(String look) {
        endLine();
        output.error("the requests go on; see how they end:  passcourier status " + look);
    }

    /** Once the process ends there is nothing to remove. */
    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            return;
        }
    }

    private int follow(ControlClient service, Taken taken, String look) throws ControlException, InterruptedException {
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
            if (over || elapsed.toSeconds() >= timeout) {
                endLine();
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
        return output.failed(ExitCode.UNFINISHED, "time is over, and the requests go on:  passcourier status " + look);
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
            output.talk("why, and what to do:  passcourier status " + look);
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
