package dev.passcourier.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.audit.AuditEvent.Fact;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileAuditTrailTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");

    @TempDir
    Path parent;

    private final List<FileAuditTrail> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws IOException {
        for (FileAuditTrail trail : open) {
            trail.close();
        }
    }

    @Test
    void writesALineThatAnybodyCanCheck() throws Exception {
        trail().append(asked("r1"));
        assertThat(Files.readString(file(1)))
                .matches("\\{\"seq\":1,\"time\":\"2026-11-01T10:00:00Z\",\"type\":\"ASKED\",\"facts\":"
                        + "\\{\"request\":\"r1\"},\"prev\":\"[0-9a-f]{64}\",\"hash\":\"[0-9a-f]{64}\"}\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(1))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
                .isEqualTo("rwx------");
    }

    /** Java writes numbers in the digits of the country; a trail of such files was not found again after a restart. */
    @ParameterizedTest
    @ValueSource(strings = {"ar-EG", "bn-BD", "fa-IR", "tr-TR"})
    void namesItsFilesAlikeInEveryCountry(String country) throws Exception {
        Locale usual = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag(country));
        try {
            trail().append(asked("r1"));
            closeAll();
            assertThat(trail().append(asked("r2"))).isEqualTo(2);
        } finally {
            Locale.setDefault(usual);
        }
        assertThat(file(1)).exists();
    }

    @Test
    void recordsOfOneActShareASyncAndAreWrittenAllOrNone() throws Exception {
        AtomicInteger syncs = new AtomicInteger();
        try (FileAuditTrail trail = opened(path -> new SlowFile(path, syncs), 64 * 1024)) {
            int before = syncs.get();
            assertThat(trail.append(List.of(asked("r1"), asked("r2"), asked("r3"))))
                    .isEqualTo(3);
            assertThat(syncs.get() - before).isEqualTo(1);
        }
        Disk disk = new Disk();
        FileAuditTrail trail = opened(disk::open, 64 * 1024);
        disk.syncs = false;
        assertThatThrownBy(() -> trail.append(List.of(asked("r4"), asked("r5"))))
                .hasMessage("AUDIT_DISK");
        disk.syncs = true;
        assertThat(trail.append(asked("r6"))).isEqualTo(4);
        assertThat(AuditVerifier.verify(directory()).records()).isEqualTo(4);
    }

    @Test
    void keepsOrderAndSharesSyncsUnderManyThreads() throws Exception {
        AtomicInteger syncs = new AtomicInteger();
        FileAuditTrail trail = opened(path -> new SlowFile(path, syncs), 64 * 1024);
        long threads = 64;
        int each = 50;
        ExecutorService pool = Executors.newFixedThreadPool((int) threads);
        try {
            List<Callable<List<Long>>> callers = IntStream.range(0, (int) threads)
                    .<Callable<List<Long>>>mapToObj(caller -> () -> IntStream.range(0, each)
                            .mapToObj(i -> trail.append(asked(caller + "-" + i)))
                            .toList())
                    .toList();
            List<Long> all = new ArrayList<>();
            for (Future<List<Long>> numbers : pool.invokeAll(callers)) {
                assertThat(numbers.get()).isSorted();
                all.addAll(numbers.get());
            }
            assertThat(all)
                    .containsExactlyInAnyOrderElementsOf(
                            LongStream.rangeClosed(1, threads * each).boxed().toList());
        } finally {
            pool.shutdownNow();
        }
        assertThat(syncs.longValue()).isLessThan(threads * each / 4);
        assertThat(AuditVerifier.verify(directory()))
                .satisfies(finding -> assertThat(finding.records()).isEqualTo(threads * each))
                .satisfies(finding -> assertThat(finding.damage()).isNull());
        assertThat(new AuditFiles(directory()).all()).hasSizeGreaterThan(5);
    }

    @Test
    void givesEachCallerTheNumberOfItsOwnRecord() throws Exception {
        FileAuditTrail trail = trail();
        long second = IntStream.range(0, 2)
                .mapToLong(i -> trail.append(asked("r" + i)))
                .max()
                .orElseThrow();
        try (AuditTail tail = trail.tail(second - 1)) {
            assertThat(tail.next(10, Duration.ZERO))
                    .singleElement()
                    .satisfies(record -> assertThat(record.event().facts()).containsEntry(Fact.REQUEST, "r1"));
        }
    }

    @Test
    void continuesTheChainAfterARestartAndOverFiles() throws Exception {
        for (int i = 0; i < 5; i++) {
            try (FileAuditTrail trail = opened(AuditFile::new, 500)) {
                trail.append(asked("a" + i));
                trail.append(asked("b" + i));
            }
        }
        assertThat(new AuditFiles(directory()).all()).hasSizeGreaterThan(3);
        AuditVerifier.Finding finding = AuditVerifier.verify(directory());
        assertThat(finding.records()).isEqualTo(10);
        assertThat(finding.damage()).isNull();
        assertThat(names()).containsExactly("a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4");
    }

    @Test
    void keepsItsNameAsLongAsItLives() throws Exception {
        FileAuditTrail first = trail();
        String name = first.name();
        first.append(asked("r1"));
        first.close();
        assertThat(trail().name()).isEqualTo(name).hasSize(64);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "half a line, '{\"seq\":3,\"ti'",
        "zeros of a lost block, '\0\0\0\0'",
        "a whole line without its break, x"
    })
    void cutsATornLastLineAndRecordsIt(String name, String torn) throws Exception {
        write("r1", "r2");
        Files.writeString(file(1), torn, StandardOpenOption.APPEND);
        assertThat(AuditVerifier.verify(directory()).unfinished()).isTrue();
        try (FileAuditTrail trail = trail()) {
            assertThat(trail.append(asked("r3"))).isEqualTo(4);
        }
        assertThat(AuditVerifier.verify(directory()).damage()).isNull();
        assertThat(records().get(2).event())
                .isEqualTo(new AuditEvent(
                        AuditEvent.Type.REPAIRED,
                        NOW,
                        Map.of(
                                Fact.NAME, "audit-000000000000001.jsonl",
                                Fact.COUNT, String.valueOf(torn.length()),
                                Fact.CODE, "TORN_LINE")));
    }

    @Test
    void repairsATornFirstLine() throws Exception {
        Files.createDirectory(directory());
        Files.writeString(file(1), "{\"seq\"");
        assertThat(trail().append(asked("r1"))).isEqualTo(2);
    }

    @Test
    void goesOnInAFileThatAKillLeftEmpty() throws Exception {
        write("r1", "r2");
        Files.createFile(file(3));
        assertThat(trail().append(asked("r3"))).isEqualTo(3);
        assertThat(AuditVerifier.verify(directory()).records()).isEqualTo(3);
    }

    @Test
    void refusesToContinueADamagedChain() throws Exception {
        write("r1", "r2");
        Files.writeString(file(1), Files.readString(file(1)).replace("\"r1\"", "\"x1\""));
        assertThatExceptionOfType(AuditDamage.class)
                .isThrownBy(this::trail)
                .withMessage("audit-000000000000001.jsonl:1 EDITED");
    }

    @Test
    void isWrittenByOneProcessAtATime() throws Exception {
        trail();
        assertThatExceptionOfType(AuditException.class).isThrownBy(this::trail).withMessage("AUDIT_LOCKED");
    }

    @Test
    void failsClosedWhileTheDiskIsFullAndHealsAfter() throws Exception {
        Disk disk = new Disk();
        FileAuditTrail trail = opened(disk::open, 1 << 20);
        trail.append(asked("r1"));
        disk.writes = false;
        assertRefuses(trail, "AUDIT_DISK");
        assertThat(Files.readAllLines(file(1))).hasSize(1);
        disk.writes = true;
        assertThat(trail.append(asked("r3"))).isEqualTo(2);
        assertThat(names()).containsExactly("r1", "r3");
    }

    @Test
    void goesOnAfterAFullDiskOnlyWithRoomForManyRecords() throws Exception {
        Disk disk = new Disk();
        FileAuditTrail trail = opened(disk::open, 1 << 20);
        disk.room = 65_535;
        trail.append(asked("r1"));
        disk.writes = false;
        assertRefuses(trail, "AUDIT_DISK");
        disk.writes = true;
        assertRefuses(trail, "AUDIT_DISK");
        disk.room++;
        trail.append(asked("r3"));
        disk.room = 0;
        trail.append(asked("r4"));
        assertThat(names()).containsExactly("r1", "r3", "r4");
    }

    @Test
    void failsClosedWhenTheSyncFails() throws Exception {
        Disk disk = new Disk();
        FileAuditTrail trail = opened(disk::open, 1 << 20);
        trail.append(asked("r1"));
        disk.syncs = false;
        assertRefuses(trail, "AUDIT_DISK");
        disk.syncs = true;
        assertThat(trail.append(asked("r3"))).isEqualTo(2);
        assertThat(AuditVerifier.verify(directory()).records()).isEqualTo(2);
    }

    @Test
    void stopsUntilAHalfWrittenRecordCouldBeCut() throws Exception {
        Disk disk = new Disk();
        FileAuditTrail trail = opened(disk::open, 1 << 20);
        trail.append(asked("r1"));
        disk.writes = false;
        disk.cuts = false;
        assertRefuses(trail, "AUDIT_DISK");
        disk.writes = true;
        assertRefuses(trail, "AUDIT_DISK");
        disk.cuts = true;
        assertThat(trail.append(asked("r3"))).isEqualTo(2);
        assertThat(names()).containsExactly("r1", "r3");
    }

    @Test
    void refusesWhenTheNextFileCannotBeMade() throws Exception {
        Disk disk = new Disk();
        FileAuditTrail trail = opened(disk::open, 100);
        trail.append(asked("r1"));
        disk.opens = false;
        assertRefuses(trail, "AUDIT_DISK");
        disk.opens = true;
        assertThat(trail.append(asked("r2"))).isEqualTo(2);
        assertThat(names()).containsExactly("r1", "r2");
    }

    @Test
    void refusesWhenItsFileIsGoneReplacedOrTouched() throws Exception {
        FileAuditTrail trail = trail();
        trail.append(asked("r1"));
        byte[] content = Files.readAllBytes(file(1));
        Path away = file(1).resolveSibling("away");
        Files.move(file(1), away);
        assertRefuses(trail, "AUDIT_DISK");
        Files.write(file(1), content);
        assertRefuses(trail, "AUDIT_CHANGED");
        Files.delete(file(1));
        Files.move(away, file(1));
        Files.writeString(file(1), "x", StandardOpenOption.APPEND);
        assertRefuses(trail, "AUDIT_CHANGED");
        Files.write(file(1), content);
        assertThat(trail.append(asked("r2"))).isEqualTo(2);
    }

    @Test
    void refusesAfterClosing() throws Exception {
        FileAuditTrail trail = trail();
        trail.close();
        trail.close();
        assertRefuses(trail, "AUDIT_CLOSED");
    }

    @Test
    void survivesAnInterruptedCaller() throws Exception {
        FileAuditTrail trail = trail();
        Thread.currentThread().interrupt();
        assertThat(trail.append(asked("r1"))).isEqualTo(1);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(trail.append(asked("r2"))).isEqualTo(2);
    }

    @Test
    void tailSeesSyncedRecordsOnlyAndWaitsForThem() throws Exception {
        FileAuditTrail trail = trail();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try (AuditTail tail = trail.tail(0)) {
            assertThat(tail.next(10, Duration.ofMillis(1))).isEmpty();
            Future<List<AuditRecord>> next = pool.submit(() -> tail.next(10, Duration.ofSeconds(10)));
            trail.append(asked("r1"));
            assertThat(next.get()).extracting(AuditRecord::sequence).containsExactly(1L);
        } finally {
            pool.shutdownNow();
        }
    }

    /** What a full disk leaves half written is cut and written over, and the ledger must not stop for having seen it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tailForgetsWhatWasWrittenAndNeverSynced(boolean half) throws Exception {
        Disk disk = new Disk();
        FileAuditTrail trail = opened(disk::open, 1 << 20);
        trail.append(asked("r1"));
        disk.writes = !half;
        disk.syncs = half;
        disk.cuts = false;
        assertRefuses(trail, "AUDIT_DISK");
        try (AuditTail tail = trail.tail(0)) {
            assertThat(tail.next(10, Duration.ofMillis(1)))
                    .extracting(AuditRecord::sequence)
                    .containsExactly(1L);
            disk.writes = true;
            disk.syncs = true;
            disk.cuts = true;
            trail.append(asked("a request with a longer name"));
            assertThat(tail.next(10, Duration.ofMillis(1)))
                    .extracting(record -> record.event().facts().get(Fact.REQUEST))
                    .containsExactly("a request with a longer name");
        }
    }

    @Test
    void tailBeyondTheEndIsRefused() throws Exception {
        FileAuditTrail trail = trail();
        trail.append(asked("r1"));
        assertThatExceptionOfType(AuditDamage.class).isThrownBy(() -> trail.tail(2));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lyingValues")
    void writesNoValueThatLies(String name, String written, String read) throws Exception {
        write(written);
        assertThat(names()).containsExactly(read);
        assertThat(Files.readAllLines(file(1))).hasSize(1);
        assertThat(AuditVerifier.verify(directory()).damage()).isNull();
    }

    static Stream<Arguments> lyingValues() {
        return Stream.of(
                Arguments.of("new line", "a\nb", "ab"),
                Arguments.of("bidi", "a\u202eb", "ab"),
                Arguments.of("zero width", "a\u200bb", "ab"),
                Arguments.of("lone surrogate", "a\ud800b", "ab"),
                Arguments.of("line separator", "a\u2028b", "ab"),
                Arguments.of("a line of its own", "x\"},\"prev\":\"\"}\n{", "x\"},\"prev\":\"\"}{"),
                Arguments.of("quote and backslash", "a\"\\b", "a\"\\b"),
                Arguments.of("beyond the basic plane", "\ud83d\ude00", "\ud83d\ude00"));
    }

    @Test
    void cutsLongValuesButNotTheDestinations() throws Exception {
        try (FileAuditTrail trail = trail()) {
            trail.append(new AuditEvent(
                    AuditEvent.Type.ALLOWED,
                    NOW,
                    Map.of(Fact.REQUEST, "r".repeat(300), Fact.DESTINATIONS, "d,".repeat(300))));
        }
        Map<Fact, String> facts = records().get(0).event().facts();
        assertThat(facts.get(Fact.REQUEST)).hasSize(200);
        assertThat(facts.get(Fact.DESTINATIONS)).hasSize(600);
    }

    private void assertRefuses(FileAuditTrail trail, String code) {
        assertThatExceptionOfType(AuditException.class)
                .isThrownBy(() -> trail.append(asked("r2")))
                .withMessage(code);
    }

    private FileAuditTrail trail() throws Exception {
        return opened(AuditFile::new, 1 << 20);
    }

    private FileAuditTrail opened(AuditWriter.Opener opener, long rotateAt) throws Exception {
        FileAuditTrail trail = FileAuditTrail.open(
                directory(), Clock.fixed(NOW, ZoneOffset.UTC), Checkpoints.none(), opener, rotateAt);
        open.add(trail);
        return trail;
    }

    private void write(String... requests) throws Exception {
        try (FileAuditTrail trail = trail()) {
            for (String request : requests) {
                trail.append(asked(request));
            }
        }
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

    private List<String> names() throws Exception {
        return records().stream()
                .map(record -> record.event().facts().getOrDefault(Fact.REQUEST, ""))
                .toList();
    }

    private static AuditEvent asked(String request) {
        return new AuditEvent(AuditEvent.Type.ASKED, NOW, Map.of(Fact.REQUEST, request));
    }

    private Path directory() {
        return parent.resolve("audit");
    }

    private Path file(long first) {
        return new AuditFiles(directory()).startingAt(first);
    }

    /** A disk whose syncs take their time. */
    private static final class SlowFile extends AuditFile {

        private final AtomicInteger syncs;

        SlowFile(Path path, AtomicInteger syncs) throws IOException {
            super(path);
            this.syncs = syncs;
        }

        @Override
        void sync() throws IOException {
            syncs.incrementAndGet();
            super.sync();
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** A disk that can fail. */
    private static final class Disk {

        private boolean opens = true;
        private boolean writes = true;
        private boolean syncs = true;
        private boolean cuts = true;
        private long room = Long.MAX_VALUE;

        AuditFile open(Path path) throws IOException {
            demand(opens);
            return new AuditFile(path) {
                @Override
                void write(long position, byte[] bytes) throws IOException {
                    super.write(position, writes ? bytes : "half".getBytes(StandardCharsets.UTF_8));
                    demand(writes);
                }

                @Override
                void sync() throws IOException {
                    demand(syncs);
                    super.sync();
                }

                @Override
                long room() {
                    return room;
                }

                @Override
                void truncate(long newLength) throws IOException {
                    demand(cuts);
                    super.truncate(newLength);
                }
            };
        }

        private static void demand(boolean works) throws IOException {
            if (!works) {
                throw new IOException("disk");
            }
        }
    }
}
