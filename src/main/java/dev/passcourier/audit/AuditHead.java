package dev.passcourier.audit;

import dev.passcourier.audit.AuditDamage.Kind;
import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A small file with the newest checkpoint's line, as it is in the trail. The trail must reach it: so it is found when
 * whole records or files are cut off the end.
 */
final class AuditHead {

    private static final String NAME = "audit-head";

    private AuditHead() {}

    /** The head in the trail's own directory. */
    static Path beside(Path directory) {
        return directory.resolve(NAME);
    }

    static void write(Path file, byte[] line) throws IOException {
        DurableFile.replace(file, out -> {
            out.write(line);
            out.write('\n');
        });
    }

    /**
     * The checkpoint in the file.
     *
     * @throws AuditDamage if it is none, or was edited
     */
    static AuditRecord read(Path file) throws IOException, AuditDamage {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(AuditLine.LONGEST);
        }
        int length = content.length - 1;
        if (length < 0 || content[length] != '\n') {
            throw damage(file, Kind.UNREADABLE);
        }
        byte[] line = Arrays.copyOf(content, length);
        AuditRecord record = AuditLine.read(line);
        if (record == null || !Checkpoint.isOne(record)) {
            throw damage(file, Kind.UNREADABLE);
        }
        if (!AuditLine.fitsItsHash(line)) {
            throw damage(file, Kind.EDITED);
        }
        return record;
    }

    static AuditDamage damage(Path file, Kind kind) {
        return new AuditDamage(AuditFiles.name(file), 1, kind);
    }
}
