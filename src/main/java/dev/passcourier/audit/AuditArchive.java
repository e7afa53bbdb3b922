package dev.passcourier.audit;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.passcourier.audit.AuditCut.Archived;
import dev.passcourier.audit.AuditCut.Before;
import dev.passcourier.audit.AuditDamage.Kind;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.files.DurableFile;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Where the beginning of a trail goes when it is cut off: a directory with the files as they were, packed with gzip, and the
 * cuts that name them. Names come from the content, so that nothing that was archived is ever overwritten, and trails may
 * share a directory. For one thread at a time.
 */
public final class AuditArchive {

    /** Its name in a data directory, unless the settings name another place. */
    public static final String NAME = "archive";

    /** Files of one cut, 256 MiB: what they name is held in memory. */
    private static final int MOST = 16;

    private static final byte[] REQUEST = "\"request\":\"".getBytes(StandardCharsets.US_ASCII);

    /** The request is a record's first fact: it stands behind number, time and type. */
    private static final int FACTS = 200;

    private final FileAuditTrail trail;
    private final AuditFiles files;
    private final Checkpoints checkpoints;
    private final Path directory;
    private final Clock clock;

    AuditArchive(FileAuditTrail trail, AuditFiles files, Checkpoints checkpoints, Path directory, Clock clock) {
        this.trail = trail;
        this.files = files;
        this.checkpoints = checkpoints;
        this.directory = directory;
        this.clock = clock;
    }

    /**
     * A file of the trail that may go.
     *
     * @param file     it
     * @param first    number of its first record
     * @param last     number of its last
     * @param hash     of that
     * @param bytes    its length
     * @param requests that its records name
     * @param batches  that its records name
     */
    public record Due(
            Path file, long first, long last, String hash, long bytes, Set<String> requests, Set<String> batches) {

        /** Copies the sets. */
        public Due {
            requests = Set.copyOf(requests);
            batches = Set.copyOf(batches);
        }
    }

    /**
     * The next files whose records are all as old as a time or older, oldest first; never the one that is written.
     *
     * @param after number of the record to begin after, the last of a file; 0 for all that remain
     * @throws AuditDamage if one of them is damaged
     */
    public List<Due> due(Instant until, long after) throws IOException, AuditDamage {
        List<Path> all = files.all().stream()
                .filter(file -> AuditFiles.first(file) > after)
                .toList();
        List<Due> due = new ArrayList<>();
        try (AuditReader reader = AuditReader.after(files, after)) {
            for (int i = 0; i + 1 < all.size() && due.size() < MOST; i++) {
                Due next = read(reader, all.get(i), AuditFiles.first(all.get(i + 1)) - 1, until);
                if (next == null) {
                    break;
                }
                due.add(next);
            }
        }
        return due;
    }

    private static @Nullable Due read(AuditReader reader, Path file, long last, Instant until)
            throws IOException, AuditDamage {
        Set<String> requests = new HashSet<>();
        Set<String> batches = new HashSet<>();
        while (true) {
            AuditRecord record = reader.next();
            if (record == null) {
                throw reader.missing();
            }
            if (record.event().at().isAfter(until)) {
                return null;
            }
            Map<Fact, String> facts = record.event().facts();
            if (facts.containsKey(Fact.REQUEST)) {
                requests.add(facts.get(Fact.REQUEST));
            }
            if (facts.containsKey(Fact.BATCH)) {
                batches.add(facts.get(Fact.BATCH));
            }
            if (record.sequence() == last) {
                return new Due(file, AuditFiles.first(file), last, record.hash(), Files.size(file), requests, batches);
            }
        }
    }

    /**
     * What was carried over at the cut before, if there was one.
     *
     * @throws AuditDamage if it is not there as that cut says
     */
    public Optional<AuditCarry> carry() throws IOException, AuditDamage {
        return AuditCarry.of(files);
    }

    /** Which of some requests the records after a number name, too. */
    public Set<String> named(Collection<String> requests, long after) throws IOException, AuditDamage {
        Map<String, String> quoted = new HashMap<>();
        requests.forEach(id -> quoted.put(quoted(id), id));
        Set<String> named = new HashSet<>();
        for (Path file : files.all()) {
            if (AuditFiles.first(file) > after) {
                try (LineInput lines = new LineInput(file)) {
                    for (byte[] line = lines.next(); line != null; line = lines.next()) {
                        String id = quoted.get(request(line));
                        if (id != null) {
                            named.add(id);
                        }
                    }
                }
            }
        }
        return named;
    }

    private static String quoted(String id) {
        return new String(JsonStringEncoder.getInstance().quoteAsUTF8(id), StandardCharsets.UTF_8);
    }

    /** The request that a line names, as it is quoted there, or an empty text. */
    private static String request(byte[] line) {
        int last = Math.min(line.length, FACTS) - REQUEST.length;
        for (int at = 0; at < last; at++) {
            if (Arrays.equals(line, at, at + REQUEST.length, REQUEST, 0, REQUEST.length)) {
                int begin = at + REQUEST.length;
                int end = begin;
                while (line[end] != '"') {
                    end += line[end] == '\\' ? 2 : 1;
                }
                return new String(line, begin, end - begin, StandardCharsets.UTF_8);
            }
        }
        return "";
    }

