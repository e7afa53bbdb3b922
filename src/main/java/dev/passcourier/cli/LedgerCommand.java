package dev.passcourier.cli;

import picocli.CommandLine.Command;

/** Makes the ledger again, or checks it. */
@Command(
        name = "ledger",
        description = "Makes the ledger again from the audit trail, or checks it against the trail.",
        mixinStandardHelpOptions = true,
        subcommands = {LedgerRebuildCommand.class, LedgerCheckCommand.class},
        synopsisSubcommandLabel = "COMMAND")
public final class LedgerCommand extends CommandGroup {}
