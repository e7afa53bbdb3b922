package dev.passcourier.service;

import dev.passcourier.audit.AuditDamage;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.ledger.LedgerMaintenance;
import dev.passcourier.ledger.OpenRequest;
import dev.passcourier.redrive.QueuedWork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** What a service keeps, while it does not run: nobody else can start it until this is closed. */
public final class StoppedService implements AutoCloseable {

    private final Settings settings;
    private final DataDirectory data;

    private StoppedService(Settings settings, DataDirectory data) {
        this.settings = settings;
        this.data = data;
    }

    /**
     * Takes the data directory.
     *
     * @throws ConfigurationException if there is no audit trail, or the service runs
     */
    public static StoppedService of(Settings settings) throws IOException, ConfigurationException {
        Path trail = settings.service().dataDirectory().resolve("audit");
        if (!Files.isDirectory(trail)) {
            throw new ConfigurationException(trail + ": there is no audit trail");
        }
        return new StoppedService(
                settings, DataDirectory.open(settings.service().dataDirectory()));
    }

    /** The directory of its audit trail. */
    public Path trail() {
        return data.part("audit");
    }

    /** Its ledger, for one use. */
    public LedgerMaintenance ledger() throws SQLException, IOException, ConfigurationException {
        return KeyAndLedgerFactory.maintenance(settings.ledger(), data);
    }

    /**
     * The ids of requests that are open and in no queue.
     *
     * @param trails the audit trails of all nodes
     * @throws ConfigurationException if the broker cannot be started or reached
     * @throws IllegalStateException if not all of a queue can be seen, saying why
     */
    public List<String> lostRequests(List<Path> trails)
            throws SQLException, IOException, AuditDamage, ConfigurationException {
        List<OpenRequest> open = LedgerMaintenance.open(trails);
        try (BrokerLink broker = BrokerLink.openAlone(settings, data)) {
            QueuedWork queued = broker.queuedWork(settings);
            return open.stream()
                    .filter(request -> broker.isVisible(request, settings) && queued.isLost(request))
                    .map(request -> request.row().id())
                    .toList();
        } catch (ConfigurationException | IllegalStateException e) {
            throw e;
        } catch (Exception e) {
            throw new ConfigurationException(
                    "the broker's queues cannot be looked at: " + e.getClass().getSimpleName());
        }
    }

    @Override
    public void close() throws IOException {
        data.close();
    }
}
