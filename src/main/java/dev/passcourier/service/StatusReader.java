package dev.passcourier.service;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.control.ControlClient;
import dev.passcourier.control.ControlException;
import dev.passcourier.ledger.LedgerException;
import dev.passcourier.ledger.LedgerStatus;
import dev.passcourier.ledger.NodeStatus;
import dev.passcourier.status.StatusAnswer;
import dev.passcourier.status.StatusOrder;
import dev.passcourier.status.StatusService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers the command {@code status}: by the running service, or from the ledger of a stopped one, which stays as it is. */
public final class StatusReader {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private StatusReader() {}

    /**
     * Answers an order.
     *
     * @param settings asked only if no service runs: the settings as far as they can be read, or null; secrets are read of
     *                 them only for a ledger in PostgreSQL
     * @throws ControlException       if a service may run there and gives no answer, or is still starting
     * @throws ConfigurationException if none runs, and its ledger cannot be read
     */
    public static StatusAnswer answer(
            Path dataDirectory, Supplier<@Nullable Settings> settings, StatusOrder order, Clock clock)
            throws ControlException, ConfigurationException {
        try {
            return ControlClient.of(dataDirectory, clock).order(StatusOrder.NAME, order, StatusAnswer.class, PATIENCE);
        } catch (ControlException e) {
            if (e.reason() != ControlException.Reason.NO_SERVICE) {
                throw e;
            }
        }
        return stopped(dataDirectory, settings.get(), order, clock);
    }

    private static StatusAnswer stopped(Path dataDirectory, @Nullable Settings settings, StatusOrder order, Clock clock)
            throws ControlException, ConfigurationException {
        try {
            return read(dataDirectory, settings, order, clock);
        } catch (ConfigurationException e) {
            if (DataDirectory.isInUse(dataDirectory)) {
                throw ControlException.starting(dataDirectory);
            }
            throw e;
        }
    }

    private static StatusAnswer read(Path dataDirectory, @Nullable Settings settings, StatusOrder order, Clock clock)
            throws ConfigurationException {
        try (LedgerStatus ledger = ledger(dataDirectory, settings)) {
            return service(ledger, settings, null, clock).answer(order);
        } catch (LedgerException e) {
            throw new ConfigurationException("no service runs on " + dataDirectory
                    + ", and its ledger cannot be read: "
                    + (e.isOfNewerRelease()
                            ? "it is of a newer release than this command"
                            : "another command may have it open, or it is of an earlier version"
                                    + " and is brought up to date by the next start"));
        }
    }

    /**
     * What answers from a ledger.
     *
     * @param problems as {@link StatusService} has them
     */
    static StatusService service(
            LedgerStatus ledger,
            @Nullable Settings settings,
            @Nullable Supplier<Map<String, String>> problems,
            Clock clock) {
        return settings == null
                ? new StatusService(ledger, Map.of(), Set.of(), Set.of(), problems, clock)
                : new StatusService(
                        ledger,
                        settings.schedules(),
                        settings.accounts().keySet(),
                        settings.destinations().keySet(),
                        problems,
                        clock);
    }

    /**
     * The nodes on a ledger in PostgreSQL.
     *
     * @throws ConfigurationException if the database cannot be used
     * @throws LedgerException        if no service has made the ledger yet, or one of another release
     */
    public static List<NodeStatus> nodes(Settings.LedgerStore store) throws ConfigurationException {
        try (LedgerStatus ledger = LedgerStatus.on(KeyAndLedgerFactory.postgresqlReadOnly(store))) {
            return ledger.nodes();
        }
    }

    static LedgerStatus ledger(Path dataDirectory, @Nullable Settings settings) throws ConfigurationException {
        if (settings != null && settings.ledger().url() != null) {
            return LedgerStatus.on(KeyAndLedgerFactory.postgresqlReadOnly(settings.ledger()));
        }
        Path ledger = dataDirectory.resolve("ledger");
        if (!Files.isReadable(ledger)) {
            throw new ConfigurationException("no service runs on " + dataDirectory
                    + ", and there is no ledger that this user may read: name the data directory with --config"
                    + " or --data");
        }
        return LedgerStatus.readOnly(ledger);
    }
}
