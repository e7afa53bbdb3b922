package dev.passcourier.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Looks at the audit trail. */
@Command(
        name = "audit",
        description = "Looks at the audit trail.",
        mixinStandardHelpOptions = true,
        subcommands = {AuditVerifyCommand.class, AuditShowCommand.class},
        synopsisSubcommandLabel = "COMMAND")
public final class AuditCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    /** Names the commands there are: alone it does nothing. */
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return 2;
    }
}
