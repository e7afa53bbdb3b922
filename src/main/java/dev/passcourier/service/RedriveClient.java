package dev.passcourier.service;

import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.control.ControlClient;
import dev.passcourier.control.ControlException;
import dev.passcourier.redrive.RedriveAnswer;
import dev.passcourier.redrive.RedriveOrder;
import dev.passcourier.vault.ServiceKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/**
 * Has orders of the command {@code redrive} carried out: by the running service, which holds the audit trail and perhaps
 * the broker; or, while it is stopped, by opening both.
 */
public final class RedriveClient {

    /** Up to 500 messages, each recorded and moved. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private RedriveClient() {}

    /** Reads the settings with the secrets that they refer to, which only a stopped service's broker needs. */
    @FunctionalInterface
    public interface Reader {

        /** Reads them. */
        Settings read() throws InvalidConfigurationException, ConfigurationException;
    }

    /**
     * Carries out an order.
     *
     * @throws ControlException       if a service may run here and gives no answer
     * @throws ConfigurationException if none has ever run here, or what it left cannot be opened
     */
    public static RedriveAnswer order(Path dataDirectory, Reader settings, RedriveOrder order, Clock clock)
            throws Exception {
        try {
            return ControlClient.of(dataDirectory, clock)
                    .order(RedriveOrder.NAME, order, RedriveAnswer.class, PATIENCE);
        } catch (ControlException e) {
            if (e.reason() != ControlException.Reason.NO_SERVICE) {
                throw e;
            }
        }
        Settings stopped = settings.read();
        if (!Files.isDirectory(dataDirectory)) {
            throw new ConfigurationException(
                    "service.dataDirectory " + dataDirectory + " is not there: nothing ran here yet");
        }
        return orderOffline(stopped, order, clock);
    }

    private static RedriveAnswer orderOffline(Settings settings, RedriveOrder order, Clock clock) throws Exception {
        try (DataDirectory data = DataDirectory.open(settings.service().dataDirectory());
                FileAuditTrail audit = trail(settings.service(), data, clock);
                BrokerLink broker = BrokerLink.openAlone(settings, data)) {
            return broker.redrive(settings, audit, data.goneDestinations(), clock)
                    .carryOut(order);
        }
    }

    private static FileAuditTrail trail(Settings.Service service, DataDirectory data, Clock clock) throws Exception {
        ServiceKeys keys = KeyAndLedgerFactory.serviceKeys(service);
        return FileAuditTrail.open(
                data.part("audit"), clock, KeyAndLedgerFactory.checkpoints(keys, service.auditHead()));
    }
}
