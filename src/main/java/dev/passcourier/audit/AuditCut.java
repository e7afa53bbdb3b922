package dev.passcourier.audit;

import dev.passcourier.audit.AuditDamage.Kind;
import dev.passcourier.audit.AuditEvent.Fact;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says that the beginning of a trail was archived. A text of lines that the service signs, in the file {@code audit-cut}
 * beside the records that remain, and in the archive under a name of its own: the trail's name, the number and hash of the
 * last archived record, the time, each file that was archived with its SHA-256, the cut before, and the SHA-256 of what was
 * carried over. The signature is over all lines before it; the first line keeps it apart from a checkpoint's text.
 *
 * @param trail     name of the trail
 * @param last      number of the last record that was archived
 * @param hash      of that record
 * @param at        when
 * @param files     what was archived since the cut before, oldest first
 * @param before    the cut before, or null of the first
 * @param carry     SHA-256 of what was carried over, in hex
 * @param key       id of the key that signs
 * @param signature of that key, base64url
 */
public record AuditCut(
        String trail,
        long last,
        String hash,
        Instant at,
        List<Archived> files,
        @Nullable Before before,
        String carry,
        String key,
        String signature) {

    static final String NAME = "audit-cut";

    private static final String RECORDED = "audit";
    private static final String RETENTION = "\"type\":\"" + AuditEvent.Type.RETENTION + "\"";

    private static final String TITLE = "passcourier audit cut ";
    private static final int LONGEST = 64 * 1024;
    private static final Pattern TEXT = Pattern.compile(TITLE
            + "1\ntrail ([0-9a-f]{64})\nlast ([1-9]\\d{0,14})\nhash ([0-9a-f]{64})\ntime (\\S{1,40})\n"
            + "((?:file \\S+ [0-9a-f]{64}\n)+)(?:before ([1-9]\\d{0,14}) ([0-9a-f]{64})\n)?"
            + "carry ([0-9a-f]{64})\nkey ([^\n]{1,200})\nsignature ([\\w-]{1,200})\n");
    private static final Pattern FILE = Pattern.compile("file (\\S+) ([0-9a-f]{64})\n");

    /** Copies the list. */
    public AuditCut {
        files = List.copyOf(files);
    }

    /** A file of the archive, and the SHA-256 of its content in hex. */
    public record Archived(String name, String digest) {}

    /** Another cut: the number of its last record, and the SHA-256 of its text in hex. */
    public record Before(long last, String digest) {}

    /** The same, signed. */
    AuditCut signedBy(CheckpointSigner signer) {
        AuditCut keyed = new AuditCut(trail, last, hash, at, files, before, carry, signer.keyId(), "");
        return new AuditCut(
                trail, last, hash, at, files, before, carry, signer.keyId(), signer.sign(keyed.statement()));
    }

    /** What is wrong with its signature, or null. */
    @Nullable
    Kind check(CheckpointKeys keys) {
        if (!keys.knows(key)) {
            return Kind.SIGNER;
        }
        return keys.hasSigned(key, statement(), signature) ? null : Kind.SIGNATURE;
    }

    private String statement() {
        StringBuilder text = new StringBuilder(TITLE + "1\n");
        text.append("trail ").append(trail).append('\n');
        text.append("last ").append(last).append('\n');
        text.append("hash ").append(hash).append('\n');
        text.append("time ").append(at).append('\n');
        for (Archived file : files) {
            text.append("file ")
                    .append(file.name())
                    .append(' ')
                    .append(file.digest())
                    .append('\n');
        }
        if (before != null) {
            text.append("before ")
                    .append(before.last())
                    .append(' ')
                    .append(before.digest())
                    .append('\n');
        }
        return text.append("carry ")
                .append(carry)
                .append("\nkey ")
                .append(key)
                .append('\n')
                .toString();
    }

    /** The whole text. */
    byte[] text() {
        return (statement() + "signature " + signature + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** SHA-256 of the whole text, in hex. */
    String digest() {
        return HexFormat.of().formatHex(sha256().digest(text()));
    }

    /** The record that puts it on the trail. */
    AuditEvent event(Instant until, long records, Instant now, @Nullable String user) {
        Map<Fact, String> facts = new EnumMap<>(Map.of(
                Fact.NAME, RECORDED,
                Fact.COUNT, Long.toString(records),
                Fact.BEFORE, until.toString(),
                Fact.POSITION, Long.toString(last),
                Fact.REFERENCE, digest()));
        if (user != null) {
            facts.put(Fact.USER, user);
        }
        return new AuditEvent(AuditEvent.Type.RETENTION, now, facts);
    }

    /** The cut that an event puts on record, or null. */
    static @Nullable Before stated(AuditEvent event) {
        Map<Fact, String> facts = event.facts();
        boolean states = event.type() == AuditEvent.Type.RETENTION && RECORDED.equals(facts.get(Fact.NAME));
        try {
            return states
                    ? new Before(
                            Long.parseLong(facts.getOrDefault(Fact.POSITION, "")),
                            facts.getOrDefault(Fact.REFERENCE, ""))
                    : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** The cut that a line of the trail puts on record, or null. */
    static @Nullable Before stated(byte[] line) {
        if (!new String(line, StandardCharsets.ISO_8859_1).contains(RETENTION)) {
            return null;
        }
        AuditRecord record = AuditLine.read(line);
        return record == null ? null : stated(record.event());
    }

    /** The name that it has in an archive. */
    String archiveName() {
        return archiveName(last, digest());
    }

    /** The name that a cut has in an archive. */
    static String archiveName(long last, String digest) {
        return String.format(Locale.ROOT, "%s-%015d-%s", NAME, last, digest.substring(0, 16));
    }

    /**
     * The cut in a file, or null if the file is not there.
     *
     * @throws AuditDamage if it is no cut, or one of a newer release
     */
    static @Nullable AuditCut read(Path file) throws IOException, AuditDamage {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(LONGEST);
        } catch (NoSuchFileException e) {
            return null;
        }
        String text = new String(content, StandardCharsets.UTF_8);
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            boolean newer = text.startsWith(TITLE) && !text.startsWith(TITLE + "1\n");
            throw damage(file, newer ? Kind.NEWER : Kind.UNREADABLE);
        }
        List<Archived> files = new ArrayList<>();
        Matcher each = FILE.matcher(parts.group(5));
        while (each.find()) {
            files.add(new Archived(each.group(1), each.group(2)));
        }
        Before before = parts.group(6) == null ? null : new Before(Long.parseLong(parts.group(6)), parts.group(7));
        AuditCut cut = null;
        try {
            cut = new AuditCut(
                    parts.group(1),
                    Long.parseLong(parts.group(2)),
                    parts.group(3),
                    Instant.parse(parts.group(4)),
                    files,
                    before,
                    parts.group(8),
                    parts.group(9),
                    parts.group(10));
        } catch (DateTimeException e) {
            // Told below: no time of ours.
        }
        if (cut == null || !Arrays.equals(content, cut.text())) {
            throw damage(file, Kind.UNREADABLE);
        }
        return cut;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256", e);
        }
    }

    static AuditDamage damage(Path file, Kind kind) {
        return new AuditDamage(AuditFiles.name(file), 1, kind);
    }
}
