package dev.passcourier.service;

import dev.passcourier.audit.CheckpointSigner;
import dev.passcourier.audit.Checkpoints;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.backup.Restores;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.LedgerMaintenance;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.RecipientKey;
import dev.passcourier.vault.SealTarget;
import dev.passcourier.vault.ServiceKeys;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Opens what the settings name: key rings, recipients' keys, the ledger's database. */
public final class KeyAndLedgerFactory {

    private KeyAndLedgerFactory() {}

    /**
     * All key rings.
     *
     * @throws KeyLoadException naming every file that cannot be used
     */
    public static Map<String, KeyRing> keyRings(Settings settings) throws KeyLoadException {
        Map<String, KeyRing> rings = new HashMap<>();
        for (var ring : settings.keyRings().entrySet()) {
            rings.put(ring.getKey(), keyRing(ring.getKey(), ring.getValue()));
        }
        return rings;
    }

    /**
     * One key ring.
     *
     * @throws KeyLoadException naming every file that cannot be used
     */
    public static KeyRing keyRing(String name, Settings.KeyRing ring) throws KeyLoadException {
        return KeyRing.load(
                name, ring.keys().stream().map(KeyAndLedgerFactory::source).toList());
    }

    private static KeyRing.Source source(Settings.KeyFile file) {
        SecretRef passphrase = file.passphrase();
        return new KeyRing.Source(file.path(), passphrase == null ? null : passphrase::read);
    }

    /**
     * All recipients' keys.
     *
     * @throws KeyLoadException naming the file that cannot be used
     */
    public static Map<String, RecipientKey> recipients(Settings settings, Clock clock) throws KeyLoadException {
        Map<String, RecipientKey> recipients = new HashMap<>();
        for (var recipient : settings.recipients().entrySet()) {
            recipients.put(recipient.getKey(), RecipientKey.load(recipient.getValue(), clock));
        }
        return recipients;
    }

    /** For every destination, the key that seals for it; without one the at-rest seal. */
    static Map<String, SealTarget> targets(Settings settings, Map<String, RecipientKey> recipients) {
        Map<String, SealTarget> targets = new HashMap<>();
        settings.destinations()
                .forEach((alias, destination) -> targets.put(
                        alias,
                        new SealTarget(alias, destination.seal() == null ? null : recipients.get(destination.seal()))));
        return targets;
    }

    /**
     * The service's own keys, made if they are not there; of a backup that was restored they must be.
     *
     * @throws ConfigurationException if the restored data's keys are missing
     */
    static ServiceKeys serviceKeys(Settings.Service service)
            throws KeyLoadException, java.io.IOException, ConfigurationException {
        Restores.of(service.dataDirectory()).demandKeys(service);
        return ServiceKeys.loadOrCreate(service.signingKey(), service.atRestKey());
    }

    /** The service signs its audit trail with the key that signs results. */
    static Checkpoints checkpoints(ServiceKeys keys, @Nullable Path secondHead) {
        CheckpointSigner signer = new CheckpointSigner() {

            @Override
            public String keyId() {
                return keys.signingThumbprint();
            }

            @Override
            public String sign(String statement) {
                return keys.sign(statement);
            }
        };
        return Checkpoints.signedBy(signer, secondHead);
    }

    static Ledger ledger(Settings settings, FileAuditTrail trail, DataDirectory data)
            throws SQLException, java.io.IOException, ConfigurationException {
        return Ledger.follow(trail, database(settings.ledger(), data));
    }

    /** The ledger of a stopped service. */
    static LedgerMaintenance maintenance(Settings.LedgerStore store, DataDirectory data)
            throws SQLException, java.io.IOException, ConfigurationException {
        return store.url() == null
                ? LedgerMaintenance.h2(data.part("ledger"))
                : LedgerMaintenance.postgresql(database(store, data));
    }

    private static LedgerDatabase database(Settings.LedgerStore store, DataDirectory data)
            throws SQLException, java.io.IOException, ConfigurationException {
        if (store.url() == null) {
            return LedgerDatabase.h2(data.part("ledger"));
        }
        return postgresql(store, LedgerDatabase::postgresql);
    }

    /** Opens a database in PostgreSQL. */
    @FunctionalInterface
    private interface Opening {
        LedgerDatabase open(String url, @Nullable String user, LedgerDatabase.@Nullable Password password)
                throws SQLException;
    }

    /** The ledger's database in PostgreSQL, to be read only. */
    static LedgerDatabase postgresqlReadOnly(Settings.LedgerStore store) throws ConfigurationException {
        return postgresql(store, LedgerDatabase::postgresqlReadOnly);
    }

    private static LedgerDatabase postgresql(Settings.LedgerStore store, Opening opening)
            throws ConfigurationException {
        String url = Objects.requireNonNull(store.url());
        SecretRef password = store.password();
        if (password != null) {
            // Whoever cannot read it is told so now, and not that the database refuses us.
            Arrays.fill(password.read(), (byte) 0);
        }
        try {
            return opening.open(url, store.user(), password == null ? null : password::read);
        } catch (SQLException e) {
            throw new ConfigurationException(
                    "ledger.url: the database there cannot be used, SQL state " + e.getSQLState());
        }
    }
}
