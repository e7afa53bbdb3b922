package dev.passcourier.service;

import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.backup.BackupException;
import dev.passcourier.backup.BackupFile;
import dev.passcourier.backup.BackupFile.Restored;
import dev.passcourier.backup.BackupFile.Target;
import dev.passcourier.backup.BackupService;
import dev.passcourier.backup.BackupService.Answer;
import dev.passcourier.backup.BackupService.Order;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.control.ControlClient;
import dev.passcourier.control.ControlException;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.vault.RecipientKey;
import dev.passcourier.vault.ServiceKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Has backups made by the running service, or makes them itself while it is stopped. */
public final class BackupClient {

    /** A year's trail is read, packed and written. */
    private static final Duration PATIENCE = Duration.ofHours(2);

    private BackupClient() {}

    /**
     * Makes a backup.
     *
     * @param settings asked only if no service runs
     * @param user     who gives the order, for the record of a stopped service's trail
     * @throws ControlException       if a service may run here and gives no answer
     * @throws ConfigurationException if nothing ever ran here, or what it left cannot be opened
     */
    public static Answer order(Path dataDirectory, Callable<Settings> settings, Order order, String user, Clock clock)
            throws Exception {
        try {
            return ControlClient.of(dataDirectory, clock).order(Order.NAME, order, Answer.class, PATIENCE);
        } catch (ControlException e) {
            if (e.reason() != ControlException.Reason.NO_SERVICE) {
                throw e;
            }
        }
        Settings stopped = settings.call();
        if (!Files.isDirectory(dataDirectory.resolve("audit"))) {
            throw new ConfigurationException(
                    "service.dataDirectory " + dataDirectory + " holds no audit trail: nothing ran here yet");
        }
        ServiceKeys keys = KeyAndLedgerFactory.serviceKeys(stopped.service());
        try (DataDirectory data = DataDirectory.open(stopped.service().dataDirectory());
                FileAuditTrail trail = FileAuditTrail.open(
                        data.part("audit"),
                        clock,
                        KeyAndLedgerFactory.checkpoints(keys, stopped.service().auditHead()))) {
            return new BackupService(
                            stopped,
                            trail,
                            keys,
                            Callable::call,
                            file -> copied(data.part("ledger").resolve(LedgerDatabase.H2_FILE), file),
                            name -> stopped.recipients().containsKey(name)
                                    ? RecipientKey.load(stopped.recipients().get(name), clock)
                                    : null,
                            clock)
                    .make(order, user);
        }
    }

    /**
     * Puts a backup back, where no service runs.
     *
     * @throws BackupException        if it cannot be used, or may not be put there; nothing is changed then
     * @throws ConfigurationException if the data directory is in use
     */
    public static Restored restore(BackupFile backup, Target target)
            throws BackupException, IOException, ConfigurationException {
        return backup.restore(target, DataDirectory::hold);
    }

    private static boolean copied(Path from, Path to) throws IOException {
        if (!Files.exists(from)) {
            return false;
        }
        Files.copy(from, to);
        return true;
    }
}
