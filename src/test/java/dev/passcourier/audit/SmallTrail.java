package dev.passcourier.audit;

import dev.passcourier.audit.AuditVerifier.Demands;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Signed trails whose files are as small as a test wants them, for tests of other packages too. */
public final class SmallTrail {

    private SmallTrail() {}

    /** Opens one that begins a new file beyond so many bytes. */
    public static FileAuditTrail open(Path directory, Clock clock, long rotateAt) throws IOException, AuditDamage {
        return open(directory, clock, Checkpoints.signedBy(SignedTrail.SERVICE, null), rotateAt);
    }

    /** The same with checkpoints of one's own. */
    public static FileAuditTrail open(Path directory, Clock clock, Checkpoints checkpoints, long rotateAt)
            throws IOException, AuditDamage {
        return FileAuditTrail.open(directory, clock, checkpoints, AuditFile::new, rotateAt);
    }

    /** Checks it with the key that signs it. */
    public static AuditVerifier.Finding verify(Path directory, @Nullable Path archive) throws IOException {
        return AuditVerifier.verify(
                directory, new Demands(SignedTrail.SERVICE, List.of(), true, null, archive, record -> {}));
    }
}
