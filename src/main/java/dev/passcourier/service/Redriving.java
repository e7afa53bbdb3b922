package dev.passcourier.service;

import dev.passcourier.audit.AuditTrail;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.control.ControlClient;
import dev.passcourier.control.ControlServer;
import dev.passcourier.delivery.GoneDestinations;
import dev.passcourier.redrive.RedriveAnswer;
import dev.passcourier.redrive.RedriveDesk;
import dev.passcourier.redrive.RedriveJson;
import dev.passcourier.redrive.RedriveOrder;
import dev.passcourier.vault.ServiceKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the command {@code redrive} reaches what was laid aside: through the running service, which holds the audit trail
 * and perhaps the broker; or, while it is stopped, by opening both itself.
 */
public final class Redriving {

    private static final Logger LOG = LoggerFactory.getLogger(Redriving.class);

    /** Up to 500 messages, each recorded and moved. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private Redriving() {}

    /**
     * Carries out an order.
     *
     * @throws ConfigurationException if there is no service here, or it runs and does not answer
     */
    public static RedriveAnswer order(Settings settings, RedriveOrder order, Clock clock) throws Exception {
        Path data = settings.service().dataDirectory();
        if (!Files.isDirectory(data)) {
            throw new ConfigurationException("service.dataDirectory " + data + " is not there: nothing ran here yet");
        }
        Optional<byte[]> answer = ControlClient.ask(socket(data), RedriveJson.bytes(order), PATIENCE, clock);
        if (answer.isPresent()) {
            return RedriveJson.answer(answer.get())
                    .orElseThrow(() -> new ConfigurationException("the service's answer cannot be read"));
        }
        return orderOffline(settings, order, clock);
    }

    private static RedriveAnswer orderOffline(Settings settings, RedriveOrder order, Clock clock) throws Exception {
        try (DataDirectory data = DataDirectory.open(settings.service().dataDirectory());
                FileAuditTrail audit = trail(settings.service(), data, clock);
                BrokerLink broker = BrokerLink.openAlone(settings, data)) {
            return desk(settings, broker, audit, gone(data), clock).answer(order);
        }
    }

    private static FileAuditTrail trail(Settings.Service service, DataDirectory data, Clock clock) throws Exception {
        ServiceKeys keys = ServiceKeys.loadOrCreate(service.signingKey(), service.atRestKey());
        return FileAuditTrail.open(data.part("audit"), clock, Rooms.checkpoints(keys, service.auditHead()));
    }

    static GoneDestinations gone(DataDirectory data) throws IOException {
        return GoneDestinations.open(data.part("disabled"));
    }

    private static RedriveDesk desk(
            Settings settings, BrokerLink broker, AuditTrail audit, GoneDestinations gone, Clock clock) {
        String ownUser = Objects.requireNonNull(broker.ownUser(), "the broker knows us");
        return new RedriveDesk(broker.pool(), ownUser, settings, audit, gone, clock);
    }

    /** Listens for orders, if the system takes the path for a socket; the service works without. */
    static AutoCloseable listen(
            Settings settings,
            DataDirectory data,
            BrokerLink broker,
            AuditTrail audit,
            GoneDestinations gone,
            Clock clock) {
        RedriveDesk desk = desk(settings, broker, audit, gone, clock);
        Path socket = socket(settings.service().dataDirectory());
        try {
            return ControlServer.open(
                    socket,
                    line -> RedriveJson.bytes(desk.answer(
                            RedriveJson.order(line).orElseThrow(() -> new IllegalArgumentException("CONTROL_ORDER")))),
                    clock);
        } catch (IOException e) {
            LOG.warn(
                    "CONTROL_UNAVAILABLE {}: the path may be too long for a socket; stop the service to redrive",
                    socket);
            return () -> {};
        }
    }

    private static Path socket(Path data) {
        return data.resolve("control.sock");
    }
}
