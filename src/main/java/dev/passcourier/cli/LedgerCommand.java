package dev.passcourier.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Makes the ledger again, or checks it. */
@Command(
        name = "ledger",
        description = "Makes the ledger again from the audit trail, or checks it against the trail.",
        mixinStandardHelpOptions = true,
        subcommands = {LedgerRebuildCommand.class, LedgerCheckCommand.class},
        synopsisSubcommandLabel = "COMMAND")
public final class LedgerCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    /** Names the commands there are: alone it does nothing. */
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return 2;
    }
}
