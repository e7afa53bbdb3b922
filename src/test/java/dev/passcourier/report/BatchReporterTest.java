package dev.passcourier.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.Story;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchReporterTest {

    @TempDir
    Path directory;

    private Path done;
    private FileAuditTrail trail;
    private Ledger ledger;
    private Story story;

    @BeforeEach
    void begin() throws Exception {
        done = Files.createDirectory(directory.resolve("done"));
        trail = FileAuditTrail.open(directory.resolve("audit"), Clock.systemUTC());
        ledger = Ledger.follow(trail, LedgerDatabase.h2(directory.resolve("ledger")));
        story = new Story(trail);
    }

    @AfterEach
    void end() throws IOException {
        ledger.close();
        trail.close();
    }

    @Test
    void writesABatchsResultsBesideItOnceAllLinesHaveEnded() throws IOException {
        story.batch("b", "FILE", "wave.csv", 2).askedLine("r1", "b", 1).endedLine("b", 2, "BATCH_COLUMNS");
        assertThat(due()).isEmpty();
        assertThat(doneFiles()).isEmpty();
        story.handedOver("r1", "mail");
        assertThat(due()).isEmpty();
        Path results = done.resolve("wave.csv.results.csv");
        assertThat(results)
                .content()
                .contains("1,r1,acc,i-r1,DELIVERED", "mail:DELIVERED", "2,,,,REFUSED,BATCH_COLUMNS");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(results)))
                .isEqualTo("rw-------");
        assertThat(ledger.finishedUnreportedBatches()).isEmpty();
    }

    @Test
    void writesTheSameAgainAfterAKillBeforeTheRecord() throws IOException {
        story.batch("b", "FILE", "wave.csv", 1).endedLine("b", 1, "BATCH_COLUMNS");
        caughtUp();
        new BatchResults(() -> done).write(ledger.finishedUnreportedBatches().get(0), ledger.lines("b"));
        due();
        assertThat(doneFiles()).containsExactly("wave.csv.results.csv");
        assertThat(ledger.finishedUnreportedBatches()).isEmpty();
    }

    @Test
    void keepsAFileOfTheNameThatIsNotOurs() throws IOException {
        Path other = Files.writeString(done.resolve("wave.csv.results.csv"), "dropped by somebody");
        story.batch("0123456789abcdef", "FILE", "wave.csv", 1).endedLine("0123456789abcdef", 1, "BATCH_COLUMNS");
        due();
        assertThat(other).hasContent("dropped by somebody");
        assertThat(doneFiles()).containsExactly("wave.csv.01234567.results.csv", "wave.csv.results.csv");
    }

    @Test
    void writesNothingOutsideTheDirectoryAndGoesOnWithTheOthers() throws IOException {
        story.batch("evil", "FILE", "../wave.csv", 0).batch("good", "FILE", "fine.csv", 0);
        due();
        due();
        assertThat(doneFiles()).containsExactly("fine.csv.results.csv");
        assertThat(directory.resolve("wave.csv.results.csv")).doesNotExist();
    }

    @Test
    void answersARunsReportUntilItIsReportedAlsoAfterARestart() {
        story.batch("nightly@1", "SCHEDULE", "nightly", 1).askedLine("r1", "nightly@1", 1);
        assertThat(due()).isEmpty();
        story.handedOver("r1", "mail");
        BatchReporter.Due first = due().get(0);
        assertThat(first.batch()).isEqualTo("nightly@1");
        assertThat(first.schedule()).isEqualTo("nightly");
        assertThat(first.report().html()).contains("i-r1");
        assertThat(due()).containsExactly(first);
        reporter(done).reported("nightly@1");
        assertThat(due()).isEmpty();
        assertThat(doneFiles()).isEmpty();
    }

    @Test
    void letsABatchGoWhoseDropDirectoryIsNoLongerConfigured() {
        story.batch("b", "FILE", "wave.csv", 0);
        caughtUp();
        assertThat(reporter(null).due()).isEmpty();
        assertThat(ledger.finishedUnreportedBatches()).isEmpty();
    }

    private List<BatchReporter.Due> due() {
        caughtUp();
        return reporter(done).due();
    }

    private void caughtUp() {
        ledger.awaitApplied(story.last());
    }

    private BatchReporter reporter(@Nullable Path place) {
        return new BatchReporter(
                ledger, trail, Clock.systemUTC(), place == null ? null : () -> place, schedule -> ZoneOffset.UTC);
    }

    private List<String> doneFiles() {
        try (Stream<Path> files = Files.list(done)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
