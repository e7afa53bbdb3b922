package dev.passcourier.cli;

import dev.passcourier.config.InvalidConfigurationException;
import java.io.PrintWriter;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line's root: {@code passcourier <command>}. */
@Command(
        name = "passcourier",
        description = "Hands over machine passwords: asks the cloud, decrypts, seals for the recipient, delivers.",
        mixinStandardHelpOptions = true,
        versionProvider = Passcourier.Version.class,
        exitCodeListHeading = "%nExit codes of all commands (each command's help says what they mean for it):%n",
        exitCodeList = {
            "  0:all is well",
            "  1:the command did its work, and the answer is bad: findings, another verdict than DELIVERED, nothing"
                    + " found",
            "  2:wrong usage, or settings or files that cannot be used",
            "  3:no service runs, it cannot be reached or asked now, or its answer was lost",
            "  4:with --wait TIME: the time is over, and there is no outcome yet",
            "130:stopped by Ctrl-C",
            "143:stopped by SIGTERM"
        },
        footerHeading = "%nFirst steps:%n",
        footer = {
            "  passcourier demo       see it work, without any account",
            "  passcourier sandbox    pretend clouds, to try it with",
            "  passcourier run        start the service"
        })
public final class Passcourier extends CommandGroup {

    /** The commands of this jar, in the order of the help. */
    private static final List<String> NAMES = List.of(
            "run",
            "reload",
            "rotate",
            "get",
            "open",
            "recipient",
            "sign",
            "validate",
            "dry-run",
            "submit",
            "keys",
            "audit",
            "report",
            "ledger",
            "backup",
            "restore",
            "policy",
            "status",
            "schedule",
            "redrive",
            "retention",
            "clear",
            "doctor",
            "completion",
            "help");

    /** Commands that need to know all others. */
    private static final Set<String> OF_ALL = Set.of("completion", "help");

    private static final Set<String> VERSION = Set.of("--version", "-V");

    /** The class of a command; only the one that is asked for is loaded. */
    private static Class<?> type(String name) {
        return switch (name) {
            case "run" -> RunCommand.class;
            case "reload" -> ReloadCommand.class;
            case "rotate" -> RotateCommand.class;
            case "get" -> GetCommand.class;
            case "open" -> OpenCommand.class;
            case "recipient" -> RecipientCommand.class;
            case "sign" -> SignCommand.class;
            case "validate" -> ValidateCommand.class;
            case "dry-run" -> DryRunCommand.class;
            case "submit" -> SubmitCommand.class;
            case "keys" -> KeysCommand.class;
            case "audit" -> AuditCommand.class;
            case "report" -> ReportCommand.class;
            case "ledger" -> LedgerCommand.class;
            case "backup" -> BackupCommand.class;
            case "restore" -> RestoreCommand.class;
            case "policy" -> PolicyCommand.class;
            case "status" -> StatusCommand.class;
            case "schedule" -> ScheduleCommand.class;
            case "redrive" -> RedriveCommand.class;
            case "retention" -> RetentionCommand.class;
            case "clear" -> ClearCommand.class;
            case "doctor" -> DoctorCommand.class;
            case "completion" -> CompletionCommand.class;
            case "help" -> CommandLine.HelpCommand.class;
            default -> throw new IllegalArgumentException(name);
        };
    }

    /**
     * The command line as far as these arguments need it: with the one command that they begin with, or else with all.
     * Each command that is not there saves its classes, which take most of the time of a short command.
     */
    public static CommandLine commandLine(String... arguments) {
        String first = arguments.length == 0 ? "" : arguments[0];
        if (NAMES.contains(first) && !OF_ALL.contains(first)) {
            return with(List.of(first));
        }
        return VERSION.contains(first) && arguments.length == 1 ? with(List.of()) : commandLine();
    }

    /**
     * The command line with all commands, also those of other jars on the class path. Colours only on a terminal, and
     * never with NO_COLOR.
     */
    public static CommandLine commandLine() {
        CommandLine all = with(NAMES);
        ServiceLoader.load(Subcommand.class).forEach(all::addSubcommand);
        return prepared(all);
    }

    private static CommandLine with(List<String> names) {
        CommandLine line = new CommandLine(new Passcourier());
        names.forEach(name -> line.addSubcommand(type(name)));
        return prepared(line);
    }

    /** What holds for the commands that a line has by now. */
    private static CommandLine prepared(CommandLine line) {
        return line.setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Passcourier::misused)
                .setExecutionExceptionHandler(Passcourier::failed);
    }

    /** Wrong usage, in a few lines: above a whole help nobody would see them. */
    private static int misused(ParameterException mistake, String[] arguments) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        Output.talk(command.getColorScheme().errorText(mistake.getMessage()).toString(), err);
        UnmatchedArgumentException.printSuggestions(mistake, err);
        Output.talk("see  " + command.getCommandSpec().qualifiedName() + " --help", err);
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** Whatever a command does not tell by itself. Texts of others may quote what they were given: they are not told. */
    private static int failed(Exception failure, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        int exit = ExitCode.UNUSABLE;
        if (failure instanceof InvalidConfigurationException settings) {
            settings.findings().forEach(finding -> Output.talk(finding.toString(), err));
        } else if (failure instanceof CommandFailure known) {
            Output.talk(known.getMessage(), err);
            exit = known.exit();
        } else {
            Output.talk(StartFailure.text(failure), err);
        }
        return exit;
    }

    /** Looks at the audit trail. */
    @Command(
            name = "audit",
            description = "Looks at the audit trail.",
            mixinStandardHelpOptions = true,
            subcommands = {AuditVerifyCommand.class, AuditShowCommand.class},
            synopsisSubcommandLabel = "COMMAND")
    static final class AuditCommand extends CommandGroup {}

    /** Makes the ledger again, or checks it. */
    @Command(
            name = "ledger",
            description = "Makes the ledger again from the audit trail, or checks it against the trail.",
            mixinStandardHelpOptions = true,
            subcommands = {LedgerRebuildCommand.class, LedgerCheckCommand.class},
            synopsisSubcommandLabel = "COMMAND")
    static final class LedgerCommand extends CommandGroup {}

    /** The version in the jar's manifest. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = Version.class.getPackage().getImplementationVersion();
            return new String[] {"passcourier " + (version == null ? "from source" : version)};
        }
    }
}
