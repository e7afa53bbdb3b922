package dev.passcourier.audit;

import static dev.passcourier.audit.SignedTrail.NOW;
import static dev.passcourier.audit.SignedTrail.SERVICE;
import static dev.passcourier.audit.SignedTrail.asked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditVerifier.Demands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the trail is signed, and how it is opened again. */
class CheckpointsTest {

    private static final CheckpointPace PACE = new CheckpointPace(5, Duration.ofMinutes(5));

    @TempDir
    Path parent;

    private final Hands clock = new Hands();
    private final List<FileAuditTrail> open = new ArrayList<>();
    private boolean diskWorks = true;

    @AfterEach
    void closeAll() throws IOException {
        for (FileAuditTrail trail : open) {
            trail.close();
        }
    }

    @Test
    void signsWhenThereAreEnoughRecords() throws Exception {
        FileAuditTrail trail = trail();
        append(trail, 4);
        assertThat(signed()).isEmpty();
        assertThat(head()).doesNotExist();
        append(trail, 1);
        awaitPosition(trail, 6);
        assertThat(signed()).containsExactly(6L);
        assertThat(head()).hasContent(Files.readAllLines(file()).get(5));
        append(trail, 5);
        awaitPosition(trail, 12);
        assertThat(signed()).containsExactly(6L, 12L);
        assertThat(head()).hasContent(Files.readAllLines(file()).get(11));
    }

    @Test
    void saysWhatIsSigned() throws Exception {
        FileAuditTrail trail = trail();
        append(trail, 5);
        awaitPosition(trail, 6);
        List<AuditRecord> records = records();
        String statement = "passcourier audit checkpoint 1\n" + trail.name() + "\n5\n"
                + records.get(4).hash() + "\n2026-11-01T10:00:00Z\nservice\n";
        assertThat(records.get(5).event())
                .isEqualTo(new AuditEvent(
                        AuditEvent.Type.CHECKPOINT,
                        NOW,
                        Map.of(
                                Fact.TRAIL, trail.name(),
                                Fact.KEY, "service",
                                Fact.SIGNATURE, SERVICE.sign(statement))));
    }

    @ParameterizedTest
    @ValueSource(longs = {300, -300})
    void signsARecordThatHasWaitedLongEnoughThoughNobodyAppends(long seconds) throws Exception {
        FileAuditTrail trail = trail();
        append(trail, 1);
        clock.move(Duration.ofSeconds(seconds));
        awaitPosition(trail, 2);
        assertThat(signed()).containsExactly(2L);
        clock.move(Duration.ofHours(1));
        append(trail, 1);
        assertThat(signed()).containsExactly(2L);
    }

    @Test
    void waitsUntilTheTimeIsOver() {
        assertThat(PACE.isDue(1, NOW, NOW.plusSeconds(299))).isFalse();
        assertThat(PACE.isDue(1, NOW, NOW.plusSeconds(300))).isTrue();
        assertThat(PACE.isDue(0, NOW, NOW.plusSeconds(300))).isFalse();
        assertThat(PACE.isDue(4, NOW, NOW)).isFalse();
        assertThat(PACE.isDue(5, NOW, NOW)).isTrue();
        assertThat(CheckpointPace.USUAL).isEqualTo(new CheckpointPace(1000, Duration.ofMinutes(5)));
    }

    @Test
    void signsWhatWaitedTooLongBeforeTheNextRecord() throws Exception {
        FileAuditTrail trail = trail();
        append(trail, 2);
        clock.move(Duration.ofHours(2));
        assertThat(trail.append(asked("r"))).isEqualTo(4);
        assertThat(signed()).containsExactly(3L);
    }

    @Test
    void signsAtACleanStopAndOnlyIfThereIsSomething() throws Exception {
        FileAuditTrail trail = trail();
        append(trail, 1);
        trail.close();
        assertThat(signed()).containsExactly(2L);
        trail().close();
        assertThat(signed()).containsExactly(2L);
        assertThat(verified().unsigned()).isZero();
    }

