package dev.passcourier.audit;

import static dev.passcourier.audit.SignedTrail.NOW;
import static dev.passcourier.audit.SignedTrail.SERVICE;
import static dev.passcourier.audit.SignedTrail.asked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the trail goes on to the next file, and that it lets go of the last one. */
class AuditFileChangeTest {

    @TempDir
    Path parent;

    private final List<Path> opened = new ArrayList<>();
    private final List<Path> closed = new ArrayList<>();

    @Test
    void fillsAFileToTheLastByteAndNotOneMore() throws Exception {
        long size = sizeOfARecord();
        try (FileAuditTrail trail = trail(3 * size)) {
            for (int i = 0; i < 4; i++) {
                trail.append(asked("r"));
            }
        }
        assertThat(files()).extracting(AuditFiles::first).containsExactly(1L, 4L);
        assertThat(files().get(0)).hasSize(3 * size);
    }

    @Test
    void putsARecordThatIsLargerThanAFileIntoAnEmptyOne() throws Exception {
        try (FileAuditTrail trail = trail(10)) {
            trail.append(asked("r"));
            trail.append(asked("r"));
        }
        assertThat(opened).extracting(AuditFiles::first).containsExactly(1L, 2L);
        assertThat(AuditVerifier.verify(directory()).damage()).isNull();
    }

    @Test
    void closesEveryFileThatItOpened() throws Exception {
        try (FileAuditTrail trail = trail(10)) {
            trail.append(asked("r"));
            trail.append(asked("r"));
            assertThat(closed).containsExactly(opened.get(0));
        }
        assertThat(opened).hasSize(2);
        assertThat(closed).containsExactlyElementsOf(opened);
    }

    @Test
    void letsGoOfATrailThatItDoesNotOpen() throws Exception {
        try (FileAuditTrail trail = trail(1 << 20)) {
            trail.append(asked("r1"));
        }
        String whole = Files.readString(files().get(0));
        Files.writeString(files().get(0), whole.replace("\"r1\"", "\"x1\""));
        opened.clear();
        closed.clear();

        assertThatExceptionOfType(AuditDamage.class).isThrownBy(() -> trail(1 << 20));
        assertThat(closed).hasSize(1).isEqualTo(opened);
        Files.writeString(files().get(0), whole);
        trail(1 << 20).close();
    }

    @Test
    void writesIntoNoFileThatSomebodyElsePutInItsWay() throws Exception {
        try (FileAuditTrail trail = trail(10)) {
            trail.append(asked("r"));
            Path foreign = Files.writeString(new AuditFiles(directory()).startingAt(2), "mine\n");

            assertThatExceptionOfType(AuditException.class)
                    .isThrownBy(() -> trail.append(asked("r")))
                    .withMessage("AUDIT_CHANGED");
            assertThat(foreign).hasContent("mine");
            assertThat(closed).containsExactly(foreign);
            Files.delete(foreign);
            assertThat(trail.append(asked("r"))).isEqualTo(2);
        }
    }

    @Test
    void countsWhatIsUnsignedOverAllCallers() throws Exception {
        CheckpointPace pace = new CheckpointPace(3, Duration.ofHours(1));
        AuditWriter writer = new AuditWriter(
                new AuditFiles(Files.createDirectories(directory())),
                Opened::new,
                1 << 20,
                new Checkpoints(SERVICE, null, pace),
                Clock.fixed(NOW, ZoneOffset.UTC));
        byte[] record = AuditLine.middle(asked("r"));

        assertThat(writer.write(List.of(record, record))).isEqualTo(1);
        assertThat(writer.isCheckpointDue()).isFalse();
        assertThat(writer.write(List.of(record))).isEqualTo(3);
        assertThat(writer.isCheckpointDue()).isTrue();
        assertThat(writer.write(List.of(record))).isEqualTo(5);
        assertThat(writer.sequence()).isEqualTo(5);
        writer.close();
        assertThat(closed).isEqualTo(opened);
    }

    private long sizeOfARecord() {
        return AuditLine.whole(1, AuditLine.middle(asked("r")), "0".repeat(64)).length + 1L;
    }

    private FileAuditTrail trail(long rotateAt) throws Exception, AuditDamage {
        return FileAuditTrail.open(
                directory(), Clock.fixed(NOW, ZoneOffset.UTC), Checkpoints.none(), Opened::new, rotateAt);
    }

    private List<Path> files() throws Exception {
        return new AuditFiles(directory()).all();
    }

    private Path directory() {
        return parent.resolve("audit");
    }

    /** A file that is counted. */
    private final class Opened extends AuditFile {

        private final Path path;

        Opened(Path path) throws IOException {
            super(path);
            this.path = path;
            opened.add(path);
        }

        @Override
        public void close() throws IOException {
            closed.add(path);
            super.close();
        }
    }
}
