package dev.passcourier.cli;

import dev.passcourier.ledger.LedgerMaintenance.Made;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes the ledger again. */
@Command(
        name = "rebuild",
        description = {
            "Makes the ledger again from the audit trail, while the service is stopped.",
            "The old ledger stays until the new one is whole, and if anything fails. Nodes that share a PostgreSQL ledger"
                    + " have a trail each: stop them all and name their trails with --trail."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the ledger is made again", "2:it is as it was, for the reason given"},
        footerHeading = "%nExample:%n",
        footer = "  passcourier ledger rebuild --config data/sandbox/config")
final class LedgerRebuildCommand implements Callable<Integer> {

    @Mixin
    private LedgerWork work = new LedgerWork();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        return work.run(output, (service, trails, progress) -> {
            Made made = service.ledger().rebuild(trails, progress);
            output.print(new Table("records", "requests", "deliveries")
                    .row(made.records(), made.requests(), made.deliveries()));
            output.talk("the ledger is made again");
            return ExitCode.OK;
        });
    }
}
