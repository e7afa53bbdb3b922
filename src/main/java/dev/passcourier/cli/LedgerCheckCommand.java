package dev.passcourier.cli;

import dev.passcourier.ledger.LedgerMaintenance.Compared;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Compares the ledger with the trail. */
@Command(
        name = "check",
        description = {
            "Makes a second ledger from the audit trail in memory, while the service is stopped, and compares it with the"
                    + " first row by row.",
            "Then looks whether every request that has not ended lies in one of the broker's queues, if nobody takes from"
                    + " them meanwhile.",
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
        footer = "  passcourier ledger check --config data/sandbox/config")
final class LedgerCheckCommand implements Callable<Integer> {

    private static final int FIRST = 20;

    @Mixin
    private LedgerWork work = new LedgerWork();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        return work.run(output, (service, trails, progress) -> {
            Compared compared = service.ledger().check(trails, progress);
            Table found = new Table("table", "key", "kind", "columns");
            compared.first().forEach(row -> found.row(row.table(), row.key(), row.kind(), List.copyOf(row.columns())));
            List<String> lost = List.of();
            String hidden = null;
            try {
                lost = service.lostRequests(trails);
            } catch (IllegalStateException e) {
                hidden = e.getMessage();
            }
            lost.stream().limit(FIRST).forEach(id -> found.row("queues", id, "LOST", List.of()));
            output.print(found);
            output.talk(compared.records() + " records compared: "
                    + (compared.differences() == 0 ? "no differences" : compared.differences() + " rows differ"));
            output.talk(
                    hidden == null
                            ? queues(lost.size(), trails.size())
                            : "the queues were not compared with the open requests: " + hidden);
            return compared.differences() == 0 && lost.isEmpty() ? ExitCode.OK : ExitCode.BAD;
        });
    }

    private static String queues(int lost, int trails) {
        return lost == 0
                ? "every open request is in a queue"
                : lost + " open requests are in no queue: "
                        + (trails == 1
                                ? "the next start asks for them again, or ends them"
                                : "ask for them again with new ids");
    }
}
