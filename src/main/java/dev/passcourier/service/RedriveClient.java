package dev.passcourier.service;

import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.redrive.RedriveAnswer;
import dev.passcourier.redrive.RedriveControl;
import dev.passcourier.redrive.RedriveOrder;
import dev.passcourier.vault.ServiceKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/**
 * Has orders of the command {@code redrive} carried out: by the running service, which holds the audit trail and perhaps
 * the broker; or, while it is stopped, by opening both.
 */
public final class RedriveClient {

    private RedriveClient() {}

    /**
     * Carries out an order.
     *
     * @throws ConfigurationException if there is no service here, or it runs and does not answer
     */
    public static RedriveAnswer order(Settings settings, RedriveOrder order, Clock clock) throws Exception {
        Path directory = settings.service().dataDirectory();
        if (!Files.isDirectory(directory)) {
            throw new ConfigurationException(
                    "service.dataDirectory " + directory + " is not there: nothing ran here yet");
        }
        Optional<RedriveAnswer> answer = RedriveControl.order(directory, order, clock);
        return answer.isPresent() ? answer.get() : orderOffline(settings, order, clock);
    }

    private static RedriveAnswer orderOffline(Settings settings, RedriveOrder order, Clock clock) throws Exception {
        try (DataDirectory data = DataDirectory.open(settings.service().dataDirectory());
                FileAuditTrail audit = trail(settings.service(), data, clock);
                BrokerLink broker = BrokerLink.openAlone(settings, data)) {
            return broker.redrive(settings, audit, data.goneDestinations(), clock)
                    .answer(order);
        }
    }

    private static FileAuditTrail trail(Settings.Service service, DataDirectory data, Clock clock) throws Exception {
        ServiceKeys keys = ServiceKeys.loadOrCreate(service.signingKey(), service.atRestKey());
        return FileAuditTrail.open(
                data.part("audit"), clock, KeyAndLedgerFactory.checkpoints(keys, service.auditHead()));
    }
}
