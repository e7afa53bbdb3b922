package dev.passcourier.audit;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.passcourier.audit.AuditDamage.Kind;
import dev.passcourier.audit.AuditEvent.Fact;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the records of one request. Lines that do not name it are passed over unread, so that a large trail is searched in
 * a fraction of the time that it takes to check it; of each record that is found, its own hash is checked.
 */
public final class AuditSearch {

    private static final int CHUNK = 1 << 20;

    private final String request;
    private final byte[] wanted;

    /** How far the search goes on where the wanted text cannot be, by the byte that stands at its end there (Horspool). */
    private final int[] steps = new int[256];

    private final List<AuditRecord> found = new ArrayList<>();

    private AuditSearch(String request) {
        this.request = AuditText.clean(request);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes("\"request\":\"".getBytes(StandardCharsets.US_ASCII));
        text.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(this.request));
        text.write('"');
        wanted = text.toByteArray();
        Arrays.fill(steps, wanted.length);
        for (int i = 0; i < wanted.length - 1; i++) {
            steps[wanted[i] & 0xff] = wanted.length - 1 - i;
        }
    }

    /**
     * All records of a request, in their order. A service may be appending meanwhile.
     *
     * @param directory the trail
     * @param archive   with the beginning of the trail, or null to leave that out
     * @param into      gets them, those before a damage too
     * @return the cut before which there are other records that were not searched, or empty
     * @throws AuditDamage if one of them was changed, or the archive is not what the cuts say; the chain as a whole is not
     *     looked at
     */
    public static Optional<AuditCut> find(
            Path directory, @Nullable Path archive, String request, List<AuditRecord> into)
            throws IOException, AuditDamage {
        AuditSearch search = new AuditSearch(request);
        AuditFiles files = new AuditFiles(directory);
        AuditCut cut = files.cut();
        try {
            for (AuditCut each : archive == null ? List.<AuditCut>of() : AuditArchive.cuts(files, archive)) {
                for (Path file : AuditArchive.files(each, archive)) {
                    search.in(file);
                }
            }
            for (Path file : files.all()) {
                search.in(file);
            }
        } finally {
            into.addAll(search.found);
        }
        return archive == null ? Optional.ofNullable(cut) : Optional.empty();
    }

    private void in(Path file) throws IOException, AuditDamage {
        byte[] chunk = new byte[CHUNK];
        int end = 0;
        long lines = 0;
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = AuditFiles.isArchived(file) ? new GZIPInputStream(raw, CHUNK) : raw) {
            for (int count = in.read(chunk); count > 0; count = in.read(chunk, end, chunk.length - end)) {
                end += count;
                int whole = lastLineEnd(chunk, end);
                in(file, chunk, whole, lines);
                for (int i = 0; i < whole; i++) {
                    lines += chunk[i] == '\n' ? 1 : 0;
                }
                if (whole == 0 && end >= AuditLine.LONGEST) {
                    throw new AuditDamage(AuditFiles.name(file), lines + 1, Kind.UNREADABLE);
                }
                System.arraycopy(chunk, whole, chunk, 0, end - whole);
                end -= whole;
            }
        }
    }

    /** Where the line after the last whole one begins. */
    private static int lastLineEnd(byte[] chunk, int end) {
        int at = end;
        while (at > 0 && chunk[at - 1] != '\n') {
            at--;
        }
        return at;
    }

    private void in(Path file, byte[] chunk, int end, long linesBefore) throws AuditDamage {
        int last = wanted.length - 1;
        int at = 0;
        while (at + last < end) {
            if (chunk[at + last] == wanted[last] && Arrays.equals(chunk, at, at + last, wanted, 0, last)) {
                int next = at;
                while (chunk[next] != '\n') {
                    next++;
                }
                take(file, chunk, at, next, linesBefore);
                at = next;
            } else {
                at += steps[chunk[at + last] & 0xff];
            }
        }
    }

    private void take(Path file, byte[] chunk, int at, int end, long linesBefore) throws AuditDamage {
        int begin = lastLineEnd(chunk, at);
        byte[] line = Arrays.copyOfRange(chunk, begin, end);
        AuditRecord record = AuditLine.read(line);
        if (record == null || !AuditLine.fitsItsHash(line)) {
            long number = linesBefore + 1;
            for (int i = 0; i < begin; i++) {
                number += chunk[i] == '\n' ? 1 : 0;
            }
            throw new AuditDamage(AuditFiles.name(file), number, record == null ? Kind.UNREADABLE : Kind.EDITED);
        }
        if (request.equals(record.event().facts().get(Fact.REQUEST))) {
            found.add(record);
        }
    }
}
