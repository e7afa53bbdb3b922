package dev.passcourier.cli;

import dev.passcourier.control.ControlClient;
import dev.passcourier.control.ControlException;
import dev.passcourier.control.ControlJson;
import dev.passcourier.retention.RetentionAnswer;
import dev.passcourier.retention.RetentionAnswer.Part;
import dev.passcourier.retention.RetentionOrder;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lets go of what the settings no longer keep. */
@Command(
        name = "retention",
        description = "Lets go of what the settings no longer keep, as the running service does once a day by itself.",
        mixinStandardHelpOptions = true,
        subcommands = RetentionCommand.RunCommand.class,
        synopsisSubcommandLabel = "COMMAND")
final class RetentionCommand extends CommandGroup {

    /** Does it now. */
    @Command(
            name = "run",
            description = {
                "Has the running service let go now of what is older than retention in its settings.",
                "The audit trail notes what goes before it does, and the operating system's user who asked."
            },
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:done, or told",
                "1:something could not go; the last column says why",
                "2:wrong usage",
                "3:no service runs, it cannot be reached, or is doing it already; or its answer was lost: ask again"
            },
            footerHeading = "%nExample:%n",
            footer = "  passcourier retention run --dry-run --config data/sandbox/config")
    static final class RunCommand implements Callable<Integer> {

        private static final Duration PATIENCE = Duration.ofHours(1);

        @Option(names = "--dry-run", description = "say what would go, and leave it")
        private boolean dryRun;

        @Mixin
        private DataPlace place = new DataPlace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            try {
                RetentionAnswer answer = ControlClient.of(place.directory(), Clock.systemUTC())
                        .order(RetentionOrder.NAME, new RetentionOrder(dryRun), RetentionAnswer.class, PATIENCE);
                Table table = new Table("what", "count", "bytes", "before", "problem");
                for (Part part : answer.parts()) {
                    table.row(
                            part.what(),
                            part.count(),
                            part.bytes(),
                            part.before(),
                            Objects.requireNonNullElse(part.problem(), ""));
                }
                output.print(table, () -> ControlJson.tree(answer));
                if (answer.parts().isEmpty()) {
                    output.talk("the running service's settings keep everything: they say nothing under retention");
                }
                return answer.parts().stream().allMatch(part -> part.problem() == null) ? ExitCode.OK : ExitCode.BAD;
            } catch (ControlException e) {
                return output.failed(ExitCode.of(e), e.getMessage());
            }
        }
    }
}
