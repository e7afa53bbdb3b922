package dev.passcourier.cli;

import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line's root: {@code passcourier <command>}. */
@Command(
        name = "passcourier",
        description = "Hands over machine passwords: asks the cloud, decrypts, seals for the recipient, delivers.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            RunCommand.class,
            OpenCommand.class,
            RecipientCommand.class,
            SignCommand.class,
            ValidateCommand.class,
            AuditCommand.class,
            LedgerCommand.class,
            PolicyCommand.class,
            RedriveCommand.class,
            DoctorCommand.class,
            CommandLine.HelpCommand.class
        },
        footerHeading = "%nFirst steps:%n",
        footer = {
            "  passcourier demo       see it work, without any account",
            "  passcourier run        start the service"
        })
public final class Passcourier implements Runnable {

    @Spec
    private CommandSpec spec;

    /**
     * The command line with all commands, also those of other jars on the class path. Colours only on a terminal, and
     * never with NO_COLOR.
     */
    public static CommandLine commandLine() {
        CommandLine all = new CommandLine(new Passcourier());
        ServiceLoader.load(Subcommand.class).forEach(all::addSubcommand);
        return all.setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command?");
    }
}