    /**
     * Puts files in the archive, and cuts them off the trail: on record first, and so that a crash at any time leaves the
     * trail whole, before the cut or after it.
     *
     * @param due   at least one, as {@link #due} gave them, without any left out between them
     * @param until the time that they were due by
     * @param carry what is kept of them beside the trail, for whoever reads the records that remain
     * @param user  who asks, or null
     * @throws IOException    with {@code AUDIT_UNSIGNED} if nobody signs the trail, or with {@code AUDIT_ARCHIVE} if what
     *     was archived does not come back as it was written
     * @throws AuditException if the cut cannot be put on record
     */
    public void cut(List<Due> due, Instant until, DurableFile.Content carry, @Nullable String user)
            throws IOException, AuditDamage {
        CheckpointSigner signer = checkpoints.signer();
        if (signer == null) {
            throw new IOException("AUDIT_UNSIGNED");
        }
        files.settle();
        makeDirectory();
        List<Archived> archived = new ArrayList<>();
        for (Due each : due) {
            archived.add(archive(each));
        }
        Due last = due.get(due.size() - 1);
        Path carried = files.carry(last.last());
        DurableFile.replace(carried, carry);
        AuditCut before = files.cut();
        Instant now = clock.instant();
        AuditCut cut = new AuditCut(
                        trail.name(),
                        last.last(),
                        last.hash(),
                        now,
                        archived,
                        before == null ? null : new Before(before.last(), before.digest()),
                        digest(carried, false),
                        "",
                        "")
                .signedBy(signer);
        DurableFile.replace(directory.resolve(cut.archiveName()), out -> out.write(cut.text()));
        long records = last.last() - due.get(0).first() + 1;
        trail.cut(cut, cut.event(until, records, now, user));
    }

    private void makeDirectory() throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, DurableFile.ownerOnlyDirectory(directory));
            Path parent = directory.toAbsolutePath().getParent();
            if (parent != null) {
                DurableFile.forceDirectory(parent);
            }
        }
    }

    private Archived archive(Due due) throws IOException {
        String content = digest(due.file(), false);
        String name = AuditFiles.name(due.file()).replace(".jsonl", "-" + content.substring(0, 16) + ".jsonl.gz");
        Path packed = directory.resolve(name);
        if (!holds(packed, content)) {
            DurableFile.replace(packed, out -> pack(due.file(), out));
            if (!holds(packed, content)) {
                throw new IOException("AUDIT_ARCHIVE");
            }
        }
        return new Archived(name, digest(packed, false));
    }

    private static boolean holds(Path packed, String content) throws IOException {
        try {
            return digest(packed, true).equals(content);
        } catch (NoSuchFileException | ZipException | EOFException e) {
            return false;
        }
    }

    private static void pack(Path file, OutputStream out) throws IOException {
        GZIPOutputStream packing = new GZIPOutputStream(out, 1 << 16);
        Files.copy(file, packing);
        packing.finish();
    }

    /** SHA-256 of a file's content in hex, or of what was packed in it. */
    private static String digest(Path file, boolean packed) throws IOException {
        MessageDigest digest = AuditCut.sha256();
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = packed ? new GZIPInputStream(raw, 1 << 16) : raw;
                DigestInputStream read = new DigestInputStream(in, digest)) {
            read.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * The cuts of a trail, oldest first: the one beside it, and those that it follows, from an archive.
     *
     * @throws AuditDamage if one of them is not in the archive as the one after it says, or is of another trail
     */
    static List<AuditCut> cuts(AuditFiles files, Path archive) throws IOException, AuditDamage {
        List<AuditCut> cuts = new ArrayList<>();
        AuditCut cut = files.cut();
        while (cut != null) {
            cuts.add(cut);
            Before before = cut.before();
            cut = before == null ? null : earlier(cut, before, archive);
        }
        Collections.reverse(cuts);
        return cuts;
    }

    private static AuditCut earlier(AuditCut later, Before before, Path archive) throws IOException, AuditDamage {
        Path file = archive.resolve(AuditCut.archiveName(before.last(), before.digest()));
        AuditCut cut = AuditCut.read(file);
        if (cut == null) {
            throw AuditCut.damage(file, Kind.ARCHIVE_MISSING);
        }
        if (!cut.digest().equals(before.digest())
                || !cut.trail().equals(later.trail())
                || cut.last() != before.last()
                || cut.last() >= later.last()) {
            throw AuditCut.damage(file, Kind.ARCHIVE_CHANGED);
        }
        return cut;
    }

    /**
     * The files that a cut names.
     *
     * @throws AuditDamage if one of them is not in the archive as it was put there
     */
    static List<Path> files(AuditCut cut, Path archive) throws IOException, AuditDamage {
        List<Path> files = new ArrayList<>();
        for (Archived each : cut.files()) {
            Path file = archive.resolve(each.name());
            if (!AuditFiles.isArchived(file) || !archive.equals(file.getParent())) {
                throw AuditCut.damage(archive.resolve(cut.archiveName()), Kind.ARCHIVE_CHANGED);
            }
            demand(file, each.digest(), Kind.ARCHIVE_MISSING, Kind.ARCHIVE_CHANGED);
            files.add(file);
        }
        return files;
    }

    /**
     * What was carried over at a cut.
     *
     * @throws AuditDamage if it is not there as the cut says
     */
    static Path carry(AuditFiles files, AuditCut cut) throws IOException, AuditDamage {
        Path file = files.carry(cut.last());
        demand(file, cut.carry(), Kind.CARRY, Kind.CARRY);
        return file;
    }

    private static void demand(Path file, String digest, Kind missing, Kind changed) throws IOException, AuditDamage {
        try {
            if (!digest(file, false).equals(digest)) {
                throw AuditCut.damage(file, changed);
            }
        } catch (NoSuchFileException e) {
            throw AuditCut.damage(file, missing);
        }
    }
}
