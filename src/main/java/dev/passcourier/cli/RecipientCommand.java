package dev.passcourier.cli;

import picocli.CommandLine.Command;

/** Makes recipients' keys. */
@Command(
        name = "recipient",
        description = "Makes keys for those who open sealed results.",
        mixinStandardHelpOptions = true,
        subcommands = RecipientCreateCommand.class,
        synopsisSubcommandLabel = "COMMAND")
public final class RecipientCommand extends CommandGroup {}
