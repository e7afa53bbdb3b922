package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.secrecy.CapturedOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DropFilterTest {

    private static final String BATCH = "account,instance,deliverTo\na,i,x\n";

    @TempDir
    private Path drop;

    private final Fakes.Trail audit = new Fakes.Trail();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.csv",
                "a b (2).CSV",
                "x.ndjson",
                "x.JsonL",
                "0.json",
                "a..csv",
                "서버목록.csv",
                "新服务器.json",
                "requests_é.csv",
                "ops&dev.csv",
                "list.txt",
                "list.tsv",
                "LIST.CSV",
                "list",
                "-a.csv",
                " a.csv",
                "a\nb.csv",
                "$x;'\"<b>.csv",
                "a\u202Evsc.exe",
                "list.csv.2026-11-29"
            })
    void takesABatchWhateverItsName(String name) throws IOException {
        file(name);

        assertThat(left()).isEmpty();
        assertThat(ready()).containsExactly(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".a.csv",
                ".list.csv.swp",
                ".~lock.list.csv#",
                "a.csv.tmp",
                "a.csv.part",
                "a.csv.filepart",
                "a.crdownload",
                "~$list.xlsx",
                "a.csv~",
                "a.csv.PARTIAL"
            })
    void leavesNamesOfUnfinishedFilesAndSaysSoOnceTheyStay(String name) throws IOException {
        Path file = file(name);
        AtomicLong nanos = new AtomicLong();
        DropFilter filter = new DropFilter(
                directory(),
                new DropGuard(List.of()),
                new Settling(Duration.ofSeconds(3), Duration.ofMinutes(2), nanos::get),
                audit,
                Clock.systemUTC());

        filter.survey();
        nanos.addAndGet(Duration.ofSeconds(119).toNanos());
        filter.survey();
        assertThat(filter.left()).isEmpty();

        Files.writeString(file, BATCH + BATCH);
        nanos.addAndGet(Duration.ofSeconds(119).toNanos());
        filter.survey();
        assertThat(filter.left()).isEmpty();

        nanos.addAndGet(Duration.ofSeconds(121).toNanos());
        filter.survey();
        assertThat(filter.isReady(name)).isFalse();
        assertThat(filter.left().values()).singleElement().asString().contains("rename it when it is whole");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "note.txt|dear all|end its name in .csv",
                "empty.txt|''|it is empty",
                "empty|''|it is empty",
                "list.xlsx|PK-zipped|save it as CSV UTF-8",
                "picture|GIF89a|neither its name nor its content"
            })
    void saysWhyAFileIsNoBatch(String name, String content, String reason) throws IOException {
        Files.writeString(drop.resolve(name), content);

        assertThat(left()).hasEntrySatisfying(name, says -> assertThat(says).contains(reason));
        assertThat(ready()).isEmpty();
    }

    @Test
    void saysTheSameThingOnce() throws IOException {
        file("folder.part");
        Files.writeString(drop.resolve("note.txt"), "dear all");
        DropFilter filter = filter();

        try (CapturedOutput output = new CapturedOutput()) {
            for (int poll = 1; poll <= 5; poll++) {
                filter.survey();
            }
            assertThat(output.log()).containsOnlyOnce("DROPPED_FILE_LEFT note.txt");
        }
        Files.delete(drop.resolve("note.txt"));
        filter.survey();
        assertThat(filter.left()).containsOnlyKeys("folder.part");
    }

    @Test
    void givesANameWhoseBytesAreNoTextAReadableOne() throws Exception {
        Process bash = new ProcessBuilder(
                        "bash", "-c", "printf 'account,instance,deliverTo\\na,i,x\\n' > $'\\xbc\\xad.csv'")
                .directory(drop.toFile())
                .start();
        assertThat(bash.waitFor()).isZero();
        DropFilter filter = filter();

        filter.survey();
        filter.survey();

        assertThat(filter.isReady("__.csv")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"-a.csv,_a.csv", "a\\b.csv,a_b.csv", "서버.csv,서버.csv", "ops&dev.csv,ops&dev.csv", ".x.csv,_x.csv"})
    void keepsAFileUnderAHarmlessName(String name, String kept) {
        assertThat(DropDirectory.safeName(name)).isEqualTo(kept);
    }

    @Test
    void cutsALongNameBeforeItsEnding() {
        assertThat(DropDirectory.safeName("x".repeat(250) + ".csv")).isEqualTo("x".repeat(124) + ".csv");
        assertThat(DropDirectory.safeName("서".repeat(80) + ".csv")).isEqualTo("서".repeat(72) + ".csv");
    }

    @Test
    void leavesLinks() throws IOException {
        Path target = file("target");
        Files.createSymbolicLink(drop.resolve("link.csv"), target);
        Files.createSymbolicLink(drop.resolve("dangling.csv"), drop.resolve("no"));
        Files.createLink(drop.resolve("hard.csv"), target);
        assertThat(ready()).isEmpty();
        assertThat(left()).containsOnlyKeys("link.csv", "dangling.csv", "hard.csv", "target");
    }

    @Test
    void leavesDirectoriesAndPipes() throws Exception {
        Files.createDirectory(drop.resolve("folder.csv"));
        Path pipe = drop.resolve("pipe.csv");
        Process mkfifo = new ProcessBuilder("mkfifo", pipe.toString()).start();
        assumeThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ready()).isEmpty();
        assertThat(left()).containsOnlyKeys("folder.csv", "pipe.csv");
    }

    @Test
    void leavesDevices() throws Exception {
        Path device = drop.resolve("device.csv");
        Process mknod = new ProcessBuilder("mknod", device.toString(), "c", "1", "5").start();
        assertThat(mknod.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assumeThat(mknod.exitValue()).as("only root may make devices").isZero();
        assertThat(left()).containsOnlyKeys("device.csv");
    }

    @Test
    void leavesFilesThatEverybodyCanWriteTo() throws IOException {
        Path open = file("open.csv");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(left())
                .hasEntrySatisfying("open.csv", says -> assertThat(says).contains("chmod o-w"));

        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-rw-r--"));
        assertThat(ready()).containsExactly("open.csv");
    }

    @Test
    void takesFilesOfListedOwnersOnly() throws IOException {
        Path file = file("a.csv");
        String owner = Files.getOwner(file).getName();

        assertThat(ready(owner)).containsExactly("a.csv");
        assertThat(ready("somebody-else")).isEmpty();
    }

    @Test
    void takesNoForeignFileUnlessItsOwnerIsListed() throws IOException {
        Path file = file("a.csv");
        try {
            Files.setAttribute(file, "unix:uid", 12345);
        } catch (IOException notAllowed) {
            assumeThat(notAllowed).as("only root may give files away").isNull();
        }

        assertThat(ready()).isEmpty();
        assertThat(ready("12345")).containsExactly("a.csv");
    }

    private List<String> ready(String... owners) throws IOException {
        DropFilter filter = filter(owners);
        filter.survey();
        try (Stream<Path> files = Files.list(drop)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(filter::isReady)
                    .toList();
        }
    }

    @Test
    void recordsOnceWhatItRefuses() throws IOException {
        Files.createSymbolicLink(drop.resolve("link.csv"), file("good.csv"));
        Files.writeString(drop.resolve("prose.txt"), "Dear operator, please see attached.");
        Files.createDirectory(drop.resolve("folder"));
        DropFilter filter = filter();

        filter.survey();
        filter.survey();

        assertThat(filter.left()).containsOnlyKeys("link.csv", "prose.txt", "folder");
        assertThat(audit.told(Fact.NAME)).containsExactly("ENDED link.csv", "ENDED prose.txt");
        assertThat(audit.told(Fact.CODE)).containsExactly("ENDED BATCH_NOT_A_FILE", "ENDED BATCH_NO_FORMAT");
        assertThat(audit.last().facts())
                .containsEntry(Fact.REFERENCE, Hashes.sha256(Files.readAllBytes(drop.resolve("prose.txt"))));
    }

    private Map<String, String> left() throws IOException {
        DropFilter filter = filter();
        filter.survey();
        return filter.left();
    }

    /** Which waits for no file. */
    private DropFilter filter(String... owners) {
        return new DropFilter(
                directory(),
                new DropGuard(List.of(owners)),
                new Settling(Duration.ZERO, Duration.ZERO, System::nanoTime),
                audit,
                Clock.systemUTC());
    }

    private DropDirectory directory() {
        return DropDirectory.lookedAt(drop, Clock.systemUTC());
    }

    private Path file(String name) throws IOException {
        return Files.writeString(drop.resolve(name), BATCH);
    }
}
