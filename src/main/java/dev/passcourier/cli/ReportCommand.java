package dev.passcourier.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.control.ControlClient;
import dev.passcourier.control.ControlException;
import dev.passcourier.control.ControlJson;
import dev.passcourier.intake.RunOrder;
import dev.passcourier.report.CredentialData;
import dev.passcourier.report.CredentialReport;
import dev.passcourier.report.CredentialReport.Change;
import dev.passcourier.report.CredentialReport.Row;
import dev.passcourier.report.ReportService;
import dev.passcourier.service.ReportReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs credential reports, and shows, compares and verifies them. */
@Command(
        name = "report",
        description = "Runs credential reports, and shows, compares and verifies them.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ReportCommand.RunCommand.class,
            ReportCommand.ListCommand.class,
            ReportCommand.ShowCommand.class,
            ReportCommand.DiffCommand.class,
            ReportVerifyCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
final class ReportCommand extends CommandGroup {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("EEE yyyy-MM-dd HH:mm:ss", Locale.ENGLISH);

    /** What a command asks a reader. */
    private interface Question {
        int ask(ReportReader reader) throws ControlException, ConfigurationException;
    }

    private static int read(DataPlace place, Output output, Question question) {
        Clock clock = Clock.systemUTC();
        try {
            return question.ask(new ReportReader(place.directory(), () -> place.settingsIfAny(clock), clock));
        } catch (ControlException e) {
            return output.failed(ExitCode.of(e), e.getMessage());
        } catch (ConfigurationException e) {
            return output.failed(ExitCode.UNUSABLE, e.getMessage());
        }
    }

    private static String time(@Nullable Instant time, ZoneId zone) {
        return time == null ? "" : TIME.format(time.atZone(zone));
    }

    /** Runs one. */
    @Command(
            name = "run",
            description = {
                "Runs a report now, by the running service, in the same way as at its planned times, which stay as they are.",
                "The audit trail notes the operating system's user who asked."
            },
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:the run has begun, or with --wait has ended; its id is printed, which  passcourier report show  and"
                        + "  status  take",
                "2:wrong usage, no such report, or an inventory that cannot be read",
                "3:no service runs, it cannot be reached, or it runs nothing now; or it is not known whether the run has begun:"
                        + " then a command is printed that makes sure",
                "4:with --wait: the time is over, and the run goes on"
            },
            footerHeading = "%nExample:%n",
            footer = {"  passcourier report run weekly --id first --wait --config data/sandbox/config"})
    static final class RunCommand implements Callable<Integer> {

        private static final Duration PATIENCE = Duration.ofMinutes(2);

        @Parameters(paramLabel = "REPORT", description = "its name")
        private String report = "";

        @Mixin
        private RunId id = new RunId();

        @Mixin
        private Patience patience = new Patience();

        @Spec
        private CommandSpec spec;

        @Mixin
        private DataPlace place = new DataPlace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            Clock clock = Clock.systemUTC();
            String run = id.orNew(clock.instant());
            try {
                RunOrder.Begun begun = ControlClient.of(place.directory(), clock)
                        .order(RunOrder.REPORT, new RunOrder(report, run), RunOrder.Begun.class, PATIENCE);
                output.print(
                        new Table("run", "machines", "repeated").row(begun.run(), begun.lines(), begun.repeated()),
                        () -> ControlJson.tree(begun));
                output.talk("when it has ended, read it with  passcourier report show " + begun.run());
                return patience.isAny()
                        ? read(place, output, reader -> awaitEnd(reader, begun.run(), clock, patience.time()))
                        : ExitCode.OK;
            } catch (ControlException e) {
                return output.failed(ExitCode.of(e), e.getMessage() + Repeat.ifUnknown(e, spec, run));
            }
        }
    }

    private static int awaitEnd(ReportReader reader, String run, Clock clock, Duration atMost)
            throws ControlException, ConfigurationException {
        CountDownLatch never = new CountDownLatch(1);
        Instant end = clock.instant().plus(atMost);
        try {
            while (!reader.hasEnded(run)) {
                if (!clock.instant().isBefore(end) || never.await(1, TimeUnit.SECONDS)) {
                    return ExitCode.UNFINISHED;
                }
            }
            return ExitCode.OK;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ExitCode.UNREACHABLE;
    }

    /** Lists them. */
    @Command(
            name = "list",
            description = "Lists the reports with their next times, and their newest runs. The service may be stopped.",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:printed",
                "1:there is none",
                "2:wrong usage or settings, or the stopped service's ledger cannot be read",
                "3:the running service cannot be reached"
            },
            footerHeading = "%nExample:%n",
            footer = "  passcourier report list --config data/sandbox/config")
    static final class ListCommand implements Callable<Integer> {

        @Parameters(arity = "0..1", paramLabel = "REPORT", description = "only this one")
        private @Nullable String report;

        @Mixin
        private DataPlace place = new DataPlace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            return read(place, output, reader -> print(reader.list(report)));
        }

        private int print(ReportService.Reports answer) {
            if (answer.reports().isEmpty() && answer.runs().isEmpty()) {
                return output.failed(ExitCode.BAD, "there are no reports");
            }
            Table table = new Table("report", "run", "planned", "state", "ended", "machines");
            for (ReportService.Planned planned : answer.reports()) {
                ZoneId zone = ZoneId.of(planned.timeZone());
                table.row(planned.name(), "", time(planned.next(), zone), "planned", "", "");
            }
            for (ReportService.Run run : answer.runs()) {
                ZoneId zone = answer.reports().stream()
                        .filter(planned -> planned.name().equals(run.report()))
                        .map(planned -> ZoneId.of(planned.timeZone()))
                        .findFirst()
                        .orElse(ZoneOffset.UTC);
                table.row(
                        run.report(),
                        run.run(),
                        run.planned() == null ? "by hand" : time(run.planned(), zone),
                        run.endedAt() == null ? "running" : "ended",
                        time(run.endedAt(), zone),
                        run.machines());
            }
            output.print(table, () -> ControlJson.tree(answer));
            return ExitCode.OK;
        }
    }

    /** Shows one. */
    @Command(
            name = "show",
            description = {
                "Shows what a run found: a line per machine, those first that have something to be done about.",
                "As JSON it is the report's document, as its .json file has it. The service may be stopped."
            },
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:printed",
                "2:no such run, it has not ended, wrong usage or settings, or the stopped service's ledger cannot be read",
                "3:the running service cannot be reached"
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  passcourier report show weekly --config data/sandbox/config",
                "  passcourier report show weekly --config data/sandbox/config --output json"
            })
    static final class ShowCommand implements Callable<Integer> {

        @Parameters(
                paramLabel = "RUN",
                description =
                        "a run's id, such as weekly@2026-11-30T08:00:00Z, or a report's name for the latest that has ended")
        private String run = "";

        @Mixin
        private DataPlace place = new DataPlace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            return read(place, output, reader -> print(reader.document(run)));
        }

        private int print(CredentialReport report) {
            Table table =
                    new Table("account", "instance", "name", "state", "code", "findings", "sharedWith", "handedTo");
            List<Row> rows = report.rows().stream()
                    .sorted((one, other) -> Integer.compare(urgency(one), urgency(other)))
                    .toList();
            for (Row row : rows) {
                table.row(
                        row.account(),
                        row.instance(),
                        Objects.requireNonNullElse(row.instanceName(), ""),
                        row.state().name(),
                        Objects.requireNonNullElse(row.code(), ""),
                        row.findings().stream().map(Enum::name).collect(Collectors.joining(" ")),
                        Objects.requireNonNullElse(row.cluster(), ""),
                        row.handOver() == null ? "" : row.handOver().destination());
            }
            if (output.format() == OutputFormat.json) {
                output.line(new String(CredentialData.json(report), StandardCharsets.UTF_8));
            } else {
                output.print(table);
            }
            long found = rows.stream().filter(row -> !row.findings().isEmpty()).count();
            output.talk(report.run() + ", ended " + time(report.endedAt(), report.zone()) + ": " + rows.size()
                    + " machines, " + found + " with something to be done");
            return ExitCode.OK;
        }

        private static int urgency(Row row) {
            return row.findings().stream()
                    .mapToInt(finding -> finding.urgency().ordinal())
                    .min()
                    .orElse(Integer.MAX_VALUE);
        }
    }

    /** Compares two. */
    @Command(
            name = "diff",
            description = {
                "Compares two runs: machines that came and went, states, passwords and findings that are others.",
                "The service may be stopped."
            },
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:they are the same",
                "1:they differ",
                "2:no such run, it has not ended, wrong usage or settings, or the stopped service's ledger cannot be read",
                "3:the running service cannot be reached"
            },
            footerHeading = "%nExample:%n",
            footer = {"  passcourier report diff weekly@now-first weekly --config data/sandbox/config"})
    static final class DiffCommand implements Callable<Integer> {

        @Parameters(
                index = "0",
                paramLabel = "EARLIER",
                description = "a run's id, or a report's name for its latest that has ended")
        private String earlier = "";

        @Parameters(index = "1", paramLabel = "LATER", description = "another's")
        private String later = "";

        @Mixin
        private DataPlace place = new DataPlace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            return read(
                    place,
                    output,
                    reader -> print(ReportService.differences(reader.document(earlier), reader.document(later))));
        }

        private int print(List<Change> changes) {
            Table table = new Table("account", "instance", "name", "change", "was", "is");
            for (Change change : changes) {
                table.row(
                        change.account(),
                        change.instance(),
                        Objects.requireNonNullElse(change.instanceName(), ""),
                        change.kind().name(),
                        Objects.requireNonNullElse(change.was(), ""),
                        Objects.requireNonNullElse(change.is(), ""));
            }
            output.print(table, () -> JsonNodeFactory.instance
                    .arrayNode()
                    .addAll(changes.stream().map(ControlJson::tree).toList()));
            output.talk(changes.isEmpty() ? "they are the same" : changes.size() + " differences");
            return changes.isEmpty() ? ExitCode.OK : ExitCode.BAD;
        }
    }
}
