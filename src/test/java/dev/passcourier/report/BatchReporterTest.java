package dev.passcourier.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.Story;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.SealedBundles;
import dev.passcourier.request.Origin;
import dev.passcourier.sandbox.MovableClock;
import dev.passcourier.vault.AtRest;
import dev.passcourier.vault.Sealed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
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
    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-01T10:00:00Z"), ZoneOffset.UTC);
    private SealedBundles bundles = SealedBundles.none();
    private boolean summaries;
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
        assertThat(done.resolve("wave.csv.results.ndjson"))
                .content()
                .contains("{\"line\":1,\"id\":\"r1\"", "\"alias\":\"mail\",\"state\":\"DELIVERED\"")
                .hasLineCount(2);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(results)))
                .isEqualTo("rw-------");
        assertThat(ledger.unreportedBatches()).isEmpty();
    }

    @Test
    void writesTheSameAgainAfterAKillBeforeTheRecord() throws IOException {
        story.batch("b", "FILE", "wave.csv", 1).endedLine("b", 1, "BATCH_COLUMNS");
        caughtUp();
        new BatchResults(() -> done).write(ledger.unreportedBatches().get(0), BatchLines.of(ledger, "b", line -> true));
        due();
        assertThat(doneFiles()).containsExactly("wave.csv.results.csv", "wave.csv.results.ndjson");
        assertThat(ledger.unreportedBatches()).isEmpty();
    }

    @Test
    void keepsAFileOfTheNameThatIsNotOurs() throws IOException {
        Path other = Files.writeString(done.resolve("wave.csv.results.csv"), "dropped by somebody");
        story.batch("0123456789abcdef", "FILE", "wave.csv", 1).endedLine("0123456789abcdef", 1, "BATCH_COLUMNS");
        due();
        assertThat(other).hasContent("dropped by somebody");
        assertThat(doneFiles())
                .containsExactly("wave.csv.01234567.results.csv", "wave.csv.results.csv", "wave.csv.results.ndjson");
    }

    @Test
    void writesNothingOutsideTheDirectoryAndGoesOnWithTheOthers() throws IOException {
        story.batch("evil", "FILE", "../wave.csv", 0).batch("good", "FILE", "fine.csv", 0);
        due();
        due();
        assertThat(doneFiles()).containsExactly("fine.csv.results.csv", "fine.csv.results.ndjson");
        assertThat(directory.resolve("wave.csv.results.csv")).doesNotExist();
    }

    @Test
    void showsWhatHasEndedWhileALineWaits() throws Exception {
        story.batch("b", "FILE", "wave.csv", 3)
                .askedLine("r1", "b", 1)
                .askedLine("r2", "b", 2)
                .askedLine("slow", "b", 3)
                .handedOver("r1", "mail");
        BatchReporter reporter = reporter(done);
        look(reporter, Duration.ofSeconds(5));
        assertThat(doneFiles()).as("a short batch has results only").isEmpty();

        look(reporter, Duration.ofSeconds(10));
        Path partial = done.resolve("wave.csv.results.partial.csv");
        assertThat(partial).content().contains("1,r1,acc,i-r1,DELIVERED").hasLineCount(2);
        assertThat(done.resolve("wave.csv.results.partial.ndjson")).content().hasLineCount(1);

        story.handedOver("r2", "mail");
        look(reporter, Duration.ofSeconds(5));
        assertThat(partial).content().as("not written at every look").hasLineCount(2);
        look(reporter, Duration.ofSeconds(10));
        assertThat(partial).content().contains("2,r2,acc").hasLineCount(3);

        story.handedOver("slow", "mail");
        look(reporter, Duration.ofSeconds(1));
        assertThat(doneFiles()).containsExactly("wave.csv.results.csv", "wave.csv.results.ndjson");
    }

    @Test
    void keepsAFileOfThePartialResultsNameThatIsNotOurs() throws Exception {
        Path other = Files.writeString(done.resolve("wave.csv.results.partial.csv"), "account,instance,deliverTo\n");
        story.batch("0123456789abcdef", "FILE", "wave.csv", 2).endedLine("0123456789abcdef", 1, "BATCH_COLUMNS");
        BatchReporter reporter = reporter(done);
        look(reporter, Duration.ofSeconds(20));
        assertThat(doneFiles())
                .containsExactly(
                        "wave.csv.01234567.results.partial.csv",
                        "wave.csv.results.partial.csv",
                        "wave.csv.results.partial.ndjson");
        story.endedLine("0123456789abcdef", 2, "BATCH_COLUMNS");
        look(reporter, Duration.ofSeconds(20));
        assertThat(other).hasContent("account,instance,deliverTo");
        assertThat(doneFiles())
                .containsExactly("wave.csv.results.csv", "wave.csv.results.ndjson", "wave.csv.results.partial.csv");
    }

    @Test
    void writesABatchOfManyPages() throws Exception {
        int lines = 2 * BatchLines.PAGE + 1;
        story.batch("b", "FILE", "wave.csv", lines);
        for (int line = 1; line <= lines; line++) {
            story.endedLine("b", line, "BATCH_COLUMNS");
        }
        due();
        List<String> rows = Files.readAllLines(done.resolve("wave.csv.results.csv"));
        assertThat(rows).hasSize(lines + 1);
        assertThat(rows.get(lines)).startsWith(lines + ",");
    }

    @Test
    void answersASummaryWithCountsWhatToDoAndTheSlowest() {
        summaries = true;
        story.batch("b", "FILE", "wa<ve.csv", 3)
                .askedLine("r1", "b", 1)
                .handedOver("r1", "mail")
                .endedLine("b", 2, "BATCH_COLUMNS")
                .endedLine("b", 3, "BATCH_COLUMNS");
        BatchReporter.Due due = due().get(0);
        assertThat(due.source()).isEqualTo(Origin.Source.FILE);
        assertThat(due.report().title()).isEqualTo("wa<ve.csv: 1 of 3 passwords delivered");
        assertThat(new String(due.report().files().get(0).content(), StandardCharsets.UTF_8))
                .contains("verdict,code,lines,advice", "REFUSED,BATCH_COLUMNS,2,", "DELIVERED,,1,");
        assertThat(due.report().html())
                .contains("wa&lt;ve.csv", "<b>2</b> REFUSED", "<b>1</b> DELIVERED", "What to do", "i-r1");
        assertThat(doneFiles()).as("written before it is told").contains("wa<ve.csv.results.csv");
        reporter(done).reported("b");
        assertThat(due()).isEmpty();
    }

    @Test
    void bundlesWhatIsSealedForARecipientAndNothingElse() throws Exception {
        Path kept = directory.resolve("bundles");
        String id = "b".repeat(64);
        bundles = new SealedBundles(kept, Map.of("mail", "operations", "clear", "operations"));
        bundles.keep(of(Origin.Source.FILE, id), item("mail", "r1", Sealed.JOSE));
        bundles.keep(of(Origin.Source.FILE, id), item("mail", "r1", Sealed.JOSE));
        bundles.keep(of(Origin.Source.FILE, id), item("mail", "r2", Sealed.AGE));
        bundles.keep(of(Origin.Source.FILE, id), item("clear", "r1", AtRest.MEDIA_TYPE));
        bundles.keep(of(Origin.Source.FILE, id), item("other", "r1", Sealed.JOSE));
        bundles.keep(of(Origin.Source.SCHEDULE, "nightly@1"), item("mail", "r3", Sealed.JOSE));
        bundles.keep(of(Origin.Source.JMS, null), item("mail", "r4", Sealed.JOSE));
        bundles.keep(of(Origin.Source.CLI, id), item("mail", "r5", Sealed.JOSE));
        story.batch(id, "FILE", "wave.csv", 2).askedLine("r1", id, 1).askedLine("r2", id, 2);
        story.handedOver("r1", "mail").handedOver("r2", "mail");
        BatchReporter reporter = reporter(done);
        look(reporter, Duration.ofSeconds(1));

        Path zip = done.resolve("wave.csv.operations.zip");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(zip)))
                .isEqualTo("rw-------");
        try (ZipFile archive = new ZipFile(zip.toFile())) {
            assertThat(archive.stream().map(ZipEntry::getName))
                    .containsExactlyInAnyOrder("r1_dlv_mailr1.jwe", "r2_dlv_mailr2.age");
            assertThat(archive.getInputStream(archive.getEntry("r1_dlv_mailr1.jwe")))
                    .hasContent("sealed for mail");
        }
        look(reporter, Duration.ofSeconds(1));
        assertThat(kept).as("what is in the file is not kept otherwise").isEmptyDirectory();
    }

    private static Origin of(Origin.Source source, @Nullable String batch) {
        return new Origin(source, batch + ":1", null, batch, 1);
    }

    private static OutboxItem item(String alias, String request, String mediaType) {
        return new OutboxItem(
                OutboxItem.Kind.RESULT,
                alias,
                "dlv_" + alias + request,
                request,
                null,
                1,
                Instant.EPOCH,
                Instant.EPOCH,
                mediaType,
                ("sealed for " + alias).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void showsWhatHasEndedWithinTwoMinutesHoweverLongItTakesToWrite() throws Exception {
        story.batch("b", "FILE", "wave.csv", 3)
                .askedLine("r1", "b", 1)
                .askedLine("r2", "b", 2)
                .askedLine("slow", "b", 3)
                .handedOver("r1", "mail");
        BatchReporter reporter = reporterTo(() -> {
            clock.advance(Duration.ofMinutes(1));
            return done;
        });
        look(reporter, Duration.ofSeconds(15));
        story.handedOver("r2", "mail");
        look(reporter, Duration.ofSeconds(119));
        Path partial = done.resolve("wave.csv.results.partial.csv");
        assertThat(partial).content().as("it rests").hasLineCount(2);
        look(reporter, Duration.ofSeconds(1));
        assertThat(partial).content().contains("2,r2,acc").hasLineCount(3);
    }

    private void look(BatchReporter reporter, Duration later) {
        caughtUp();
        clock.advance(later);
        assertThat(reporter.due()).isEmpty();
    }

    @Test
    void answersARunsReportUntilItIsReportedAlsoAfterARestart() {
        story.batch("nightly@1", "SCHEDULE", "nightly", 1).askedLine("r1", "nightly@1", 1);
        assertThat(due()).isEmpty();
        story.handedOver("r1", "mail");
        BatchReporter.Due first = due().get(0);
        assertThat(first.batch()).isEqualTo("nightly@1");
        assertThat(first.name()).isEqualTo("nightly");
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
        assertThat(ledger.unreportedBatches()).isEmpty();
    }

    private List<BatchReporter.Due> due() {
        caughtUp();
        return reporter(done).due();
    }

    private void caughtUp() {
        ledger.awaitApplied(story.last());
    }

    private BatchReporter reporter(@Nullable Path place) {
        return reporterTo(place == null ? null : () -> place);
    }

    private BatchReporter reporterTo(BatchResults.@Nullable Place place) {
        return new BatchReporter(ledger, trail, clock, place, schedule -> ZoneOffset.UTC, summaries, bundles);
    }

    private List<String> doneFiles() {
        try (Stream<Path> files = Files.list(done)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
