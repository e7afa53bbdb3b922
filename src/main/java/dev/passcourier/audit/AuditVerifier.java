package dev.passcourier.audit;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads a trail whole and checks numbers, chain and hashes. Finds edited, removed, moved and inserted records and
 * missing files. Without a copy of the last hash it cannot find that whole records were cut off the very end, or that
 * somebody who can write the files has made the whole chain anew.
 */
public final class AuditVerifier {

    private AuditVerifier() {}

    /**
     * What was found.
     *
     * @param records    whole records up to the end or the damage
     * @param hash       of the last of them, or null if there is none
     * @param damage     the first damage, or null
     * @param unfinished whether the trail ends in half a line: torn by a kill, or being written right now
     */
    public record Finding(
            long records, @Nullable String hash, @Nullable AuditDamage damage, boolean unfinished) {}

    /** Checks the trail in a directory; it may be in use. */
    public static Finding verify(Path directory) throws IOException {
        AuditRecord last = null;
        AuditDamage damage = null;
        try (AuditReader reader = AuditReader.whole(directory)) {
            try {
                for (AuditRecord next = reader.next(); next != null; next = reader.next()) {
                    last = next;
                }
            } catch (AuditDamage e) {
                damage = e;
            }
            return new Finding(
                    last == null ? 0 : last.sequence(), last == null ? null : last.hash(), damage, reader.unfinished());
        }
    }
}
