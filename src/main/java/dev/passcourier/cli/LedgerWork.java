package dev.passcourier.cli;

import dev.passcourier.audit.AuditDamage;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.ledger.LedgerException;
import dev.passcourier.service.StoppedService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the commands on the ledger have in common. */
final class LedgerWork {

    private static final Map<String, String> MEANINGS = Map.of(
            "LEDGER_OTHER_TRAILS",
            "the ledger follows audit trails of other nodes too: stop them and name each data/audit directory, or a copy,"
                    + " with --trail",
            "LEDGER_IN_USE",
            "the ledger has records that the trails here do not have: another node is running, or a copy of its trail is"
                    + " old; the ledger stays as it was",
            "LEDGER_OF_ANOTHER_TRAIL",
            "the ledger does not follow this audit trail, or the trail was cut: run  passcourier audit verify");

    @Mixin
    private SettingsPlace place = new SettingsPlace();

    @Option(
            names = "--trail",
            paramLabel = "DIR",
            description = "audit trail of another node that shares the ledger; may be given more than once")
    private List<Path> others = List.of();

    /** What to do with the ledger of a stopped service. */
    @FunctionalInterface
    interface Act {

        int on(StoppedService service, List<Path> trails, LongConsumer progress)
                throws IOException, AuditDamage, SQLException, ConfigurationException;
    }

    /** Does it while no service runs; 2 if it cannot be done. */
    int run(Output output, Act act) {
        Progress progress = output.progress();
        try (StoppedService service = StoppedService.of(place.load(Clock.systemUTC()))) {
            return act.on(service, trails(service), progress::at);
        } catch (InvalidConfigurationException e) {
            e.findings().forEach(finding -> output.error(finding.toString()));
        } catch (ConfigurationException | CommandFailure e) {
            output.error(e.getMessage());
        } catch (LedgerException e) {
            output.error(MEANINGS.getOrDefault(String.valueOf(e.getMessage()), String.valueOf(e.getMessage())));
        } catch (AuditDamage e) {
            output.error("the audit trail is damaged, " + e.getMessage() + ": run  passcourier audit verify");
        } catch (SQLException e) {
            output.error("the ledger's database does not answer: SQL state " + e.getSQLState());
        } catch (IOException e) {
            output.error("cannot be read or written: " + e.getClass().getSimpleName());
        } finally {
            progress.end();
        }
        return ExitCode.UNUSABLE;
    }

    private List<Path> trails(StoppedService service) throws CommandFailure {
        List<Path> trails = new ArrayList<>(List.of(service.trail()));
        for (Path other : others) {
            if (!Files.isDirectory(other)) {
                throw new CommandFailure(other + ": there is no audit trail");
            }
            trails.add(other);
        }
        return trails;
    }
}
