package dev.passcourier.backup;

import dev.passcourier.audit.AuditArchive;
import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.audit.FileAuditTrail.Extent;
import dev.passcourier.broker.EmbeddedBroker;
import dev.passcourier.config.Settings;
import dev.passcourier.control.OrderException;
import dev.passcourier.files.DurableFile;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.RecipientKey;
import dev.passcourier.vault.SealedStream;
import dev.passcourier.vault.ServiceKeys;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes backups of the data directory, as it is at one moment. Nothing is written to the queues while their files are
 * copied, and the trail, which records each act before it is done, is cut where it is at that moment: so the copy is what a
 * crash at that moment would have left, and a start treats it so. The trail itself is linked, not copied: it only grows.
 */
public final class BackupService {

    /** Where backups go if nobody says where; is in no backup. */
    static final String OWN_PLACE = "backups";

    private static final String ENDING = ".tmp";
    private static final String BROKER = "broker";
    private static final String LEDGER = "ledger";
    private static final String HEAD = "audit-head";
    private static final String KEYS = "keys";

    /** What is not kept: locks, sockets, and other backups. */
    private static final Set<String> LEFT_OUT = Set.of("lock", OWN_PLACE, BROKER, LEDGER, BackupArchive.TRAIL);

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Settings settings;
    private final Path data;
    private final FileAuditTrail trail;
    private final ServiceKeys keys;
    private final Stillness broker;
    private final LedgerCopy ledger;
    private final Recipients recipients;
    private final Clock clock;
    private final AtomicBoolean busy = new AtomicBoolean();

    /** Does something while nothing is written to the queues' files. */
    @FunctionalInterface
    public interface Stillness {
        /** Does it, and returns what it returns. */
        Extent during(Callable<Extent> work) throws Exception;
    }

    /** Copies the ledger's file, or answers false if it is in a database of its own. */
    @FunctionalInterface
    public interface LedgerCopy {
        /** Copies it to a new file. */
        boolean to(Path file) throws SQLException, IOException;
    }

    /** The keys of the settings' recipients by their names. */
    @FunctionalInterface
    public interface Recipients {
        /** The key, or null if there is none of this name. */
        @Nullable
        RecipientKey named(String name) throws KeyLoadException;
    }

