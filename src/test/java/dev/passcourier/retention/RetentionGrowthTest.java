package dev.passcourier.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditEvent.Type;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.audit.SmallTrail;
import dev.passcourier.config.Settings.Retention;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.LedgerMaintenance;
import dev.passcourier.ledger.RequestState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Puts the records of many days on the trail, one day after the other by a stepped clock, and has the service let go daily:
 * the ledger and the trail must stop to grow. The long form is in PROVING.
 */
class RetentionGrowthTest {

    private static final int DAYS = Integer.getInteger("retention.days", 60);
    private static final int REQUESTS = Integer.getInteger("retention.requests", 40);
    private static final int KEPT = Integer.getInteger("retention.kept", 15);
    private static final int MACHINES = Integer.getInteger("retention.machines", 100);
    private static final int FILE = Integer.getInteger("retention.file", 256 * 1024);
    private static final int GROUP = 500;

    @TempDir
    Path home;

    private final StepClock clock = new StepClock();
    private final List<AuditEvent> waiting = new ArrayList<>();
    private FileAuditTrail trail;

    private static final class StepClock extends Clock {

        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public Instant instant() {
            return now;
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

    /** What was there when the service had been stopped at the end of a day, as H2 tidies its file up only then. */
    private record Stop(int day, long requests, long listed, long ledger, long trail, long carried, long archive) {}

    @Test
    void theLedgerAndTheTrailStopToGrow() throws Exception {
        List<Stop> stops = new ArrayList<>();
        Files.createDirectory(archive());
        try (FileAuditTrail opened = SmallTrail.open(audit(), clock, FILE)) {
            trail = opened;
            for (int day = KEPT; day <= DAYS; day += KEPT) {
                long listed = run(day - KEPT + 1, day);
                stops.add(new Stop(
                        day,
                        (long) day * REQUESTS,
                        listed,
                        bytes(home.resolve("ledger"), ""),
                        bytes(audit(), ""),
                        bytes(audit(), "audit-carry"),
                        bytes(archive(), "")));
            }
        }
        print(stops);

        Stop last = stops.get(stops.size() - 1);
        assertThat(last.listed()).isBetween((long) REQUESTS * (KEPT - 1), (long) REQUESTS * (KEPT + 1));
        assertThat(last.ledger())
                .as("bytes of the ledger at the end, beside those when it was full first")
                .isLessThanOrEqualTo(stops.get(1).ledger() * 3 / 2);
        assertThat(last.trail())
                .as("bytes of the trail at the end, beside those when it was full first")
                .isLessThanOrEqualTo(stops.get(1).trail() * 3 / 2);
        assertThat(LedgerMaintenance.h2(home.resolve("ledger"))
                        .check(List.of(audit()), record -> {})
                        .first())
                .isEmpty();
        assertThat(SmallTrail.verify(audit(), null).damage()).isNull();
        assertThat(SmallTrail.verify(audit(), archive()).damage()).isNull();
    }

    /** The days of one start of the service; answers how many requests are listed at the end. */
    private long run(int first, int last) throws Exception {
        try (Ledger ledger = Ledger.follow(trail, LedgerDatabase.h2(home.resolve("ledger")));
                RetentionService service = new RetentionService(
                        new Retention(Duration.ofDays(KEPT), null, null, Duration.ofDays(KEPT), null),
                        trail,
                        trail,
                        archive(),
                        ledger,
                        null,
                        clock)) {
            for (int day = first; day <= last; day++) {
                day(day, ledger);
                service.runIfDue();
            }
            assertThat(ledger.machines(List.of("acc"))).hasSize(Math.min(MACHINES, last * REQUESTS));
            return ledger.requestsByState().getOrDefault(RequestState.ENDED, 0L);
        }
    }

    private void day(int day, Ledger ledger) {
        clock.now = Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofDays(day));
        for (int i = 0; i < REQUESTS; i++) {
            request("r-" + day + "-" + i, "i-" + (day * REQUESTS + i) % MACHINES);
        }
        ledger.awaitApplied(write(), Duration.ofMinutes(10));
    }

    /** What the service puts on record of a request that is delivered at the first attempt. */
    private void request(String id, String instance) {
        String delivery = "dlv_" + id;
        tell(
                Type.ASKED,
                Map.of(
                        Fact.REQUEST,
                        id,
                        Fact.ACCOUNT,
                        "acc",
                        Fact.INSTANCE,
                        instance,
                        Fact.SOURCE,
                        "JMS",
                        Fact.REFERENCE,
                        "ID:" + id,
                        Fact.USER,
                        "orchestrator"));
        tell(
                Type.ALLOWED,
                Map.of(
                        Fact.REQUEST,
                        id,
                        Fact.RULE,
                        "machines",
                        Fact.DESTINATIONS,
                        "mail",
                        Fact.DEADLINE,
                        clock.now.plusSeconds(1200).toString()));
        Map<Fact, String> machine = Map.of(Fact.REQUEST, id, Fact.ACCOUNT, "acc", Fact.INSTANCE, instance);
        tell(Type.FETCHING, with(machine, Fact.ATTEMPT, "1"));
        Map<Fact, String> answer = with(machine, Fact.PROVIDER, "huawei-ecs");
        tell(Type.OPENING, with(answer, Fact.FINGERPRINT, "f".repeat(50) + instance));
        tell(Type.OPENED, with(answer, Fact.KEY, "SHA256:" + "k".repeat(43)));
        Map<Fact, String> sealed = Map.of(Fact.REQUEST, id, Fact.ALIAS, "mail", Fact.DELIVERY, delivery);
        tell(Type.SEALED, sealed);
        tell(Type.DELIVERING, with(with(sealed, Fact.KIND, "RESULT"), Fact.ATTEMPT, "1"));
        tell(Type.DELIVERED, with(with(sealed, Fact.KIND, "RESULT"), Fact.CODE, "SMTP_250"));
    }

    private static Map<Fact, String> with(Map<Fact, String> facts, Fact fact, String value) {
        Map<Fact, String> more = new EnumMap<>(facts);
        more.put(fact, value);
        return more;
    }

    private void tell(Type type, Map<Fact, String> facts) {
        clock.now = clock.now.plusMillis(1);
        waiting.add(new AuditEvent(type, clock.now, facts));
        if (waiting.size() == GROUP) {
            write();
        }
    }

    private long write() {
        if (!waiting.isEmpty()) {
            trail.append(List.copyOf(waiting));
            waiting.clear();
        }
        return trail.position();
    }

    private Path audit() {
        return home.resolve("audit");
    }

    private Path archive() {
        return home.resolve("archive");
    }

    private static long bytes(Path part, String prefix) throws IOException {
        try (Stream<Path> files = Files.walk(part)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().startsWith(prefix))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static void print(List<Stop> stops) {
        System.out.printf(
                "%5s %10s %10s %12s %12s %12s %12s%n",
                "day", "requests", "listed", "ledger KiB", "trail KiB", "carried KiB", "archive KiB");
        for (Stop stop : stops) {
            System.out.printf(
                    "%5d %10d %10d %12d %12d %12d %12d%n",
                    stop.day(),
                    stop.requests(),
                    stop.listed(),
                    stop.ledger() >> 10,
                    stop.trail() >> 10,
                    stop.carried() >> 10,
                    stop.archive() >> 10);
        }
    }
}
