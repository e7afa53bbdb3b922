package dev.passcourier.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.request.Origin;
import dev.passcourier.request.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the ledger promises on every database. */
abstract class LedgerContract {

    @TempDir
    Path directory;

    FileAuditTrail trail;
    Ledger ledger;
    Story story;

    /** A database without any tables; the same one when it is called again in one test. */
    abstract LedgerDatabase database() throws IOException, SQLException;

    /** Throws the database away; called while it is closed. */
    abstract void forget() throws IOException, SQLException;

    @BeforeEach
    void begin() throws Exception {
        trail = FileAuditTrail.open(directory.resolve("audit"), Clock.systemUTC());
        ledger = Ledger.follow(trail, database());
        story = new Story(trail);
    }

    @AfterEach
    void end() throws IOException {
        ledger.close();
        trail.close();
    }

    @Test
    void followsARequestToItsEnd() {
        assertThat(ledger.isAnyOpen()).isFalse();
        story.asked("r1", "ID:1");
        assertThat(row("r1").state()).isEqualTo(RequestState.ASKED);
        assertThat(ledger.isAnyOpen()).isTrue();
        story.handedOver("r1", "mail,hook");
        RequestRow row = row("r1");
        assertThat(ledger.isAnyOpen()).isFalse();
        assertThat(row.state()).isEqualTo(RequestState.ENDED);
        assertThat(row.verdict()).isEqualTo(Verdict.DELIVERED);
        assertThat(row.destinations()).containsExactly("mail", "hook");
        assertThat(row.attempts()).isOne();
        assertThat(ledger.deliveries("r1")).extracting(DeliveryRow::alias).containsExactly("hook", "mail");
    }

    @Test
    void keepsARunAsItWasBegunAndEndsItOnce() {
        ReportStore reports = ledger.reports();
        Instant began = Instant.parse("2026-11-30T00:00:00Z");
        ReportRun run = new ReportRun("weekly@1", "weekly", began, began, began.plusSeconds(7200), 1, "", null);
        reports.begin(run, List.of(machine(1, "i-1")));

        assertThat(reports.begin(run, List.of(machine(1, "i-1"), machine(2, "i-2"))))
                .as("another node's, with a newer inventory")
                .containsExactly(machine(1, "i-1"));
        assertThat(reports.open("weekly@1")).isOne();
        reports.ended("weekly@1", 1, "weekly-1", 7);
        assertThat(reports.open("weekly@1")).isZero();
        assertThat(reports.inspections("weekly@1").get(0).sequence()).isEqualTo(7);
        reports.finish("weekly@1", began.plusSeconds(60), "{}");
        reports.finish("weekly@1", began.plusSeconds(90), "{\"other\":1}");
        assertThat(reports.document("weekly@1")).hasValue("{}");
        assertThat(reports.run("weekly@1").orElseThrow().endedAt()).isEqualTo(began.plusSeconds(60));
        assertThat(reports.runs("weekly", 5)).hasSize(1);
        assertThat(reports.runs("daily", 5)).isEmpty();
        assertThat(reports.previous(
                        new ReportRun("weekly@2", "weekly", null, began.plusSeconds(99), began, 1, "", null)))
                .map(ReportRun::id)
                .hasValue("weekly@1");
    }