    /**
     * What is wanted.
     *
     * @param to        the file, absolute; null for one in {@code backups} of the data directory
     * @param recipient name of a recipient in the settings whom it is sealed for, or null
     * @param sealFor   the public key it is sealed for, as its file has it, or null
     * @param withKeys  whether the keys go along that sign, and that open what waits under the service's own seal
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record Order(@Nullable String to, @Nullable String recipient, byte @Nullable [] sealFor, boolean withKeys) {

        /** Name of the order. */
        public static final String NAME = "backup";
    }

    /**
     * What was made.
     *
     * @param file     the archive
     * @param backup   its id
     * @param position number of the trail's last record in it
     * @param head     that record's hash
     * @param files    how many files it holds
     * @param bytes    its size
     * @param heldUp   for how many milliseconds nothing was written to the queues
     * @param code     {@code SEALED}, {@code WITH_KEYS} or {@code WITHOUT_KEYS}
     */
    public record Answer(
            String file, String backup, long position, String head, int files, long bytes, long heldUp, String code) {}

    /** Of one data directory. */
    public BackupService(
            Settings settings,
            FileAuditTrail trail,
            ServiceKeys keys,
            Stillness broker,
            LedgerCopy ledger,
            Recipients recipients,
            Clock clock) {
        this.settings = settings;
        this.data = settings.service().dataDirectory();
        this.trail = trail;
        this.keys = keys;
        this.broker = broker;
        this.ledger = ledger;
        this.recipients = recipients;
        this.clock = clock;
    }

    /**
     * Makes a backup, one at a time.
     *
     * @param user the operating system's, who gave the order
     * @throws OrderException if it cannot be made; no archive is left then
     */
    public Answer make(Order order, String user) throws OrderException {
        if (!busy.compareAndSet(false, true)) {
            throw new OrderException("BACKUP_UNDER_WAY", "another backup is being made: wait for its end");
        }
        String id = "bkp_" + random();
        Path staging = data.resolve("." + id + ENDING);
        try {
            sweep();
            return make(order, user, id, staging);
        } catch (KeyLoadException e) {
            throw new OrderException("BACKUP_KEY", String.valueOf(e.getMessage()));
        } catch (FileAlreadyExistsException e) {
            throw new OrderException("BACKUP_EXISTS", e.getFile() + " is there already; choose another file");
        } catch (OrderException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new OrderException(
                    "BACKUP_NOT_MADE",
                    "the backup cannot be written (" + e.getClass().getSimpleName()
                            + "): is there room, and may the service's user write there? Under systemd name its folder"
                            + " in ReadWritePaths");
        } finally {
            cleared(staging);
            busy.set(false);
        }
    }

    /** What a kill has left of an earlier one. */
    private void sweep() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(data, ".bkp_*" + ENDING)) {
            left.forEach(BackupService::cleared);
        }
    }

    private static void cleared(Path staging) {
        try {
            BackupArchive.remove(staging);
        } catch (IOException e) {
            // Hidden, and in no backup.
        }
    }

    private static String random() {
        byte[] random = new byte[12];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private Answer make(Order order, String user, String id, Path staging) throws Exception {
        RecipientKey recipient = recipient(order);
        Path target = target(order, recipient != null);
        String code = recipient != null ? "SEALED" : order.withKeys() ? "WITH_KEYS" : "WITHOUT_KEYS";
        trail.append(new AuditEvent(
                AuditEvent.Type.BACKED_UP,
                clock.instant(),
                Map.of(
                        Fact.REFERENCE,
                        id,
                        Fact.NAME,
                        String.valueOf(target.getFileName()),
                        Fact.USER,
                        user,
                        Fact.CODE,
                        code)));
        Files.createDirectory(staging, DurableFile.ownerOnlyDirectory(staging));
        demandRoom();
        SecretFiles secrets = SecretFiles.of(settings, data.resolve(KEYS));
        boolean hasLedger = ledger.to(made(staging.resolve(LEDGER).resolve("ledger.mv.db")));
        long[] heldUp = new long[1];
        Instant[] at = new Instant[1];
        boolean withKeys = recipient != null || order.withKeys();
        Extent extent = broker.during(() -> {
            Instant begun = clock.instant();
            Extent reached = copy(staging, file -> withKeys || !secrets.has(file));
            at[0] = clock.instant();
            heldUp[0] = Duration.between(begun, at[0]).toMillis();
            return reached;
        });
        Path ownKey = staging.resolve(BackupArchive.PUBLIC_KEY);
        if (Files.notExists(ownKey)) {
            // The signing key is kept elsewhere: the archive must show its damage all the same.
            DurableFile.write(made(ownKey), keys.publicSigningJwk().getBytes(StandardCharsets.UTF_8));
        }
        Manifest about = new Manifest(
                Manifest.FORMAT,
                id,
                DataFormat.version(),
                at[0],
                DataFormat.NEWEST,
                extent.name(),
                extent.position(),
                extent.hash(),
                keys.signingThumbprint(),
                Files.exists(staging.resolve(KEYS)
                                .resolve(name(settings.service().atRestKey())))
                        && Files.exists(staging.resolve(KEYS)
                                .resolve(name(settings.service().signingKey()))),
                settings.broker().url() == null,
                hasLedger,
                List.of());
        List<BackupArchive.Source> sources = sources(staging, extent);
        if (!BackupArchive.isWithinBounds(sources)) {
            throw new OrderException(
                    "BACKUP_TOO_MANY_FILES",
                    "the data directory holds " + sources.size() + " files, more than a backup can name: find what else"
                            + " is written there, and move it away");
        }
        Manifest[] written = new Manifest[1];
        DurableFile.write(target, out -> {
            try (OutputStream sealed = recipient == null ? new Kept(out) : SealedStream.to(recipient, out)) {
                written[0] = BackupArchive.write(
                        sealed, sources, about, (files, says) -> keys.sign(files, says, clock.instant()));
            }
        });
        return new Answer(
                target.toString(),
                id,
                extent.position(),
                extent.hash(),
                written[0].files().size(),
                Files.size(target),
                heldUp[0],
                code);
    }

    /** Whose end is not the file's. */
    private static final class Kept extends FilterOutputStream {

        Kept(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    private @Nullable RecipientKey recipient(Order order) throws KeyLoadException, OrderException {
        RecipientKey recipient = order.sealFor() != null
                ? RecipientKey.of(order.sealFor(), clock)
                : order.recipient() == null ? null : recipients.named(order.recipient());
        if (recipient == null && order.recipient() != null) {
            throw new OrderException(
                    "BACKUP_KEY",
                    "there is no recipient " + order.recipient() + " in the settings, and no key file of that name");
        }
        if (recipient != null) {
            SealedStream.demandUsable(recipient);
        }
        return recipient;
    }

    private Path target(Order order, boolean sealed) throws IOException, OrderException {
        Path target = order.to() == null ? null : Path.of(order.to());
        if (target == null) {
            Path own = data.resolve(OWN_PLACE);
            Files.createDirectories(own, DurableFile.ownerOnlyDirectory(own));
            return own.resolve("passcourier-" + TIME.format(clock.instant()) + (sealed ? ".zip.age" : ".zip"));
        }
        if (!target.isAbsolute()
                || target.getParent() == null
                || !Files.isDirectory(target.getParent())
                || !Files.isWritable(target.getParent())) {
            throw new OrderException(
                    "BACKUP_NOT_MADE",
                    target + " cannot be written: its folder is not there, or not the service's user's to write to");
        }
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        return target;
    }

    /** What is copied, and packed thereafter, must not take the room that the service needs. */
    private void demandRoom() throws IOException, OrderException {
        long needed = 0;
        for (String part : List.of(BROKER, LEDGER)) {
            Path directory = data.resolve(part);
            for (Path file : Files.isDirectory(directory) ? files(directory) : List.<Path>of()) {
                needed += size(file);
            }
        }
        long free = data.toFile().getUsableSpace() - settings.service().minFreeSpace();
        if (free < needed) {
            throw new OrderException(
                    "BACKUP_NO_ROOM",
                    "queues and ledger are copied first, which takes " + (needed >> 20) + " MiB in " + data + "; beyond"
                            + " service.minFreeSpace only " + Math.max(0, free >> 20) + " MiB are free");
        }
    }

    private static long size(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** Which files go along. */
    private interface Wanted {
        boolean test(Path file) throws IOException;
    }

    /** While the queues stand still. The head first: it may not be beyond the trail. */
    private Extent copy(Path staging, Wanted wanted) throws IOException, AuditDamage {
        for (String part : EmbeddedBroker.FILES) {
            Path from = data.resolve(BROKER).resolve(part);
            if (Files.isDirectory(from)) {
                for (Path file : files(from)) {
                    copy(file, staging, each -> !each.toString().endsWith(".lock"));
                }
            }
        }
        for (Path file : others()) {
            copy(file, staging, wanted);
        }
        Path head = data.resolve(BackupArchive.TRAIL).resolve(HEAD);
        if (Files.exists(head)) {
            copy(head, staging, each -> true);
        }
        Extent extent = trail.extent(file ->
                Files.createLink(made(staging.resolve(BackupArchive.TRAIL).resolve(name(file))), file));
        for (Path file : files(data.resolve(BackupArchive.TRAIL))) {
            if (!file.equals(head) && !LEFT_OUT.contains(name(file)) && !FileAuditTrail.holdsRecords(file)) {
                copy(file, staging, each -> Files.notExists(staging.resolve(data.relativize(each))));
            }
        }
        return extent;
    }

    /** All that is not queues, trail and ledger, and small. */
    private List<Path> others() throws IOException {
        List<Path> others = new ArrayList<>();
        try (Stream<Path> parts = Files.list(data)) {
            for (Path part : parts.sorted().toList()) {
                if (isVisible(part) && !LEFT_OUT.contains(name(part))) {
                    others.addAll(files(part));
                }
            }
        }
        return others;
    }

    private static boolean isVisible(Path file) {
        return !name(file).startsWith(".");
    }

    /** What lies below a path, links followed as the service does; what is removed meanwhile is not there. */
    static List<Path> files(Path below) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(below, Set.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && isVisible(file)) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                return goOnIfGone(e);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                return e == null ? FileVisitResult.CONTINUE : goOnIfGone(e);
            }
        });
        found.sort(Comparator.naturalOrder());
        return found;
    }

    private static FileVisitResult goOnIfGone(IOException e) throws IOException {
        if (e instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE;
        }
        throw e;
    }

    /** What is removed meanwhile is left out: no file that the queues consist of, those stand still. */
    private void copy(Path file, Path staging, Wanted wanted) throws IOException {
        try {
            if (wanted.test(file)) {
                Path target = made(staging.resolve(data.relativize(file)));
                if (!file.startsWith(data.resolve(AuditArchive.NAME)) || !isLinked(file, target)) {
                    Files.copy(file, target);
                }
            }
        } catch (NoSuchFileException e) {
            if (Files.exists(file)) {
                throw e;
            }
        }
    }

    /** Files of the trail's archive are large, and never changed; one behind a link to another disk is copied all the same. */
    private static boolean isLinked(Path file, Path target) {
        try {
            Files.createLink(target, file);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Path made(Path file) throws IOException {
        Files.createDirectories(file.getParent(), DurableFile.ownerOnlyDirectory(file));
        return file;
    }

    private static List<BackupArchive.Source> sources(Path staging, Extent extent) throws IOException {
        Map<String, Long> lengths = new HashMap<>();
        extent.files().forEach((file, length) -> lengths.put(BackupArchive.TRAIL + "/" + name(file), length));
        List<BackupArchive.Source> sources = new ArrayList<>();
        for (Path file : files(staging)) {
            String path = staging.relativize(file).toString();
            sources.add(new BackupArchive.Source(path, file, lengths.getOrDefault(path, Files.size(file))));
        }
        sources.sort(Comparator.comparing(BackupArchive.Source::path));
        return sources;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
