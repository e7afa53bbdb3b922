package dev.passcourier.cli;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.ledger.LedgerDifference;
import dev.passcourier.ledger.LedgerMaintenance.Compared;
import dev.passcourier.service.StoppedService;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.List;
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
            "Then looks whether every request that has not ended lies in one of the embedded broker's queues.",
            "Names the first rows that differ, and the first requests that are lost, by their ids."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:both are the same, and nothing is lost",
            "1:they differ, or a request is lost",
            "2:they cannot be compared, for the reason given"
        },
        footerHeading = "%nExample:%n",
        footer = "  passcourier ledger check --config /etc/passcourier/config")
final class LedgerCheckCommand implements Callable<Integer> {

    private static final int FIRST = 20;

    @Mixin
    private LedgerWork work = new LedgerWork();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        return work.run(spec.commandLine().getErr(), (service, trails, progress) -> {
            Compared compared = service.ledger().check(trails, progress);
            PrintWriter out = spec.commandLine().getOut();
            compared.first().forEach(difference -> out.println(line(difference)));
            out.println(compared.records() + " records compared: "
                    + (compared.differences() == 0 ? "no differences" : compared.differences() + " rows differ"));
            boolean complete = queues(service, out);
            out.flush();
            return compared.differences() == 0 && complete ? 0 : 1;
        });
    }

    /** Whether every open request lies in a queue, as far as we can see them. */
    private static boolean queues(StoppedService service, PrintWriter out)
            throws IOException, SQLException, ConfigurationException {
        if (!service.ownsItsQueues()) {
            out.println("the broker is another process's: its queues were not compared with the open requests");
            return true;
        }
        List<String> lost = service.lostRequests();
        lost.stream().limit(FIRST).forEach(id -> out.println("request " + id + ": LOST, open and in no queue"));
        out.println(
                lost.isEmpty()
                        ? "every open request is in a queue"
                        : lost.size()
                                + " open requests are in no queue: the next start asks for them again, or ends them");
        return lost.isEmpty();
    }

    private static String line(LedgerDifference difference) {
        String columns = difference.columns().isEmpty() ? "" : " in " + String.join(", ", difference.columns());
        return difference.table() + " " + difference.key() + ": " + difference.kind() + columns;
    }
}