    @Test
    void signsAFileBeforeTheNextOneBegins() throws Exception {
        FileAuditTrail trail = trail(500);
        append(trail, 3);
        List<Path> files = new AuditFiles(directory()).all();
        assertThat(files).hasSize(2);
        assertThat(Files.readAllLines(files.get(0)))
                .hasSize(3)
                .last()
                .asString()
                .contains("CHECKPOINT");
        assertThat(verified().damage()).isNull();
    }

    @Test
    void signsWhatAKillLeftUnsigned() throws Exception {
        unsigned(3);
        Files.writeString(file(), "{\"torn", StandardOpenOption.APPEND);
        trail();
        assertThat(records())
                .extracting(record -> record.event().type())
                .endsWith(AuditEvent.Type.REPAIRED, AuditEvent.Type.CHECKPOINT);
        assertThat(verified().unsigned()).isZero();
    }

    @Test
    void signsATrailFromBeforeCheckpoints() throws Exception {
        unsigned(20);
        FileAuditTrail trail = trail();
        assertThat(signed()).containsExactly(21L);
        append(trail, 5);
        awaitPosition(trail, 27);
        assertThat(verified().damage()).isNull();
    }

    @Test
    void doesNotOpenATrailThatEndsBeforeItsHead() throws Exception {
        write(8);
        Files.write(file(), Files.readAllLines(file()).subList(0, 7));
        refuses("audit-000000000000001.jsonl:8 CUT");
        Files.delete(file());
        refuses("audit-000000000000001.jsonl:1 CUT");
    }

    @Test
    void doesNotOpenATrailWithoutItsLastFiles() throws Exception {
        try (FileAuditTrail trail = trail(500)) {
            append(trail, 6);
        }
        List<Path> files = new AuditFiles(directory()).all();
        assertThat(files).hasSizeGreaterThan(2);
        Files.delete(files.get(files.size() - 1));
        refuses(AuditFiles.name(files.get(files.size() - 2)) + ":"
                + (Files.readAllLines(files.get(files.size() - 2)).size() + 1) + " CUT");
    }

    @Test
    void doesNotOpenATrailThatIsNotItsHeads() throws Exception {
        write(8);
        byte[] head = Files.readAllBytes(head());
        for (Path file : List.of(file(), head())) {
            Files.delete(file);
        }
        write(8);
        Files.write(head(), head);
        refuses("audit-000000000000001.jsonl:10 OTHER_THAN_HEAD");
        Files.writeString(head(), "?\n");
        refuses("audit-head:1 UNREADABLE");
    }

    @Test
    void opensAgainAfterACutIsUnderstoodAndTheHeadPutAside() throws Exception {
        write(8);
        Files.write(file(), Files.readAllLines(file()).subList(0, 7));
        Files.delete(head());
        trail();
        assertThat(records().get(7).event())
                .isEqualTo(new AuditEvent(
                        AuditEvent.Type.REPAIRED,
                        NOW,
                        Map.of(Fact.NAME, "audit-head", Fact.COUNT, "1", Fact.CODE, "HEAD_MISSING")));
        assertThat(verified().damage()).isNull();
    }

    @Test
    void keepsTheHeadInASecondPlaceToo() throws Exception {
        Path second = parent.resolve("second");
        FileAuditTrail trail = opened(new Checkpoints(SERVICE, second, PACE), 1 << 20);
        append(trail, 5);
        awaitPosition(trail, 6);
        assertThat(second).hasSameTextualContentAs(head());
        trail.close();
        Files.delete(head());
        Files.delete(file());
        assertThatExceptionOfType(AuditDamage.class)
                .isThrownBy(() -> opened(new Checkpoints(SERVICE, second, PACE), 1 << 20))
                .withMessage("audit-000000000000001.jsonl:1 CUT");
    }

    @Test
    void goesOnWhenTheHeadCannotBeWritten() throws Exception {
        FileAuditTrail trail = opened(new Checkpoints(SERVICE, parent.resolve("none/second"), PACE), 1 << 20);
        append(trail, 5);
        awaitPosition(trail, 6);
        append(trail, 5);
        awaitPosition(trail, 12);
        assertThat(head()).hasContent(Files.readAllLines(file()).get(11));
    }

