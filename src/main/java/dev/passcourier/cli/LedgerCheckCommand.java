package dev.passcourier.cli;

import dev.passcourier.ledger.LedgerDifference;
import dev.passcourier.ledger.LedgerWorkshop.Compared;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Compares the ledger with the trail. */
@Command(
        name = "check",
        description = {
            "Makes a second ledger from the audit trail in memory, while the service is stopped, and compares it with the"
                    + " first row by row.",
            "Names the first rows that differ, by their ids."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:both are the same", "1:they differ", "2:they cannot be compared, for the reason given"},
        footerHeading = "%nExample:%n",
        footer = "  passcourier ledger check --config /etc/passcourier/config")
final class LedgerCheckCommand implements Callable<Integer> {

    @Mixin
    private LedgerWork work = new LedgerWork();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        return work.run(spec.commandLine().getErr(), (ledger, trails, progress) -> {
            Compared compared = ledger.check(trails, progress);
            PrintWriter out = spec.commandLine().getOut();
            compared.first().forEach(difference -> out.println(line(difference)));
            out.println(compared.records() + " records compared: "
                    + (compared.differences() == 0 ? "no differences" : compared.differences() + " rows differ"));
            out.flush();
            return compared.differences() == 0 ? 0 : 1;
        });
    }

    private static String line(LedgerDifference difference) {
        String columns = difference.columns().isEmpty() ? "" : " in " + String.join(", ", difference.columns());
        return difference.table() + " " + difference.key() + ": " + difference.kind() + columns;
    }
}
