package dev.passcourier.cli;

import picocli.CommandLine.Command;

/** Looks at the audit trail. */
@Command(
        name = "audit",
        description = "Looks at the audit trail.",
        mixinStandardHelpOptions = true,
        subcommands = {AuditVerifyCommand.class, AuditShowCommand.class},
        synopsisSubcommandLabel = "COMMAND")
public final class AuditCommand extends CommandGroup {}
