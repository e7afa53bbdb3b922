package dev.passcourier.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.ledger.LedgerDifference.Kind;
import dev.passcourier.ledger.LedgerMaintenance.Compared;
import dev.passcourier.ledger.LedgerMaintenance.Made;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Makes ledgers again and compares them, on both databases. */
class LedgerMaintenanceTest {

    private static EmbeddedPostgres server;

    @TempDir
    Path directory;

    /** The databases there are. */
    enum Store {
        H2,
        POSTGRESQL
    }

    @BeforeAll
    static void startServer() throws IOException {
        server = EmbeddedPostgres.start();
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
    }

    @BeforeEach
    void forget() throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop schema public cascade; create schema public");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLedgerThatFollowedIsAsTheTrailMakesIt(Store store) throws Exception {
        long last = live(store, "audit", LedgerMaintenanceTest::busy);
        assertThat(maintenance(store).check(trails("audit"), record -> {})).isEqualTo(new Compared(last, 0, List.of()));
    }

    @ParameterizedTest
    @EnumSource
    void namesTheRowsThatDiffer(Store store) throws Exception {
        long last = live(store, "audit", LedgerMaintenanceTest::busy);
        damage(store);
        assertThat(maintenance(store).check(trails("audit"), record -> {}))
                .isEqualTo(new Compared(
                        last,
                        4,
                        List.of(
                                new LedgerDifference("request", "r2", Kind.DIFFERENT, List.of("verdict", "attempts")),
                                new LedgerDifference("request", "stranger", Kind.UNKNOWN, List.of()),
                                new LedgerDifference("delivery", "r1-mail/RESULT", Kind.MISSING, List.of()),
                                new LedgerDifference("batch_line", "b1/2", Kind.DIFFERENT, List.of("code")))));
    }

    @ParameterizedTest
    @EnumSource
    void makesADamagedLedgerAgain(Store store) throws Exception {
        long last = live(store, "audit", LedgerMaintenanceTest::busy);
        damage(store);
        List<Long> seen = new ArrayList<>();
        assertThat(maintenance(store).rebuild(trails("audit"), seen::add)).isEqualTo(new Made(last, 6, 6));
        assertThat(seen).endsWith(last);
        assertThat(maintenance(store).check(trails("audit"), record -> {}).differences())
                .isZero();
        assertThat(directory.resolve("ledger.rebuild")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource
    void theServiceGoesOnFromARebuiltLedger(Store store) throws Exception {
        long before = live(store, "audit", LedgerMaintenanceTest::busy);
        maintenance(store).rebuild(trails("audit"), record -> {});
        long after = live(store, "audit", story -> story.asked("new", "ID:new").handedOver("new", "mail"));
        assertThat(after).isGreaterThan(before);
        assertThat(maintenance(store).check(trails("audit"), record -> {}))
                .isEqualTo(new Compared(after, 0, List.of()));
    }

    /** The trail does not know it. */
    @ParameterizedTest
    @EnumSource
    void keepsWhatReportsFound(Store store) throws Exception {
        live(store, "audit", LedgerMaintenanceTest::busy);
        Instant at = Instant.parse("2026-11-30T00:00:00Z");
        Inspection.Found found = new Inspection.Found(at, null, "FROM_16", "STRONG", "print", at);
        try (FileAuditTrail trail = trail("audit");
                Ledger ledger = Ledger.follow(trail, database(store))) {
            ledger.reports()
                    .begin(
                            new ReportRun("weekly@1", "weekly", at, at, at, 1, "", null),
                            List.of(new Inspection(1, "acc", "i-1", "웹", null, "none")));
            ledger.reports().found("weekly@1", 1, found);
            ledger.reports().finish("weekly@1", at, "{}");
        }
        maintenance(store).rebuild(trails("audit"), record -> {});

        try (FileAuditTrail trail = trail("audit");
                Ledger ledger = Ledger.follow(trail, database(store))) {
            assertThat(ledger.reports().document("weekly@1")).hasValue("{}");
            assertThat(ledger.reports().inspections("weekly@1"))
                    .extracting(Inspection::found)
                    .containsExactly(found);
        }
    }

    /** To be made again is the remedy for a damaged ledger. */
    @Test
    void isMadeWithoutReportsThatCannotBeRead() throws Exception {
        long last = live(Store.H2, "audit", LedgerMaintenanceTest::busy);
        Instant at = Instant.parse("2026-11-30T00:00:00Z");
        try (FileAuditTrail trail = trail("audit");
                Ledger ledger = Ledger.follow(trail, database(Store.H2))) {
            ledger.reports().begin(new ReportRun("weekly@1", "weekly", at, at, at, 0, "", null), List.of());
        }
        try (LedgerDatabase database = database(Store.H2)) {
            database.inTransaction(sql -> sql.update("alter table report_document rename column run to lost"));
        }

        assertThat(maintenance(Store.H2).rebuild(trails("audit"), record -> {}).records())
                .isEqualTo(last);
        try (FileAuditTrail trail = trail("audit");
                Ledger ledger = Ledger.follow(trail, database(Store.H2))) {
            assertThat(ledger.reports().runs(null, 5)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void comparesUpToWhereTheLedgerIs(Store store) throws Exception {
        long applied = live(store, "audit", LedgerMaintenanceTest::busy);
        try (FileAuditTrail trail = trail("audit")) {
            new Story(trail).asked("later", "ID:later");
        }
        assertThat(maintenance(store).check(trails("audit"), record -> {}))
                .isEqualTo(new Compared(applied, 0, List.of()));
        assertThat(maintenance(store).rebuild(trails("audit"), record -> {}).records())
                .isEqualTo(applied + 1);
    }

    @ParameterizedTest
    @EnumSource
    void leavesTheLedgerAloneWhenTheTrailIsDamaged(Store store) throws Exception {
        long last = live(store, "audit", LedgerMaintenanceTest::busy);
        Path file = directory.resolve("audit/audit-000000000000001.jsonl");
        String whole = Files.readString(file);
        Files.writeString(file, whole.replace("\"r4\"", "\"x4\""));
        assertThatExceptionOfType(AuditDamage.class)
                .isThrownBy(() -> maintenance(store).rebuild(trails("audit"), record -> {}));
        Files.writeString(file, whole);
        assertThat(maintenance(store).check(trails("audit"), record -> {})).isEqualTo(new Compared(last, 0, List.of()));
    }

    @ParameterizedTest
    @EnumSource
    void refusesToLoseTheRowsOfATrailThatIsNotGiven(Store store) throws Exception {
        live(store, "audit", story -> story.asked("r1", "ID:1").handedOver("r1", "mail"));
        live(store, "other", story -> story.asked("r2", "ID:2").handedOver("r2", "mail"));
        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> maintenance(store).rebuild(trails("audit"), record -> {}))
                .withMessage("LEDGER_OTHER_TRAILS");
        assertThat(maintenance(store)
                        .rebuild(trails("audit", "other"), record -> {})
                        .requests())
                .isEqualTo(2);
        assertThat(maintenance(store)
                        .check(trails("other", "audit"), record -> {})
                        .differences())
                .isZero();
    }

    @Test
    void refusesAnOldCopyOfANodesTrail() throws Exception {
        live(Store.POSTGRESQL, "audit", story -> story.asked("r1", "ID:1"));
        live(Store.POSTGRESQL, "other", story -> story.asked("r2", "ID:2"));
        Path copy = Files.createDirectory(directory.resolve("copy"));
        String name = "audit-000000000000001.jsonl";
        Files.copy(directory.resolve("other").resolve(name), copy.resolve(name));
        live(Store.POSTGRESQL, "other", story -> story.asked("r3", "ID:3"));
        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> maintenance(Store.POSTGRESQL).rebuild(trails("audit", "copy"), record -> {}))
                .withMessage("LEDGER_IN_USE");
        assertThat(maintenance(Store.POSTGRESQL)
                        .check(trails("audit", "other"), record -> {})
                        .differences())
                .isZero();
    }

    @Test
    void makesALedgerThatIsNotThere() throws Exception {
        try (FileAuditTrail trail = trail("audit")) {
            busy(new Story(trail));
        }
        assertThat(maintenance(Store.H2).rebuild(trails("audit"), record -> {}).requests())
                .isEqualTo(6);
        assertThat(maintenance(Store.H2).check(trails("audit"), record -> {}).differences())
                .isZero();
    }

    @Test
    void aTrailThatWasCutIsNotTheLedgers() throws Exception {
        live(Store.H2, "audit", LedgerMaintenanceTest::busy);
        Path file = directory.resolve("audit/audit-000000000000001.jsonl");
        List<String> lines = Files.readAllLines(file);
        Files.write(file, lines.subList(0, lines.size() - 1));
        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> maintenance(Store.H2).check(trails("audit"), record -> {}))
                .withMessage("LEDGER_OF_ANOTHER_TRAIL");
    }

    /** Step by step, on record: so a ledger made again lacks the same rows. */
    @ParameterizedTest
    @EnumSource
    void whatIsLongDoneLeavesTheLedgerAndARebuiltOneLacksItToo(Store store) throws Exception {
        live(store, "audit", LedgerMaintenanceTest::busy);
        age(store, Instant.parse("2027-01-01T00:00:00Z"));

        try (FileAuditTrail trail = trail("audit");
                Ledger ledger = Ledger.follow(trail, database(store))) {
            ledger.awaitApplied(trail.position());
            assertThat(ledger.newest(9)).extracting(RequestRow::id).containsExactly("r6", "r5");
            assertThat(ledger.deliveries("r5")).hasSize(2);
            assertThat(ledger.isReported("b1")).isTrue();
            assertThat(ledger.lines("b1")).isEmpty();
            assertThat(ledger.status().batches("b1", 1, Instant.now()).get(0).hasEnded())
                    .isTrue();
            assertThat(ledger.lastPlanned("night.csv")).as("of no schedule").isEmpty();
            assertThat(ledger.owner("fp")).hasValue(new Ledger.Owner("p", "acc", "i-r2"));
            assertThat(ledger.machines(List.of("acc")))
                    .extracting(Ledger.Machine::instance)
                    .containsExactly("i-r1", "i-r2", "i-r3", "i-r4", "i-r5");
            assertThat(ledger.handedOver(List.of("acc")))
                    .extracting(Ledger.HandedOver::instance)
                    .containsExactly("i-r1", "i-r2", "i-r3");
        }
        assertThat(maintenance(store).check(trails("audit"), record -> {}).first())
                .isEmpty();
        maintenance(store).rebuild(trails("audit"), record -> {});
        assertThat(maintenance(store).check(trails("audit"), record -> {}).first())
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aBatchKeepsItsLinesUntilItIsReportedAndThenLosesThemBySteps(Store store) throws Exception {
        int lines = LedgerAging.STEP + 20;
        Instant later = Instant.parse("2027-01-01T00:00:00Z");
        live(store, "audit", story -> {
            story.batch("b1", "SCHEDULE", "nightly", lines);
            for (int line = 1; line <= lines; line++) {
                story.askedLine("r" + line, "b1", line).ended("r" + line, "NEVER", "NO_WINDOWS");
            }
        });
        assertThat(age(store, later)).as("not reported").isEmpty();

        live(store, "audit", story -> story.tell(AuditEvent.Type.BATCH_REPORTED, Fact.BATCH, "b1"));
        assertThat(age(store, later)).containsExactly(500L, 20L);

        try (FileAuditTrail trail = trail("audit");
                Ledger ledger = Ledger.follow(trail, database(store))) {
            ledger.awaitApplied(trail.position());
            assertThat(ledger.newest(1)).isEmpty();
            assertThat(ledger.lines("b1")).isEmpty();
            assertThat(ledger.lastPlanned("nightly")).hasValue(Instant.parse("2026-11-01T10:00:00Z"));
        }
        assertThat(maintenance(store).check(trails("audit"), record -> {}).first())
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aLedgerOfAnEarlierVersionKnowsItsMachines(Store store) throws Exception {
        live(store, "audit", LedgerMaintenanceTest::busy);
        try (LedgerDatabase database = database(store)) {
            database.inTransaction(sql -> sql.update("drop table machine"));
            database.inTransaction(sql -> sql.update("update ledger_schema set version = 2"));
        }
        assertThat(maintenance(store).check(trails("audit"), record -> {}).first())
                .isEmpty();
    }

    /** Takes all steps, and answers how many requests went with each. */
    private List<Long> age(Store store, Instant until) throws Exception {
        List<Long> counts = new ArrayList<>();
        try (FileAuditTrail trail = trail("audit");
                Ledger ledger = Ledger.follow(trail, database(store))) {
            ledger.awaitApplied(trail.position());
            for (var step = ledger.aging().next(until);
                    step.isPresent();
                    step = ledger.aging().next(until)) {
                counts.add(step.get().count());
                ledger.awaitApplied(trail.append(step.get().event(until, null)));
            }
        }
        return counts;
    }

    /** Everything that happens, also twice, as after hops that were rolled back. */
    private static void busy(Story story) {
        story.batch("b1", "FILE", "night.csv", 3);
        story.asked("r1", "ID:1").handedOver("r1", "mail,hook");
        story.asked("r2", "ID:2").asked("r2", "ID:2").allowed("r2", "mail").allowed("r2", "mail");
        story.fetching("r2", 1).tell(AuditEvent.Type.POSTPONED, Fact.REQUEST, "r2", Fact.CODE, "NOT_READY");
        story.fetching("r2", 1).fetching("r2", 2).opened("r2", "fp").opened("r2", "fp");
        story.sealed("r2", "mail")
                .sealed("r2", "mail")
                .delivering("r2", "mail", 1)
                .delivering("r2", "mail", 1);
        story.delivered("r2", "mail", 1).delivered("r2", "mail", 2);
        story.askedLine("r3", "b1", 1).handedOver("r3", "mail");
        story.endedLine("b1", 2, "BAD_LINE").endedLine("b1", 2, "BAD_LINE");
        story.askedLine("r4", "b1", 3).allowed("r4", "mail").fetching("r4", 1).ended("r4", "NEVER", "NO_WINDOWS");
        story.asked("r5", "ID:5").allowed("r5", "mail,hook").fetching("r5", 1).opened("r5", "fp5");
        story.sealed("r5", "mail").failed("r5", "mail", "EXPIRED").sealed("r5", "hook");
        story.asked("r6", "ID:6").asked("r6", "ID:7").ended("r6", "REFUSED", "DUPLICATE_REQUEST");
        story.tell(AuditEvent.Type.BATCH_REPORTED, Fact.BATCH, "b1");
    }

    private void damage(Store store) throws Exception {
        try (LedgerDatabase database = database(store)) {
            database.inTransaction(sql -> {
                sql.update("update request set verdict = 'NEVER', attempts = 9 where id = 'r2'");
                sql.update("delete from delivery where delivery_id = 'r1-mail'");
                sql.update("update batch_line set code = 'OTHER' where batch = 'b1' and line = 2");
                return sql.update("insert into request (id, state, attempts, asked_at)"
                        + " values ('stranger', 'ASKED', 0, current_timestamp)");
            });
        }
    }

    /** Tells a story while a ledger follows, and answers the last record's number. */
    private long live(Store store, String name, Consumer<Story> tells) throws Exception {
        try (FileAuditTrail trail = trail(name);
                Ledger ledger = Ledger.follow(trail, database(store))) {
            tells.accept(new Story(trail));
            ledger.awaitApplied(trail.position());
            return trail.position();
        }
    }

    private FileAuditTrail trail(String name) throws Exception {
        return FileAuditTrail.open(directory.resolve(name), Clock.systemUTC());
    }

    private List<Path> trails(String... names) {
        return Stream.of(names).map(directory::resolve).toList();
    }

    private LedgerMaintenance maintenance(Store store) throws Exception {
        return store == Store.H2
                ? LedgerMaintenance.h2(directory.resolve("ledger"))
                : LedgerMaintenance.postgresql(database(store));
    }

    private LedgerDatabase database(Store store) throws Exception {
        return store == Store.H2
                ? LedgerDatabase.h2(directory.resolve("ledger"))
                : LedgerDatabase.postgresql(server.getJdbcUrl("postgres", "postgres"), "postgres", null);
    }
}