    /** Machine 1 has the same password as ever, machine 2 had another in between, machine 3 has one that is new. */
    @Test
    void knowsSinceWhenAPasswordIsTheSame() {
        ReportStore reports = ledger.reports();
        Instant began = Instant.parse("2026-11-02T00:00:00Z");
        String[][] seen = {{"a", "b", "c"}, {"a", "x", "c"}, {"a", "b", "d"}};
        for (int week = 0; week < seen.length; week++) {
            Instant at = began.plus(Duration.ofDays(7L * week));
            String run = "weekly@" + week;
            reports.begin(
                    new ReportRun(run, "weekly", at, at, at, 3, "", null),
                    List.of(machine(1, "i-1"), machine(2, "i-2"), machine(3, "i-3")));
            for (int line = 1; line <= 3; line++) {
                reports.found(
                        run, line, new Inspection.Found(at, null, "FROM_16", "STRONG", seen[week][line - 1], null));
            }
        }

        assertThat(reports.unchangedSince("weekly@2"))
                .containsOnly(
                        entry(1, new ReportStore.Since(began, null)),
                        entry(
                                2,
                                new ReportStore.Since(began.plus(Duration.ofDays(14)), began.plus(Duration.ofDays(7)))),
                        entry(
                                3,
                                new ReportStore.Since(
                                        began.plus(Duration.ofDays(14)), began.plus(Duration.ofDays(7)))));
    }

    @Test
    void knowsWhoGotAMachinesPasswordLast() {
        story.asked("r1", "ID:1").allowed("r1", "mail").fetching("r1", 1).sealed("r1", "mail");
        story.delivered("r1", "mail", 1);
        caughtUp();

        Ledger.HandedOver last = ledger.handedOver(List.of("acc", "none")).get(0);
        assertThat(last.destination()).isEqualTo("mail");
        assertThat(last.rule()).isNotNull();
        assertThat(ledger.machines(List.of("acc")))
                .containsExactly(new Ledger.Machine(last.account(), last.instance()));
        assertThat(ledger.position().orElseThrow().sequence()).isEqualTo(trail.position());
    }

    private static Inspection machine(int line, String instance) {
        return new Inspection(line, "kakao", instance, "웹", null, "none");
    }

    @Test
    void saysWhereARequestIsAndWhenItIsTriedNext() {
        story.asked("r1", "ID:1");
        assertThat(status("r1").where()).isEqualTo("at the intake: not checked yet");
        story.allowed("r1", "mail,hook").fetching("r1", 1);
        assertThat(status("r1").where()).isEqualTo("account acc is being asked");
        story.tell(
                AuditEvent.Type.POSTPONED,
                Fact.REQUEST,
                "r1",
                Fact.CODE,
                "HTTP_503",
                Fact.ATTEMPT,
                1,
                Fact.NEXT,
                "2026-11-01T10:05:00Z");
        assertThat(status("r1").nextAt()).isEqualTo("2026-11-01T10:05:00Z");
        assertThat(status("r1").reason()).isEqualTo("it answered with status 503");
        assertThat(waiting(ledger.status().accounts())).containsExactly("acc {POSTPONED=1} 2026-11-01T10:05:00Z");

        story.fetching("r1", 2).opened("r1", "fp").sealed("r1", "mail").sealed("r1", "hook");
        story.delivering("r1", "mail", 1).delivered("r1", "mail", 1).delivering("r1", "hook", 1);
        story.tell(
                AuditEvent.Type.DELIVERY_POSTPONED,
                Fact.REQUEST,
                "r1",
                Fact.ALIAS,
                "hook",
                Fact.DELIVERY,
                "r1-hook",
                Fact.KIND,
                "RESULT",
                Fact.CODE,
                "TIMEOUT",
                Fact.ATTEMPT,
                1,
                Fact.NEXT,
                "2026-11-01T10:06:00Z");
        RequestStatus waits = status("r1");
        assertThat(waits.where()).isEqualTo("fetched and sealed: in the outbox of hook");
        assertThat(waits.reason()).isEqualTo("hook: it did not answer in time");
        assertThat(waits.nextAt()).isNull();
        assertThat(waits.attempts()).isEqualTo(2);
        assertThat(waits.results())
                .extracting(RequestStatus.ResultStatus::destination, RequestStatus.ResultStatus::nextAt)
                .containsExactly(tuple("hook", Instant.parse("2026-11-01T10:06:00Z")), tuple("mail", null));
        assertThat(waiting(ledger.status().destinations())).containsExactly("hook {POSTPONED=1} 2026-11-01T10:06:00Z");

        story.delivering("r1", "hook", 2).delivered("r1", "hook", 2);
        assertThat(status("r1").where()).isEqualTo("ended: DELIVERED");
        assertThat(ledger.status().accounts()).isEmpty();
        assertThat(ledger.status().destinations()).isEmpty();
    }

