package dev.passcourier.cli;

import dev.passcourier.control.ControlClient;
import dev.passcourier.control.ControlException;
import dev.passcourier.control.ControlJson;
import dev.passcourier.reload.Change;
import dev.passcourier.reload.ReloadAnswer;
import dev.passcourier.reload.ReloadOrder;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Has the running service read its settings again. */
@Command(
        name = "reload",
        description = {
            "Has the running service read its settings again, with all files that they name, without a restart:"
                    + " accounts, key rings, recipients, destinations, schedules, reports and policy.",
            "They are checked as run does it, and put in force whole or not at all. Requests in hand end under the"
                    + " settings they began with; what has not changed goes on meanwhile. The audit trail notes who"
                    + " did it and what has changed. SIGHUP does the same."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the settings are in force, or would be; or they are those in force already",
            "1:nothing was changed: mistakes, a key that needs a restart, or it failed half way",
            "2:wrong usage",
            "3:no service runs, it cannot be reached, or it reloads already; or it is not known what became of it"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  passcourier reload --dry-run --config data/sandbox/config",
            "  passcourier reload --config data/sandbox/config"
        })
final class ReloadCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Mixin
    private DataPlace place = new DataPlace();

    @Option(names = "--dry-run", description = "say what would change, and change nothing")
    private boolean dryRun;

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        try {
            ReloadAnswer answer = ControlClient.of(place.directory(), Clock.systemUTC())
                    .order(ReloadOrder.NAME, new ReloadOrder(dryRun), ReloadAnswer.class, PATIENCE);
            answer.findings().forEach(output::error);
            print(answer);
            answer.refused().forEach(output::error);
            output.talk(outcome(answer));
            return answer.refused().isEmpty() ? ExitCode.OK : ExitCode.BAD;
        } catch (ControlException e) {
            int exit = e.reason() == ControlException.Reason.REFUSED ? ExitCode.BAD : ExitCode.of(e);
            return output.failed(exit, e.getMessage());
        }
    }

    private void print(ReloadAnswer answer) {
        Table table = new Table("change", "kind", "name", "what", "waiting");
        for (Change change : answer.changes()) {
            table.row(
                    change.action().toString(),
                    change.kind(),
                    change.name(),
                    String.join("; ", change.what()),
                    change.waits());
        }
        if (!answer.changes().isEmpty() || !output.isTable()) {
            output.print(table, () -> ControlJson.tree(answer));
        }
    }

    private String outcome(ReloadAnswer answer) {
        if (!answer.refused().isEmpty()) {
            return (dryRun ? "nothing would be reloaded" : "nothing was reloaded") + ": it is whole or not at all";
        }
        if (answer.changes().isEmpty()) {
            return "nothing has changed in " + answer.file() + " and the files it names";
        }
        return answer.applied()
                ? "reloaded: settings " + answer.after() + " are in force"
                : "reload  without --dry-run puts this in force";
    }
}