    @Test
    void goesOnWithoutASignatureAndTriesAgain() throws Exception {
        Moody signer = new Moody();
        FileAuditTrail trail = opened(new Checkpoints(signer, null, PACE), 1 << 20);
        signer.works = false;
        append(trail, 7);
        assertThat(signed()).isEmpty();
        signer.works = true;
        append(trail, 1);
        awaitPosition(trail, 9);
        assertThat(signed()).hasSize(1);
    }

    @Test
    void aCheckpointThatCannotBeWrittenFailsNobodyWhoseRecordIsSafe() throws Exception {
        FileAuditTrail trail = trail();
        append(trail, 4);
        Moody signer = new Moody();
        trail.close();
        FileAuditTrail again = opened(new Checkpoints(signer, null, PACE), 1 << 20);
        append(again, 4);
        signer.before = () -> diskWorks = false;
        assertThat(again.append(asked("r"))).isEqualTo(10);
        diskWorks = true;
        signer.before = () -> {};
        append(again, 1);
        assertThat(signed()).contains(11L);
        assertThat(verified().damage()).isNull();
    }

    private void write(int records) throws Exception {
        try (FileAuditTrail trail = trail()) {
            append(trail, records);
        }
    }

    private void unsigned(int records) throws Exception {
        try (FileAuditTrail trail = opened(Checkpoints.none(), 1 << 20)) {
            append(trail, records);
        }
    }

    private static void append(FileAuditTrail trail, int records) {
        for (int i = 0; i < records; i++) {
            trail.append(asked("r" + i));
        }
    }

    /** The one who appends last comes back before another's checkpoint is written. */
    private static void awaitPosition(FileAuditTrail trail, long position) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(trail.position()).isEqualTo(position));
    }

    private void refuses(String damage) {
        assertThatExceptionOfType(AuditDamage.class).isThrownBy(this::trail).withMessage(damage);
    }

    private AuditVerifier.Finding verified() throws IOException {
        return AuditVerifier.verify(directory(), new Demands(SERVICE, List.of(), true, null, null, record -> {}));
    }

    private List<Long> signed() throws Exception {
        return records().stream()
                .filter(Checkpoint::isOne)
                .map(AuditRecord::sequence)
                .toList();
    }

    private List<AuditRecord> records() throws Exception {
        List<AuditRecord> records = new ArrayList<>();
        try (AuditReader reader = AuditReader.whole(directory())) {
            for (AuditRecord next = reader.next(); next != null; next = reader.next()) {
                records.add(next);
            }
        }
        return records;
    }

    private FileAuditTrail trail() throws Exception {
        return trail(1 << 20);
    }

    private FileAuditTrail trail(long rotateAt) throws Exception {
        return opened(new Checkpoints(SERVICE, null, PACE), rotateAt);
    }

    private FileAuditTrail opened(Checkpoints checkpoints, long rotateAt) throws Exception {
        FileAuditTrail trail = FileAuditTrail.open(directory(), clock, checkpoints, Disk::new, rotateAt);
        open.add(trail);
        return trail;
    }

    private Path directory() {
        return parent.resolve("audit");
    }

    private Path file() {
        return new AuditFiles(directory()).startingAt(1);
    }

    private Path head() {
        return directory().resolve("audit-head");
    }

    /** A disk that can fail. */
    private final class Disk extends AuditFile {

        Disk(Path path) throws IOException {
            super(path);
        }

        @Override
        void write(long position, byte[] bytes) throws IOException {
            if (!diskWorks) {
                throw new IOException("disk");
            }
            super.write(position, bytes);
        }
    }

    /** Signs when it likes. */
    private static final class Moody implements CheckpointSigner {

        private volatile boolean works = true;
        private volatile Runnable before = () -> {};

        @Override
        public String keyId() {
            return SERVICE.keyId();
        }

        @Override
        public String sign(String statement) {
            before.run();
            if (!works) {
                throw new IllegalStateException();
            }
            return SERVICE.sign(statement);
        }
    }

    /** A clock whose hands are moved. */
    private static final class Hands extends Clock {

        private volatile Instant now = NOW;

        void move(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(@Nullable ZoneId zone) {
            return this;
        }
    }
}