    private static List<String> waiting(List<WaitingWork> work) {
        return work.stream()
                .map(each -> each.name() + " " + each.states() + " " + each.nextAt())
                .toList();
    }

    private RequestStatus status(String id) {
        caughtUp();
        return ledger.status().request(id).orElseThrow();
    }

    @Test
    void countsHowTheLinesOfABatchHaveEnded() {
        story.batch("b1", "FILE", "monday.csv", 4);
        for (int line = 1; line <= 3; line++) {
            story.askedLine("r" + line, "b1", line).allowed("r" + line, "mail").fetching("r" + line, 1);
        }
        story.endedLine("b1", 4, "FIELD_MISSING").ended("r1", "WRONG_KEY", "WRONG_KEY");
        story.fetching("r2", 1).sealed("r2", "mail").delivering("r2", "mail", 1).delivered("r2", "mail", 1);
        caughtUp();
        Instant now = Instant.parse("2026-11-01T10:01:00Z");

        BatchStatus batch = ledger.status().batches("monday.csv", 5, now).get(0);
        assertThat(batch.verdicts())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(Verdict.REFUSED, 1L, Verdict.WRONG_KEY, 1L, Verdict.DELIVERED, 1L));
        assertThat(batch.ended()).isEqualTo(3);
        assertThat(batch.hasEnded()).isFalse();
        assertThat(batch.expectedEnd()).isAfter(now);
        assertThat(ledger.status().batches("b1", 5, now)).containsExactly(batch);
        assertThat(ledger.status().unreported(5, now)).containsExactly(batch);
        assertThat(ledger.status().runs("monday.csv", 5, now)).isEmpty();
        assertThat(ledger.status().startingWith("mon", 5)).containsExactly("monday.csv");
        assertThat(ledger.status().startingWith("r", 2)).containsExactly("r1", "r2");

