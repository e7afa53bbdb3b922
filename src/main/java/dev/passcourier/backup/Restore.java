package dev.passcourier.backup;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One time that a backup was put back. Its data directory keeps all of them, so that copies of one trail can be told apart.
 *
 * @param restore    its id
 * @param backup     the backup's id
 * @param madeAt     when the backup was made
 * @param position   number of the last record in it
 * @param head       that record's hash
 * @param signer     thumbprint of the service's signing key then
 * @param restoredAt when it was put back
 * @param nth        how often this backup has been put back with this, as far as is known
 * @param begunAt    when a service first began to work with it, or null
 */
public record Restore(
        String restore,
        String backup,
        Instant madeAt,
        long position,
        String head,
        String signer,
        Instant restoredAt,
        int nth,
        @Nullable Instant begunAt) {

    Restore begun(Instant at) {
        return new Restore(restore, backup, madeAt, position, head, signer, restoredAt, nth, at);
    }

    /** The file's content. */
    record All(List<Restore> restores) {}
}
