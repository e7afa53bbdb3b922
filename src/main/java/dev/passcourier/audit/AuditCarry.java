package dev.passcourier.audit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What was carried over when the beginning of a trail was archived; its meaning is that of who wrote it. It was found to
 * be as the cut says.
 */
public final class AuditCarry {

    private final AuditCut cut;
    private final Path file;

    private AuditCarry(AuditCut cut, Path file) {
        this.cut = cut;
        this.file = file;
    }

    static AuditCarry of(AuditFiles files, AuditCut cut) throws IOException, AuditDamage {
        return new AuditCarry(cut, AuditArchive.carry(files, cut));
    }

    static Optional<AuditCarry> of(AuditFiles files) throws IOException, AuditDamage {
        AuditCut cut = files.cut();
        return cut == null ? Optional.empty() : Optional.of(of(files, cut));
    }

    /** The cut, whose last record it belongs to. */
    public AuditCut cut() {
        return cut;
    }

    /** Its content, closed by the caller. */
    public InputStream open() throws IOException {
        return new BufferedInputStream(Files.newInputStream(file));
    }
}