        story.ended("r3", "NOT_FOUND", "HTTP_404").tell(AuditEvent.Type.BATCH_REPORTED, Fact.BATCH, "b1");
        caughtUp();
        assertThat(ledger.status().unreported(5, now)).isEmpty();
        assertThat(ledger.status().batches("b1", 5, now).get(0).expectedEnd()).isNull();
    }

    @Test
    void endsWhatWentToQuarantine() {
        story.asked("r1", "ID:1").allowed("r1", "mail");
        story.tell(
                AuditEvent.Type.QUARANTINED,
                Fact.REQUEST,
                "r1",
                Fact.QUEUE,
                "fetch.acc",
                Fact.CODE,
                "TOO_MANY_ATTEMPTS");
        assertThat(row("r1").verdict()).isEqualTo(Verdict.FAILED);
        assertThat(row("r1").code()).isEqualTo("TOO_MANY_ATTEMPTS");
    }

    @Test
    void forgetsWhatWasSealedInAHopThatNeverCommitted() {
        story.asked("r1", "ID:1").allowed("r1", "mail").fetching("r1", 1).sealed("r1", "mail");
        story.fetching("r1", 1);
        story.tell(
                AuditEvent.Type.QUARANTINED,
                Fact.REQUEST,
                "r1",
                Fact.QUEUE,
                "fetch.acc",
                Fact.CODE,
                "TOO_MANY_ATTEMPTS");
        story.asked("r2", "ID:2").allowed("r2", "mail").fetching("r2", 1).sealed("r2", "mail");
        story.fetching("r2", 1).ended("r2", "NOT_FOUND", "HTTP_404");
        assertThat(row("r1").state()).isEqualTo(RequestState.ENDED);
        assertThat(ledger.deliveries("r1")).isEmpty();
        assertThat(row("r2").verdict()).isEqualTo(Verdict.NOT_FOUND);
        assertThat(ledger.deliveries("r2")).isEmpty();
    }

    @Test
    void endsARequestWhoseResultWentToQuarantine() {
        story.asked("r1", "ID:1").allowed("r1", "mail");
        story.tell(
                AuditEvent.Type.QUARANTINED,
                Fact.REQUEST,
                "r1",
                Fact.ALIAS,
                "mail",
                Fact.DELIVERY,
                "dlv_1",
                Fact.KIND,
                "RESULT",
                Fact.CODE,
                "TOO_MANY_ATTEMPTS");
        assertThat(row("r1").verdict()).isEqualTo(Verdict.FAILED);
        assertThat(ledger.deliveries("r1")).singleElement().satisfies(delivery -> assertThat(delivery.state())
                .isEqualTo(DeliveryState.FAILED));
    }

    @Test
    void opensWhatGoesBackToWork() {
        story.asked("r1", "ID:1").allowed("r1", "mail").fetching("r1", 1).ended("r1", "WRONG_KEY", "WRONG_KEY");
        story.tell(AuditEvent.Type.REDRIVEN, Fact.REQUEST, "r1", Fact.QUEUE, "fetch.acc", Fact.CODE, "WRONG_KEY");
        assertThat(row("r1").state()).isEqualTo(RequestState.ALLOWED);
        assertThat(row("r1").verdict()).isNull();
        assertThat(row("r1").endedAt()).isNull();
        story.handedOver("r1", "mail");
        assertThat(row("r1").verdict()).isEqualTo(Verdict.DELIVERED);
        story.tell(AuditEvent.Type.REDRIVEN, Fact.REQUEST, "r1", Fact.QUEUE, "fetch.acc", Fact.CODE, "WRONG_KEY");
        assertThat(row("r1").verdict()).isEqualTo(Verdict.DELIVERED);
    }

    @Test
    void opensADeliveryThatGoesBackToItsOutbox() {
        story.asked("r1", "ID:1").allowed("r1", "mail").fetching("r1", 1).sealed("r1", "mail");
        story.failed("r1", "mail", "FAILED");
        assertThat(row("r1").verdict()).isEqualTo(Verdict.FAILED);
        story.tell(
                AuditEvent.Type.REDRIVEN,
                Fact.REQUEST,
                "r1",
                Fact.ALIAS,
                "mail",
                Fact.DELIVERY,
                "r1-mail",
                Fact.KIND,
                "RESULT",
                Fact.QUEUE,
                "outbox.mail",
                Fact.CODE,
                "SMTP_550");
        assertThat(row("r1").state()).isEqualTo(RequestState.SEALED);
        assertThat(row("r1").verdict()).isNull();
        assertThat(ledger.deliveries("r1")).singleElement().satisfies(delivery -> assertThat(delivery.state())
                .isEqualTo(DeliveryState.SEALED));
        story.delivered("r1", "mail", 1);
        assertThat(row("r1").verdict()).isEqualTo(Verdict.DELIVERED);
    }

    @Test
    void endsALineThatWasPoisonAndOpensItAgain() {
        story.batch("b1", "FILE", "night.csv", 2).askedLine("r1", "b1", 1).allowed("r1", "mail");
        story.handedOver("r1", "mail");
        poisoned(AuditEvent.Type.QUARANTINED, 2);
        assertThat(lines("b1")).satisfies(lines -> {
            assertThat(lines.get(1).verdict()).isEqualTo(Verdict.FAILED);
            assertThat(lines.get(1).code()).isEqualTo("TOO_MANY_ATTEMPTS");
        });
        assertThat(finished()).hasSize(1);
        poisoned(AuditEvent.Type.REDRIVEN, 2);
        assertThat(lines("b1").get(1).verdict()).isNull();
        assertThat(finished()).isEmpty();
        story.askedLine("r2", "b1", 2).handedOver("r2", "mail");
        assertThat(lines("b1").get(1).verdict()).isEqualTo(Verdict.DELIVERED);
    }

    @Test
    void endsALineThatWasAskedAndGotNoFurther() {
        story.batch("b1", "FILE", "night.csv", 1).askedLine("r1", "b1", 1);
        poisoned(AuditEvent.Type.QUARANTINED, 1);
        assertThat(row("r1").verdict()).isEqualTo(Verdict.FAILED);
        assertThat(finished()).hasSize(1);
        poisoned(AuditEvent.Type.REDRIVEN, 1);
        assertThat(row("r1").state()).isEqualTo(RequestState.ASKED);
        assertThat(known("r1").handedOn()).isFalse();
    }

    @Test
    void endsAnotherProgramsRequestThatWasAskedAndGotNoFurther() {
        story.asked("r1", "ID:1").asked("r2", "ID:2").handedOver("r2", "mail");
        for (String message : List.of("ID:1", "ID:2")) {
            story.tell(
                    AuditEvent.Type.QUARANTINED,
                    Fact.REFERENCE,
                    message,
                    Fact.QUEUE,
                    "password.requests",
                    Fact.CODE,
                    "TOO_MANY_ATTEMPTS");
        }
        assertThat(row("r1").verdict()).isEqualTo(Verdict.FAILED);
        assertThat(row("r2").verdict()).isEqualTo(Verdict.DELIVERED);
    }

    private void poisoned(AuditEvent.Type type, int line) {
        story.tell(
                type,
                Fact.REFERENCE,
                "ID:ours",
                Fact.BATCH,
                "b1",
                Fact.LINE,
                line,
                Fact.QUEUE,
                "password.requests",
                Fact.CODE,
                "TOO_MANY_ATTEMPTS");
    }

    @Test
    void givesTheIdToTheFirstOrigin() {
        story.asked("r1", "ID:1").asked("r1", "ID:2");
        KnownRequest known = known("r1");
        assertThat(known.isOwnedBy(origin("ID:1"))).isTrue();
        assertThat(known.isOwnedBy(origin("ID:2"))).isFalse();
        assertThat(known.isOwnedBy(new Origin(Origin.Source.FILE, "ID:1", null, null, 0)))
                .isFalse();
    }

    @Test
    void knowsAnOriginThatTheTrailHadToClean() {
        String odd = "ID:\u202e" + "x".repeat(300);
        story.asked("r1", odd);
        assertThat(known("r1").isOwnedBy(origin(odd))).isTrue();
    }

    @Test
    void leavesTheOwnersRequestAloneWhenADuplicateEnds() {
        story.asked("r1", "ID:1").allowed("r1", "mail").asked("r1", "ID:2");
        story.tell(AuditEvent.Type.ENDED, Fact.REQUEST, "r1", Fact.VERDICT, "REFUSED", Fact.CODE, "DUPLICATE_REQUEST");
        story.tell(
                AuditEvent.Type.ENDED,
                Fact.REQUEST,
                "r1",
                Fact.VERDICT,
                "REFUSED",
                Fact.CODE,
                "OTHER",
                Fact.SOURCE,
                "JMS",
                Fact.REFERENCE,
                "ID:2");
        assertThat(row("r1").verdict()).isNull();
        story.handedOver("r1", "mail");
        assertThat(row("r1").verdict()).isEqualTo(Verdict.DELIVERED);
    }

    @Test
    void remembersTheFirstInstanceOfACiphertext() {
        story.asked("r1", "ID:1").asked("r2", "ID:2").opened("r1", "fp").opened("r2", "fp");
        caughtUp();
        assertThat(ledger.owner("fp")).contains(new Ledger.Owner("p", "acc", "i-r1"));
        assertThat(ledger.owner("other")).isEmpty();
    }

    @Test
    void remembersItTooFromTrailsThatDoNotNameTheKey() {
        story.asked("r1", "ID:1")
                .openedByUnknownKey("r1", "fp")
                .asked("r2", "ID:2")
                .opened("r2", "fp");
        caughtUp();
        assertThat(ledger.owner("fp")).contains(new Ledger.Owner("p", "acc", "i-r1"));
        assertThat(row("r1").state()).isEqualTo(RequestState.OPENED);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            all delivered                     | mail+ hook+                 | DELIVERED
            one on its way                    | mail+                       |
            one failed                        | mail+ hook-FAILED           | FAILED
            one expired                       | mail-EXPIRED hook+          | EXPIRED
            first failure in the asked order  | hook-EXPIRED mail-FAILED    | FAILED
            failed, then delivered after all  | mail-FAILED hook+ mail+     | DELIVERED
            delivered, then failed when tried again | mail+ hook+ mail-EXPIRED | DELIVERED
            delivered twice                   | mail+ hook+ mail+           | DELIVERED
            elsewhere                         | mail+ other+                |
            """)
    void endsARequestByItsDeliveries(String name, String deliveries, @Nullable Verdict verdict) {
        story.asked("r1", "ID:1").allowed("r1", "mail,hook");
        for (String delivery : deliveries.split(" ", -1)) {
            if (delivery.endsWith("+")) {
                story.delivered("r1", delivery.replace("+", ""), 1);
            } else {
                story.failed("r1", delivery.split("-", -1)[0], delivery.split("-", -1)[1]);
            }
        }
        assertThat(row("r1").verdict()).isEqualTo(verdict);
    }

    @Test
    void takesNoVerdictFromNoticesAndReports() {
        story.asked("r1", "ID:1").allowed("r1", "mail");
        story.delivery(AuditEvent.Type.DELIVERED, "r1", "mail", "NOTICE", "OK", 1);
        story.delivery(AuditEvent.Type.DELIVERED, "r1", "mail", "REPORT", "OK", 1);
        assertThat(row("r1").verdict()).isNull();
        assertThat(ledger.deliveries("r1")).isEmpty();
    }

    @Test
    void standsActsThatWereRecordedTwice() {
        story.asked("r1", "ID:1").asked("r1", "ID:1").allowed("r1", "mail").allowed("r1", "mail");
        story.fetching("r1", 1).fetching("r1", 2).fetching("r1", 1);
        story.opened("r1", "fp").sealed("r1", "mail").opened("r1", "fp").sealed("r1", "mail");
        story.delivering("r1", "mail", 1).delivered("r1", "mail", 1).delivering("r1", "mail", 2);
        assertThat(row("r1").verdict()).isEqualTo(Verdict.DELIVERED);
        story.delivered("r1", "mail", 2).ended("r1", "FAILED", "LATE");
        assertThat(row("r1").verdict()).isEqualTo(Verdict.DELIVERED);
        assertThat(row("r1").attempts()).isEqualTo(2);
        assertThat(ledger.deliveries("r1")).singleElement().satisfies(delivery -> {
            assertThat(delivery.state()).isEqualTo(DeliveryState.DELIVERED);
            assertThat(delivery.attempts()).isEqualTo(2);
        });
    }

    @Test
    void takesAnEndBackWhenTheWorkGoesOnAfterARollback() {
        story.asked("r1", "ID:1").allowed("r1", "mail").fetching("r1", 1).ended("r1", "NOT_FOUND", "HTTP_404");
        assertThat(row("r1").verdict()).isEqualTo(Verdict.NOT_FOUND);
        story.fetching("r1", 1);
        assertThat(row("r1").verdict()).isNull();
        story.ended("r1", "NOT_FOUND", "HTTP_404");
        assertThat(row("r1").code()).isEqualTo("HTTP_404");
    }

    @Test
    void finishesABatchWhenEachOfItsLinesHasEnded() {
        story.batch("b", "FILE", "wave.csv", 4);
        story.asked("taken", "ID:1");
        story.endedLine("b", 1, "BAD_JSON");
        story.askedLine("r2", "b", 2).allowed("r2", "mail");
        story.askedLine("taken", "b", 3);
        story.tell(
                AuditEvent.Type.ENDED,
                Fact.REQUEST,
                "taken",
                Fact.BATCH,
                "b",
                Fact.LINE,
                3,
                Fact.VERDICT,
                "REFUSED",
                Fact.CODE,
                "DUPLICATE_REQUEST");
        story.askedLine("r4", "b", 4);
        story.tell(
                AuditEvent.Type.ENDED,
                Fact.REQUEST,
                "r4",
                Fact.VERDICT,
                "REFUSED",
                Fact.CODE,
                "NOT_ALLOWED",
                Fact.RULE,
                "rule any: its users do not fit");
        assertThat(finished()).isEmpty();
        story.handedOver("r2", "mail");
        assertThat(finished()).singleElement().satisfies(batch -> {
            assertThat(batch.name()).isEqualTo("wave.csv");
            assertThat(batch.source()).isEqualTo(Origin.Source.FILE);
            assertThat(batch.total()).isEqualTo(4);
        });
        assertThat(ledger.lines("b"))
                .extracting(LineResult::line, LineResult::request, LineResult::verdict, LineResult::code)
                .containsExactly(
                        tuple(1, null, Verdict.REFUSED, "BAD_JSON"),
                        tuple(2, "r2", Verdict.DELIVERED, null),
                        tuple(3, "taken", Verdict.REFUSED, "DUPLICATE_REQUEST"),
                        tuple(4, "r4", Verdict.REFUSED, "NOT_ALLOWED"));
        assertThat(ledger.notDelivered("b", 2))
                .extracting(LineResult::line, LineResult::request, LineResult::verdict, LineResult::code)
                .containsExactly(
                        tuple(1, null, Verdict.REFUSED, "BAD_JSON"),
                        tuple(3, "taken", Verdict.REFUSED, "DUPLICATE_REQUEST"));
        assertThat(ledger.lines("b"))
                .extracting(LineResult::rule)
                .containsExactly(null, null, null, "rule any: its users do not fit");
        assertThat(ledger.batch("b").map(BatchSummary::name)).contains("wave.csv");
        assertThat(ledger.batch("other")).isEmpty();
        assertThat(row("taken").verdict()).isNull();
        story.tell(AuditEvent.Type.BATCH_REPORTED, Fact.BATCH, "b");
        assertThat(finished()).isEmpty();
    }

    @Test
    void finishesAnEmptyBatchAtOnce() {
        story.batch("b", "SCHEDULE", "nightly", 0);
        assertThat(finished()).hasSize(1);
    }

    @Test
    void countsByStateAndDestination() {
        story.asked("r1", "ID:1").handedOver("r1", "mail,hook");
        story.asked("r2", "ID:2").allowed("r2", "mail").sealed("r2", "mail");
        caughtUp();
        assertThat(ledger.requestsByState())
                .containsExactlyInAnyOrderEntriesOf(Map.of(RequestState.ENDED, 1L, RequestState.SEALED, 1L));
        assertThat(ledger.deliveriesByDestination())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "hook", Map.of(DeliveryState.DELIVERED, 1L),
                        "mail", Map.of(DeliveryState.DELIVERED, 1L, DeliveryState.SEALED, 1L)));
        assertThat(ledger.newest(1)).extracting(RequestRow::id).containsExactly("r2");
        assertThat(ledger.requests(List.of("r2", "nobody", "r1")))
                .extracting(RequestRow::id)
                .containsExactly("r2", "r1");
    }

    @Test
    void goesOnWhereItStoppedAfterARestart() throws Exception {
        story.asked("r1", "ID:1").allowed("r1", "mail");
        caughtUp();
        ledger.close();
        story.handedOver("r1", "mail");
        ledger = Ledger.follow(trail, database());
        assertThat(row("r1").verdict()).isEqualTo(Verdict.DELIVERED);
    }

    @Test
    void knowsWhetherTheIntakesWorkIsDone() {
        story.asked("r1", "ID:1").allowed("r1", "mail");
        assertThat(known("r1").handedOn()).isFalse();
        story.fetching("r1", 1);
        assertThat(known("r1").handedOn()).isTrue();
    }

    @Test
    void knowsTheLastRunThatReachedTheIntake() {
        story.batch("nightly@1", "SCHEDULE", "nightly", 1);
        caughtUp();
        assertThat(ledger.lastPlanned("nightly")).isEmpty();
        story.askedLine("r1", "nightly@1", 1);
        caughtUp();
        assertThat(ledger.lastPlanned("nightly")).contains(Instant.parse("2026-11-01T10:00:00Z"));
        assertThat(ledger.lastPlanned("hourly")).isEmpty();
    }

    @Test
    void survivesAnInterruptedCaller() {
        story.asked("r1", "ID:1");
        caughtUp();
        Thread.currentThread().interrupt();
        try {
            ledger.request("r1");
        } catch (LedgerException interrupted) {
            assertThat(interrupted).hasMessage("LEDGER_DATABASE");
        } finally {
            Thread.interrupted();
        }
        story.asked("r2", "ID:2");
        assertThat(known("r2").isOwnedBy(origin("ID:2"))).isTrue();
    }

    @Test
    void madeFromNothingIsTheSameAsFollowed() throws Exception {
        story.batch("b", "FILE", "wave.csv", 3).endedLine("b", 1, "BAD_JSON");
        story.askedLine("r2", "b", 2).handedOver("r2", "mail,hook").askedLine("r3", "b", 3);
        caughtUp();
        story.allowed("r3", "mail").fetching("r3", 1).ended("r3", "NOT_FOUND", "HTTP_404");
        story.asked("r2", "ID:9")
                .asked("r4", "ID:4")
                .allowed("r4", "mail")
                .fetching("r4", 1)
                .opened("r4", "fp-r2");
        caughtUp();
        List<Object> followed = everything(ledger);
        ledger.close();
        forget();
        ledger = Ledger.follow(trail, database());
        caughtUp();
        assertThat(everything(ledger)).isEqualTo(followed);
    }

    private static List<Object> everything(Ledger ledger) {
        return List.of(
                ledger.newest(100),
                ledger.lines("b"),
                ledger.unreportedBatches(),
                ledger.verdicts("b"),
                ledger.deliveriesByDestination(),
                ledger.requestsByState(),
                ledger.owner("fp-r2"));
    }

    @Test
    void saysThatItIsBehind() {
        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> ledger.awaitApplied(1, Duration.ofMillis(20)))
                .withMessage("LEDGER_BEHIND");
    }

    void caughtUp() {
        ledger.awaitApplied(story.last());
    }

    private List<LineResult> lines(String batch) {
        caughtUp();
        return ledger.lines(batch);
    }

    private RequestRow row(String id) {
        caughtUp();
        return ledger.requests(List.of(id)).get(0);
    }

    private KnownRequest known(String id) {
        caughtUp();
        return ledger.request(id).orElseThrow();
    }

    private List<BatchSummary> finished() {
        caughtUp();
        return ledger.unreportedBatches().stream()
                .filter(batch -> batch.total()
                        <= ledger.verdicts(batch.id()).values().stream()
                                .mapToLong(Long::longValue)
                                .sum())
                .toList();
    }

    private static Origin origin(String reference) {
        return new Origin(Origin.Source.JMS, reference, null, null, 0);
    }
}
