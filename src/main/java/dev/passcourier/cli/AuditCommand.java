package dev.passcourier.cli;

import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditVerifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks at the audit trail. */
@Command(
        name = "audit",
        description = "Looks at the audit trail.",
        mixinStandardHelpOptions = true,
        subcommands = AuditCommand.Verify.class,
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

    /** Checks the chain from the first record to the last. The service may be running. */
    @Command(
            name = "verify",
            description = {
                "Checks numbers, hashes and chain of the whole audit trail.",
                "Names the first place that was edited, cut, moved or put in."
            },
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:the trail is whole", "1:the trail is damaged", "2:wrong usage, or it cannot be read"})
    static final class Verify implements Callable<Integer> {

        @Option(
                names = "--data",
                paramLabel = "DIR",
                description = "the service's data directory; default: ${DEFAULT-VALUE}")
        private Path data = Path.of("data");

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            Path directory = data.resolve("audit");
            if (!Files.isDirectory(directory)) {
                return unreadable(directory + ": there is no audit trail; name the data directory with --data");
            }
            try {
                return print(directory, AuditVerifier.verify(directory));
            } catch (IOException e) {
                return unreadable(
                        directory + ": cannot be read (" + e.getClass().getSimpleName() + ")");
            }
        }

        private int print(Path directory, AuditVerifier.Finding finding) {
            PrintWriter out = spec.commandLine().getOut();
            AuditDamage damage = finding.damage();
            if (damage != null) {
                out.println(directory.resolve(damage.file()) + ":" + damage.line() + ": " + damage.kind() + ": "
                        + damage.kind().meaning());
                out.println(finding.records() + " records before this place are whole");
            } else {
                out.println(directory + ": " + finding.records() + " records, whole");
            }
            if (finding.hash() != null) {
                out.println("hash of record " + finding.records() + ": " + finding.hash());
            }
            if (finding.unfinished()) {
                out.println("the last line is not finished: it is being written, or a kill tore it and the next start"
                        + " cuts it off");
            }
            out.flush();
            return damage == null ? 0 : 1;
        }

        private int unreadable(String why) {
            PrintWriter err = spec.commandLine().getErr();
            err.println(why);
            err.flush();
            return 2;
        }
    }
}
