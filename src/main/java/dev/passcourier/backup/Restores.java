package dev.passcourier.backup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.backup.Restore.All;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.control.ControlJson;
import dev.passcourier.files.DurableFile;
import dev.passcourier.outbox.RestoredWork;
import dev.passcourier.vault.ServiceKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The restores that a data directory comes from, in its file {@value #FILE}, and how a service begins to work with one. */
public final class Restores {

    private static final Logger LOG = LoggerFactory.getLogger(Restores.class);

    static final String FILE = "restores.json";

    private static final ObjectMapper ANY_RELEASE = new ObjectMapper();

    /** Where {@link RestoredWork} is kept. */
    private static final String WORK = "restored";

    private final Path file;
    private final List<Restore> all;

    private Restores(Path file, List<Restore> all) {
        this.file = file;
        this.all = new ArrayList<>(all);
    }

    /** Finds what waits, when it is seen whole; called once, before anything is taken. */
    @FunctionalInterface
    public interface Waiting {
        /**
         * Every id that waiting work goes by, and what was done since.
         *
         * @param since when the backup was made
         */
        Set<String> ids(Instant since) throws Exception;
    }

    /** Of a data directory. */
    public static Restores of(Path directory) throws IOException, ConfigurationException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return new Restores(file, List.of());
        }
        return new Restores(
                file,
                ControlJson.read(Files.readAllBytes(file), All.class)
                        .orElseThrow(() -> damaged(file))
                        .restores());
    }

    /** How often a backup has been put back to a data directory, whichever release's that is. */
    static long times(Path directory, String backup) throws IOException, ConfigurationException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return 0;
        }
        try {
            return ANY_RELEASE.readTree(Files.readAllBytes(file)).findValuesAsText("backup").stream()
                    .filter(backup::equals)
                    .count();
        } catch (JsonProcessingException e) {
            throw damaged(file);
        }
    }

    private static ConfigurationException damaged(Path file) {
        return new ConfigurationException(
                file + " is damaged: it says which backups this directory comes from; restore again");
    }

    void add(Restore restore) throws IOException {
        all.add(restore);
        write();
    }

    private void write() throws IOException {
        byte[] content = ControlJson.bytes(new All(List.copyOf(all)));
        DurableFile.replace(file, out -> out.write(content));
    }

    /** The restore that no service has begun to work with. */
    private Optional<Restore> pending() {
        return all.stream().filter(each -> each.begunAt() == null).reduce((first, second) -> second);
    }

    /**
     * Before keys are made that are not there: those that the backup's work was sealed with must be back.
     *
     * @throws ConfigurationException {@code RESTORE_KEYS}
     */
    public void demandKeys(Settings.Service service) throws ConfigurationException {
        if (pending().isPresent() && !(Files.exists(service.signingKey()) && Files.exists(service.atRestKey()))) {
            throw new ConfigurationException("RESTORE_KEYS the backup that was restored held no keys: put "
                    + service.signingKey() + " and " + service.atRestKey()
                    + " back, as they were when it was made; new ones could not open what waits");
        }
    }

    /**
     * Notes what waits, and that the restore begins to work; before anything is taken from the queues. A second time
     * nothing is done.
     *
     * @return of this and all earlier restores
     */
    public RestoredWork begin(ServiceKeys keys, AuditTrail trail, Waiting waiting, Clock clock) throws Exception {
        RestoredWork work = RestoredWork.open(file.resolveSibling(WORK));
        Optional<Restore> pending = pending();
        if (pending.isPresent()) {
            begin(pending.get(), keys, trail, work, waiting.ids(pending.get().madeAt()), clock.instant());
        }
        return work;
    }

    private void begin(
            Restore restore, ServiceKeys keys, AuditTrail trail, RestoredWork work, Set<String> ids, Instant now)
            throws IOException {
        if (!keys.signingThumbprint().equals(restore.signer())) {
            LOG.warn("RESTORE_SIGNER the signing key is another than when the backup was made");
        }
        work.begin(restore.restore(), now, ids);
        trail.append(new AuditEvent(
                AuditEvent.Type.RESTORED,
                now,
                Map.of(
                        Fact.RESTORE,
                        restore.restore(),
                        Fact.REFERENCE,
                        restore.backup(),
                        Fact.PLANNED,
                        restore.madeAt().toString(),
                        Fact.POSITION,
                        Long.toString(restore.position()),
                        Fact.ATTEMPT,
                        Integer.toString(restore.nth()),
                        Fact.COUNT,
                        Integer.toString(ids.size()))));
        all.replaceAll(each -> each.begunAt() == null ? each.begun(now) : each);
        write();
        LOG.warn(
                "RESTORED {} from backup {} of {}: {} ids of work that waited then; what is delivered of it is marked as"
                        + " a possible duplicate",
                restore.restore(),
                restore.backup(),
                restore.madeAt(),
                ids.size());
    }
}
