package dev.passcourier.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.control.ControlClient;
import dev.passcourier.control.ControlException;
import dev.passcourier.control.ControlJson;
import dev.passcourier.intake.RunOrder;
import dev.passcourier.ledger.BatchStatus;
import dev.passcourier.service.StatusReader;
import dev.passcourier.status.ScheduleStatus;
import dev.passcourier.status.StatusAnswer;
import dev.passcourier.status.StatusOrder;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows schedules, and runs one now. */
@Command(
        name = "schedule",
        description = "Shows schedules with their next times and last runs, or runs one now.",
        mixinStandardHelpOptions = true,
        subcommands = {ScheduleCommand.ListCommand.class, ScheduleCommand.RunCommand.class},
        synopsisSubcommandLabel = "COMMAND")
final class ScheduleCommand extends CommandGroup {

    /** Lists them. */
    @Command(
            name = "list",
            description = "Lists the schedules with their times in their own time zones. The service may be stopped.",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:printed",
                "1:there is none",
                "2:wrong usage or settings, or the stopped service's ledger cannot be read",
                "3:the running service cannot be reached"
            },
            footerHeading = "%nExample:%n",
            footer = "  passcourier schedule list --config data/sandbox/config")
    static final class ListCommand implements Callable<Integer> {

        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("EEE yyyy-MM-dd HH:mm:ss", Locale.ENGLISH);

        @Mixin
        private DataPlace place = new DataPlace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            try {
                Clock clock = Clock.systemUTC();
                StatusAnswer answer = StatusReader.answer(
                        place.directory(), () -> place.settingsIfAny(clock), new StatusOrder(null), clock);
                return print(answer.schedules());
            } catch (ControlException e) {
                return output.failed(ExitCode.of(e), e.getMessage());
            } catch (ConfigurationException e) {
                return output.failed(ExitCode.UNUSABLE, e.getMessage());
            }
        }

        private int print(List<ScheduleStatus> schedules) {
            if (schedules.isEmpty()) {
                return output.failed(ExitCode.BAD, "there are no schedules in the settings");
            }
            Table table = new Table("schedule", "cron", "timeZone", "next", "lastRun", "verdicts");
            for (ScheduleStatus schedule : schedules) {
                ZoneId zone = ZoneId.of(Objects.requireNonNullElse(schedule.timeZone(), "UTC"));
                BatchStatus last =
                        schedule.runs().isEmpty() ? null : schedule.runs().get(0);
                table.row(
                        schedule.name(),
                        Objects.requireNonNullElse(schedule.cron(), ""),
                        zone.getId(),
                        schedule.next().stream()
                                .map(time -> TIME.format(time.atZone(zone)))
                                .collect(Collectors.joining(", ")),
                        last == null ? "none" : TIME.format(last.takenAt().atZone(zone)),
                        last == null ? "" : verdicts(last));
            }
            output.print(table, () -> JsonNodeFactory.instance
                    .arrayNode()
                    .addAll(schedules.stream().map(ControlJson::tree).toList()));
            return ExitCode.OK;
        }

        private static String verdicts(BatchStatus run) {
            return run.ended() + "/" + run.lines() + " "
                    + run.verdicts().entrySet().stream()
                            .map(verdict -> verdict.getValue() + " " + verdict.getKey())
                            .collect(Collectors.joining(", "));
        }
    }

    /** Runs one. */
    @Command(
            name = "run",
            description = {
                "Asks for what is on a schedule's list now, by the running service, in the same way as at its planned"
                        + " times, which stay as they are.",
                "The audit trail notes the operating system's user who asked."
            },
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:the run has begun; its id is printed, which  passcourier status  takes",
                "1:it has begun, and lines of the list cannot be read",
                "2:wrong usage, no such schedule, or a list that cannot be read",
                "3:no service runs, it cannot be reached, or it runs nothing now; or it is not known whether the run"
                        + " has begun: then a command is printed that makes sure"
            },
            footerHeading = "%nExample:%n",
            footer = "  passcourier schedule run nightly --config data/sandbox/config")
    static final class RunCommand implements Callable<Integer> {

        private static final Duration PATIENCE = Duration.ofMinutes(2);

        @Parameters(paramLabel = "SCHEDULE", description = "its name")
        private String schedule = "";

        @Mixin
        private RunId id = new RunId();

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
                        .order(RunOrder.NAME, new RunOrder(schedule, run), RunOrder.Begun.class, PATIENCE);
                output.print(
                        new Table("run", "lines", "unreadable", "repeated")
                                .row(begun.run(), begun.lines(), begun.bad(), begun.repeated()),
                        () -> ControlJson.tree(begun));
                if (begun.repeated()) {
                    output.talk("it had begun before; nothing is asked again");
                }
                output.talk("look at it with  passcourier status " + begun.run());
                return begun.bad() == 0 ? ExitCode.OK : ExitCode.BAD;
            } catch (ControlException e) {
                return output.failed(ExitCode.of(e), e.getMessage() + Repeat.ifUnknown(e, spec, run));
            }
        }
    }
}
