package dev.passcourier.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditReader;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.config.Settings.Retention;
import dev.passcourier.intake.DoneFiles;
import dev.passcourier.intake.DropDirectory;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.ReportRun;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.ledger.Story;
import dev.passcourier.retention.RetentionAnswer.Part;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionServiceTest {

    private static final Retention POLICY =
            new Retention(Duration.ofDays(90), Duration.ofDays(90), Duration.ofDays(90), null, null);

    @TempDir
    Path home;

    private final LaterClock clock = new LaterClock();
    private FileAuditTrail trail;
    private Ledger ledger;
    private DropDirectory drop;
    private Path done;
    private Path failed;
    private RetentionService service;

    /** As many days ahead as wanted: files have the time of the machine. */
    private static final class LaterClock extends Clock {

        private Duration ahead = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @BeforeEach
    void start() throws Exception {
        trail = FileAuditTrail.open(home.resolve("audit"), clock);
        ledger = Ledger.follow(trail, LedgerDatabase.h2(home.resolve("ledger")));
        drop = DropDirectory.open(Files.createDirectory(home.resolve("drop")), List.of(), clock);
        done = drop.done();
        failed = home.resolve("drop/failed");
        service = new RetentionService(
                POLICY, trail, trail, home.resolve("archive"), ledger, new DoneFiles(drop, ledger::areReported), clock);
    }

    @AfterEach
    void stop() throws Exception {
        service.close();
        ledger.close();
        trail.close();
    }

    @Test
    void letsGoOfWhatIsOlderOnRecordFirst() throws Exception {
        tell(story -> story.batch("b1", "FILE", "one.csv", 1)
                .askedLine("r1", "b1", 1)
                .handedOver("r1", "mail")
                .tell(AuditEvent.Type.BATCH_REPORTED, Fact.BATCH, "b1")
                .asked("open", "ID:1"));
        Files.writeString(done.resolve("one.csv"), "content");
        run("weekly@1", Instant.now().minus(Duration.ofDays(9)));
        run("weekly@2", Instant.now().minus(Duration.ofDays(2)));
        clock.ahead = Duration.ofDays(100);

        RetentionAnswer told = service.carryOut(new RetentionOrder(true), "ann");
        assertThat(told.parts())
                .extracting(Part::what, Part::count, Part::bytes, Part::problem)
                .containsExactly(tuple("ledger", 1L, 0L), tuple("reports", 1L, 0L), tuple("done", 1L, 7L));
        assertThat(retention()).isEmpty();
        assertThat(ledger.newest(9)).hasSize(2);
        assertThat(done.resolve("one.csv")).exists();

        assertThat(service.carryOut(new RetentionOrder(false), "ann").parts())
                .extracting(Part::count)
                .containsExactly(1L, 1L, 1L);
        assertThat(ledger.newest(9)).extracting(RequestRow::id).containsExactly("open");
        assertThat(ledger.reports().runs("weekly", 9)).extracting(ReportRun::id).containsExactly("weekly@2");
        assertThat(done.resolve("one.csv")).doesNotExist();
        assertThat(retention())
                .extracting(
                        facts -> facts.get(Fact.NAME), facts -> facts.get(Fact.COUNT), facts -> facts.get(Fact.USER))
                .containsExactly(
                        Tuple.tuple("ledger", "1", "ann"),
                        Tuple.tuple("reports", "1", "ann"),
                        Tuple.tuple("done", "1", "ann"));
    }

    @Test
    void leavesWhatIsNotOursAndWhatABatchUnderWayNeeds() throws Exception {
        Path secret = Files.writeString(home.resolve("elsewhere"), "kept");
        tell(story -> story.batch("b1", "FILE", "over.csv", 1)
                .endedLine("b1", 1, "BAD_LINE")
                .tell(AuditEvent.Type.BATCH_REPORTED, Fact.BATCH, "b1")
                .batch("b2", "FILE", "running.csv", 2)
                .endedLine("b2", 1, "BAD_LINE"));
        for (String name : List.of("over.csv", "over.csv.results.csv", "again.csv", "again.csv.repeated.json")) {
            Files.writeString(done.resolve(name), name);
        }
        for (String name : List.of("running.csv", "running.csv.results.partial.csv", "notes.txt", ".hidden")) {
            Files.writeString(done.resolve(name), name);
        }
        Files.createSymbolicLink(done.resolve("over.csv.link"), secret);
        Files.createDirectory(done.resolve("over.csv.directory"));
        Files.writeString(failed.resolve("bad.csv"), "bad");
        Files.writeString(failed.resolve("bad.csv.error.json"), "bad");
        Files.writeString(failed.resolve("put-here.csv"), "by somebody");
        clock.ahead = Duration.ofDays(100);

        Part part = service.carryOut(new RetentionOrder(false), "ann").parts().get(2);

        assertThat(part.count()).isEqualTo(6);
        assertThat(names(done))
                .containsExactlyInAnyOrder(
                        "running.csv",
                        "running.csv.results.partial.csv",
                        "notes.txt",
                        ".hidden",
                        "over.csv.link",
                        "over.csv.directory");
        assertThat(names(failed)).containsExactly("put-here.csv");
        assertThat(secret).hasContent("kept");
    }

    @Test
    void countsFromWhenAFileCameNotFromItsOwnTime() throws Exception {
        tell(story -> story.batch("b1", "FILE", "old.csv", 1).tell(AuditEvent.Type.BATCH_REPORTED, Fact.BATCH, "b1"));
        Path old = Files.writeString(done.resolve("old.csv"), "x");
        Files.setLastModifiedTime(old, FileTime.from(Instant.EPOCH));
        clock.ahead = Duration.ofDays(89);
        service.carryOut(new RetentionOrder(false), "ann");
        assertThat(old).exists();
    }

    @Test
    void runsOncePerDayAndHourlyAfterAProblem() throws Exception {
        tell(story -> story.asked("r1", "ID:1").handedOver("r1", "mail"));
        clock.ahead = Duration.ofDays(100);
        service.runIfDue();
        assertThat(retention()).hasSize(1);

        tell(story -> story.asked("r2", "ID:2").handedOver("r2", "mail"));
        clock.ahead = clock.ahead.plusHours(23);
        service.runIfDue();
        assertThat(retention()).hasSize(1);

        Files.setPosixFilePermissions(done, Set.of());
        clock.ahead = clock.ahead.plusHours(2);
        service.runIfDue();
        assertThat(retention()).as("the ledger's, whatever done's problem").hasSize(2);

        Files.setPosixFilePermissions(done, PosixFilePermissions.fromString("rwx------"));
        tell(story -> story.asked("r3", "ID:3").handedOver("r3", "mail"));
        clock.ahead = clock.ahead.plusHours(2);
        service.runIfDue();
        assertThat(retention()).hasSize(3);
    }

    private void run(String id, Instant ended) {
        ledger.reports().begin(new ReportRun(id, "weekly", null, ended, ended, 0, "", null), List.of());
        ledger.reports().finish(id, ended, "{}");
    }

    private interface Tale {
        void by(Story story);
    }

    private void tell(Tale tale) {
        tale.by(new Story(trail));
        ledger.awaitApplied(trail.position());
    }

    private static Tuple tuple(String what, long count, long bytes) {
        return Tuple.tuple(what, count, bytes, null);
    }

    private static List<String> names(Path directory) throws Exception {
        try (var files = Files.list(directory)) {
            return files.filter(file -> Files.exists(file, LinkOption.NOFOLLOW_LINKS))
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }

    private List<Map<Fact, String>> retention() throws Exception {
        List<Map<Fact, String>> found = new ArrayList<>();
        try (AuditReader reader = AuditReader.whole(home.resolve("audit"))) {
            for (AuditRecord next = reader.next(); next != null; next = reader.next()) {
                if (next.event().type() == AuditEvent.Type.RETENTION) {
                    found.add(next.event().facts());
                }
            }
        }
        return found;
    }
}
