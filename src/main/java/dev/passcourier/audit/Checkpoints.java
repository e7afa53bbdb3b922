package dev.passcourier.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who signs the trail, how often, and where its head is kept. */
public final class Checkpoints {

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private final @Nullable CheckpointSigner signer;
    private final @Nullable Path secondHead;
    private final CheckpointPace pace;

    Checkpoints(@Nullable CheckpointSigner signer, @Nullable Path secondHead, CheckpointPace pace) {
        this.signer = signer;
        this.secondHead = secondHead;
        this.pace = pace;
    }

    /** A trail that nobody signs. */
    public static Checkpoints none() {
        return new Checkpoints(null, null, CheckpointPace.USUAL);
    }

    /**
     * Every 1000 records or 5 minutes, when a file is full, and at a clean stop.
     *
     * @param secondHead where the newest checkpoint is kept besides the trail's own directory, such as on another disk;
     *     null for nowhere
     */
    public static Checkpoints signedBy(CheckpointSigner signer, @Nullable Path secondHead) {
        return new Checkpoints(signer, secondHead, CheckpointPace.USUAL);
    }

    @Nullable
    CheckpointSigner signer() {
        return signer;
    }

    boolean areMade() {
        return signer != null;
    }

    boolean areDue(long unsigned, Instant oldest, Instant now) {
        return areMade() && pace.isDue(unsigned, oldest, now);
    }

    /** A checkpoint for the record with this number and hash, or null if nobody signs or the signer fails. */
    @Nullable
    AuditEvent sign(String trail, long sequence, String hash, Instant now) {
        if (signer == null) {
            return null;
        }
        try {
            return Checkpoint.sign(signer, trail, sequence, hash, now);
        } catch (RuntimeException e) {
            // The records are safe and chained without it; the verifier says that it is overdue.
            LOG.error("AUDIT_CHECKPOINT no signature: {}", e.getClass().getSimpleName());
            return null;
        }
    }

    /** Where the newest checkpoint of a trail in this directory is kept. */
    List<Path> heads(Path directory) {
        List<Path> heads = new ArrayList<>();
        if (areMade()) {
            heads.add(AuditHead.beside(directory));
        }
        if (secondHead != null) {
            heads.add(secondHead);
        }
        return heads;
    }

    /** Keeps the checkpoint as the trail's head. A place that cannot be written keeps the older one. */
    void keep(Path directory, byte[] line) {
        for (Path head : heads(directory)) {
            try {
                AuditHead.write(head, line);
            } catch (IOException e) {
                LOG.error("AUDIT_HEAD cannot be written: {}", e.getClass().getSimpleName());
            }
        }
    }
}
