package dev.passcourier.cli;

import dev.passcourier.control.ControlClient;
import dev.passcourier.control.ControlException;
import dev.passcourier.control.ControlJson;
import dev.passcourier.rotation.RotationAnswer;
import dev.passcourier.rotation.RotationAnswer.KeyState;
import dev.passcourier.rotation.RotationOrder;
import dev.passcourier.rotation.RotationOrder.Step;
import dev.passcourier.rotation.RotationOrder.What;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Replaces the running service's own keys, step by step. */
@Command(
        name = "rotate",
        description = {
            "Replaces a key of the running service's own, in steps that overlap; without a step, says where each key"
                    + " stands and what to do next.",
            "prepare makes the next key, switch signs or seals with it from then on, and retire lets go of the at-rest"
                    + " key before, once nothing that waits needs it.",
            "The signing key signs results, reports, backups and the audit trail. All other keys and passwords are"
                    + " rotated by their files and  passcourier reload."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the step was taken, or told where each key stands",
            "1:the step cannot be taken: a step before it is missing, or the key files cannot be changed",
            "2:wrong usage",
            "3:no service runs, it cannot be reached, or something still needs the key before; or its answer was lost:"
                    + " rotate  says where each key stands"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  passcourier rotate --config data/sandbox/config",
            "  passcourier rotate at-rest-key prepare --config data/sandbox/config",
            "  passcourier rotate at-rest-key switch --config data/sandbox/config"
        })
final class RotateCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Parameters(index = "0", arity = "0..1", paramLabel = "KEY", description = "signing-key or at-rest-key")
    private @Nullable What what;

    @Parameters(index = "1", arity = "0..1", paramLabel = "STEP", description = "prepare, switch or retire")
    private @Nullable Step step;

    @Mixin
    private DataPlace place = new DataPlace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        if (what != null && step == null) {
            return output.failed(
                    ExitCode.UNUSABLE, "which step? prepare, switch or retire; rotate alone says what is next");
        }
        try {
            RotationAnswer answer = ControlClient.of(place.directory(), Clock.systemUTC())
                    .order(RotationOrder.NAME, new RotationOrder(what, step), RotationAnswer.class, PATIENCE);
            print(answer);
            return ExitCode.OK;
        } catch (ControlException e) {
            int exit = e.reason() == ControlException.Reason.REFUSED ? ExitCode.BAD : ExitCode.of(e);
            return output.failed(exit, e.getMessage());
        }
    }

    private void print(RotationAnswer answer) {
        Table table = new Table("what", "key", "next key", "key before", "since", "waiting", "until", "do");
        for (KeyState key : answer.keys()) {
            table.row(
                    key.what(),
                    key.current(),
                    Objects.requireNonNullElse(key.prepared(), ""),
                    Objects.requireNonNullElse(key.old(), ""),
                    key.switchedAt() == null ? "" : key.switchedAt(),
                    key.waiting(),
                    key.until() == null ? "" : key.until(),
                    key.next());
        }
        output.print(table, () -> ControlJson.tree(answer));
    }
}
