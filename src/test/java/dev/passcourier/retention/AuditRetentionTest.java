package dev.passcourier.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditEvent.Type;
import dev.passcourier.audit.AuditReader;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.audit.SmallTrail;
import dev.passcourier.config.Settings.Retention;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.LedgerMaintenance;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.ledger.Story;
import dev.passcourier.retention.RetentionAnswer.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The beginning of the trail goes to the archive, and a ledger made of what remains is the one there was. */
class AuditRetentionTest {

    private static final Retention POLICY = new Retention(Duration.ofDays(90), null, null, Duration.ofDays(90), null);

    @TempDir
    Path home;

    private final LaterClock clock = new LaterClock();
    private FileAuditTrail trail;
    private Ledger ledger;
    private RetentionService service;
    private Story story;

    /** As many days ahead as wanted. */
    private static final class LaterClock extends Clock {

        private Duration ahead = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.parse("2026-11-02T00:00:00Z").plus(ahead);
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
        trail = SmallTrail.open(audit(), clock, 20_000);
        ledger = Ledger.follow(trail, LedgerDatabase.h2(home.resolve("ledger")));
        service = new RetentionService(POLICY, trail, trail, home.resolve("archive"), ledger, null, clock);
        story = new Story(trail);
    }

    @AfterEach
    void stop() throws Exception {
        service.close();
        ledger.close();
        trail.close();
    }

    private Path audit() {
        return home.resolve("audit");
    }

    private void delivered(int first, int last) {
        for (int i = first; i <= last; i++) {
            String id = "r" + i;
            story.asked(id, "ID:" + i)
                    .allowed(id, "mail")
                    .fetching(id, 1)
                    .opened(id, "hmac-" + i)
                    .sealed(id, "mail")
                    .delivering(id, "mail", 1)
                    .delivered(id, "mail", 1);
        }
        ledger.awaitApplied(trail.position());
    }

    private Part run(boolean dryRun) throws Exception {
        List<Part> parts = service.carryOut(new RetentionOrder(dryRun), "ann").parts();
        ledger.awaitApplied(trail.position());
        assertThat(parts).extracting(Part::what).containsExactly("ledger", "audit");
        assertThat(parts).extracting(Part::problem).containsOnlyNulls();
        return parts.get(1);
    }

    private long cut() throws Exception {
        return AuditReader.cut(audit()).map(cut -> cut.last()).orElse(0L);
    }

    private void delete(String part) throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve(part))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Stops, and looks at the ledger that there is and at one that is made again. */
    private void isWhole() throws Exception {
        stop();
        assertThat(SmallTrail.verify(audit(), null).damage()).isNull();
        assertThat(SmallTrail.verify(audit(), home.resolve("archive")).damage()).isNull();
        LedgerMaintenance maintenance = LedgerMaintenance.h2(home.resolve("ledger"));
        assertThat(maintenance.check(List.of(audit()), record -> {}).first()).isEmpty();
        maintenance.rebuild(List.of(audit()), record -> {});
        assertThat(maintenance.check(List.of(audit()), record -> {}).first()).isEmpty();
    }

    @Test
    void aLedgerMadeOfWhatRemainsIsTheOneThereWas() throws Exception {
        story.batch("b1", "FILE", "one.csv", 1)
                .askedLine("l1", "b1", 1)
                .handedOver("l1", "mail")
                .tell(Type.BATCH_REPORTED, Fact.BATCH, "b1");
        delivered(1, 60);
        // A notice that arrives long after the request's end, when its first records are in another file.
        story.delivery(Type.DELIVERED, "r1", "mail", "NOTICE", "OK", 1);
        clock.ahead = Duration.ofDays(100);
        Part told = run(true);
        assertThat(cut()).isZero();
        assertThat(told.count()).isZero();

        Part gone = run(false);
        assertThat(gone.count()).isEqualTo(cut()).isGreaterThan(200);
        assertThat(ledger.newest(9)).isEmpty();
        delivered(61, 65);
        isWhole();

        delete("ledger");
        start();
        ledger.awaitApplied(trail.position());
        assertThat(ledger.newest(9)).hasSize(5);
        assertThat(ledger.owner("hmac-1")).isEqualTo(Optional.of(new Ledger.Owner("p", "acc", "i-r1")));
        assertThat(ledger.machines(List.of("acc"))).hasSize(66);
        assertThat(ledger.isReported("b1")).isTrue();
        assertThat(ledger.handedOver(List.of("acc"))).hasSize(66);
        isWhole();
    }

    @Test
    void stopsBeforeTheFirstFileThatNamesARequestWhichIsListed() throws Exception {
        delivered(1, 20);
        story.asked("open", "ID:open");
        delivered(21, 40);
        clock.ahead = Duration.ofDays(100);
        run(false);
        long stopped = cut();
        assertThat(stopped).isPositive();
        assertThat(ledger.newest(9)).extracting(RequestRow::id).containsExactly("open");
        run(false);
        assertThat(cut()).isEqualTo(stopped);

        story.ended("open", "EXPIRED", "EXPIRED");
        ledger.awaitApplied(trail.position());
        clock.ahead = Duration.ofDays(300);
        run(false);
        assertThat(cut()).isGreaterThan(stopped);
        isWhole();
    }

    @Test
    void anIdThatIsUsedAgainIsNotTakenForTheOneBefore() throws Exception {
        delivered(1, 20);
        story.delivery(Type.DELIVERED, "r1", "mail", "NOTICE", "OK", 1);
        delivered(21, 22);
        clock.ahead = Duration.ofDays(100);
        run(false);
        assertThat(cut()).isPositive();
        story = new Story(trail, clock.instant());
        delivered(1, 1);
        delivered(23, 40);
        assertThat(ledger.newest(99)).hasSize(19);
        isWhole();

        start();
        story = new Story(trail, clock.instant().plusSeconds(3600));
        clock.ahead = Duration.ofDays(200);
        run(false);
        assertThat(ledger.newest(99)).isEmpty();
        isWhole();
    }
}
