package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditVerifier;
import dev.passcourier.control.ControlClient;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.intake.RunOrder;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.LedgerMaintenance;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.report.CredentialData;
import dev.passcourier.report.CredentialReport;
import dev.passcourier.request.Verdict;
import dev.passcourier.secrecy.CapturedOutput;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartTest {

    private static final String HEADER = "id,account,instance,deliverTo\n";

    @TempDir
    Path directory;

    @Test
    void whatWasInHandEndsAfterARestartAndTheLedgerCanBeMadeAgain() throws Exception {
        try (Whole whole = Whole.prepare(directory)) {
            whole.world().late().holdBack();
            whole.settings(RestartTest::soon).settings(RestartTest::withReport);
            Files.writeString(
                    whole.home().resolve("lists/machines.csv"),
                    "account,instance,deliverTo\nkakao," + DemoWorld.LATE + ",archive\nzstack," + DemoWorld.ZSTACK
                            + ",archive\n");
            whole.start();
            whole.drop(
                    "night.csv",
                    HEADER + "night-1,kakao," + DemoWorld.KAKAO + ",archive\nnight-2,kakao," + DemoWorld.LATE
                            + ",archive hook\nnight-3,huawei-aksk," + DemoWorld.SHAKY + ",ops-mail\n");
            whole.ended("night-1");
            Whole.patiently().until(() -> isWaiting(whole, "night-2") && isWaiting(whole, scheduled(whole)));
            String run = beginReport(whole);
            Whole.patiently().until(() -> whole.service().ledger().reports().open(run) == 1);
            assertThat(results(whole)).doesNotExist();
            assertThat(whole.service().ledger().reports().document(run)).isEmpty();

            whole.stop();
            whole.world().late().publish();
            String left = leaveOfASubmittedBatch(whole);
            whole.start();
            assertThat(whole.home().resolve("data/submitted")).isEmptyDirectory();
            Whole.patiently().until(() -> whole.service().ledger().batch(left).isPresent());

            for (String request : List.of("night-2", "night-3", scheduled(whole))) {
                assertThat(whole.ended(request).verdict()).as(request).isEqualTo(Verdict.DELIVERED);
            }
            Whole.patiently().until(() -> Files.exists(results(whole)));
            assertThat(results(whole))
                    .content()
                    .contains("night-1", "night-2", "night-3", "archive:DELIVERED hook:DELIVERED");
            Whole.patiently().until(() -> whole.world().mailbox().received().stream()
                    .anyMatch(mail -> raw(mail).contains(".csv")));
            theReportEndedOnce(whole, run);
            assertThat(beginReport(whole)).as("ordered again").isEqualTo(run);
            theLedgerIsMadeAgain(whole);
        }
    }

    @Test
    void aStopAmidABacklogBurnsNoAttemptsAndLosesNothing() throws Exception {
        int lines = 30;
        StringBuilder batch = new StringBuilder(HEADER);
        for (int i = 1; i <= lines; i++) {
            batch.append("many-" + i + ",zstack," + DemoWorld.ZSTACK + ",archive\n");
        }
        try (CapturedOutput said = new CapturedOutput();
                Whole whole = Whole.prepare(directory)
                        .settings(Whole::withoutSchedules)
                        .start()) {
            whole.drop("many.csv", batch.toString());
            for (int ended : new int[] {2, 10}) {
                Whole.patiently().until(() -> delivered(whole) >= ended);
                whole.stop();
                whole.start();
            }
            Whole.patiently().until(() -> delivered(whole) == lines);
            assertThat(whole.audited(AuditEvent.Type.QUARANTINED)).isEmpty();
            assertThat(whole.archived()).hasSize(lines);
            assertThat(said.log()).doesNotContain("Rejecting received message");
        }
    }

    /** Over three machines, of which one has no password until the service has stopped. */
    private static String beginReport(Whole whole) throws Exception {
        return ControlClient.of(whole.home().resolve("data"), Clock.systemUTC())
                .order(RunOrder.REPORT, new RunOrder("weekly", "1"), RunOrder.Begun.class, Duration.ofMinutes(1))
                .run();
    }

    private static String withReport(String settings) {
        String machines =
                "{kakao: [%s, %s], zstack: [%s]}".formatted(DemoWorld.KAKAO, DemoWorld.LATE, DemoWorld.ZSTACK);
        return settings.replace("\npolicy:\n  rules:\n", """

                reports:
                  weekly:
                    cron: 0 0 8 1 1 ? 2099
                    timeZone: Asia/Seoul
                    misfire: skip
                    scope: {accounts: [kakao, zstack], instances: %s}
                    destinations: [archive, ops-mail]
                    formats: [csv]
                policy:
                  rules:
                    - name: weekly-report
                      sources: [report]
                      accounts: ["*"]
                      instances: ["*"]
                      destinations: [archive, ops-mail]
                """.formatted(machines));
    }

    /** All machines are in its document, also the one that was inspected after the restart; each destination has it once. */
    private static void theReportEndedOnce(Whole whole, String run) throws Exception {
        Whole.patiently()
                .until(() -> reportRecords(whole, AuditEvent.Type.DELIVERED, Fact.REQUEST, run)
                                .size()
                        == 2);
        String document = whole.service().ledger().reports().document(run).orElseThrow();
        assertThat(CredentialData.read(document.getBytes(StandardCharsets.UTF_8))
                        .rows())
                .hasSize(3)
                .allMatch(row -> row.state() == CredentialReport.State.RETRIEVABLE)
                .allMatch(row -> row.sequence() != null);
        assertThat(reportRecords(whole, AuditEvent.Type.BATCH_REPORTED, Fact.BATCH, run))
                .hasSize(1);
        assertThat(reportRecords(whole, AuditEvent.Type.DELIVERED, Fact.REQUEST, run))
                .extracting(facts -> facts.get(Fact.ALIAS))
                .containsExactlyInAnyOrder("archive", "ops-mail");
        assertThat(whole.archived())
                .filteredOn(file -> file.getFileName().toString().startsWith("weekly"))
                .hasSize(1);
    }

    private static List<Map<Fact, String>> reportRecords(Whole whole, AuditEvent.Type type, Fact fact, String run)
            throws Exception {
        return whole.audited(type).stream()
                .map(record -> record.event().facts())
                .filter(facts -> run.equals(facts.get(fact)))
                .toList();
    }

    private static long delivered(Whole whole) {
        return whole.rows().stream()
                .filter(row -> row.verdict() == Verdict.DELIVERED)
                .count();
    }

    /** As a crash amid its hand-over does. */
    private static String leaveOfASubmittedBatch(Whole whole) throws IOException {
        String id = "5b".repeat(32);
        Path submitted = whole.home().resolve("data/submitted");
        Files.writeString(submitted.resolve(id), "account,instance,deliverTo\nnowhere,i-1,archive\n");
        Files.writeString(
                submitted.resolve(id + ".json"),
                "{\"id\":\"" + id
                        + "\",\"name\":\"left.csv\",\"user\":\"jane\",\"total\":1,\"format\":\"CSV\",\"defaults\":{}}");
        return id;
    }

    private static void theLedgerIsMadeAgain(Whole whole) throws Exception {
        Map<RequestRow, List<DeliveryRow>> before = new LinkedHashMap<>();
        whole.rows().stream()
                .filter(whole::isSettled)
                .forEach(row -> before.put(row, whole.service().ledger().deliveries(row.id())));
        assertThat(before).hasSizeGreaterThanOrEqualTo(5);
        whole.stop();
        theTrailIsSignedAndTheLedgerFollowedIt(whole);
        delete(whole.home().resolve("data/ledger"));
        whole.start();
        before.forEach((row, deliveries) -> {
            assertThat(whole.row(row.id())).contains(row);
            assertThat(whole.service().ledger().deliveries(row.id())).isEqualTo(deliveries);
        });
    }

    /** A service that stopped has signed its last record, and its ledger is what the trail makes. */
    private static void theTrailIsSignedAndTheLedgerFollowedIt(Whole whole) throws Exception {
        Path data = whole.home().resolve("data");
        AuditVerifier.Finding finding = AuditVerifier.verify(data.resolve("audit"));
        assertThat(finding.damage()).isNull();
        assertThat(finding.unsigned()).isZero();
        LedgerMaintenance ledger = LedgerMaintenance.h2(data.resolve("ledger"));
        List<Path> trail = List.of(data.resolve("audit"));
        assertThat(ledger.check(trail, record -> {}).first()).isEmpty();
        ledger.rebuild(trail, record -> {});
        assertThat(ledger.check(trail, record -> {}).first()).isEmpty();
    }

    /** Fires in a few seconds, and every minute from then on. */
    private static String soon(String settings) {
        int second = Instant.now().plusSeconds(8).atZone(ZoneOffset.UTC).getSecond();
        return settings.replaceFirst("cron: \".*\"", "cron: \"" + second + " * * * * ?\"");
    }

    private static boolean isWaiting(Whole whole, String request) {
        return whole.row(request)
                .filter(row -> row.state() == RequestState.POSTPONED)
                .isPresent();
    }

    /** The oldest scheduled request for the late instance, or one that does not exist. */
    private static String scheduled(Whole whole) {
        List<RequestRow> rows = whole.rows().stream()
                .filter(row -> row.source().equals("SCHEDULE") && row.instance().equals(DemoWorld.LATE))
                .toList();
        return rows.isEmpty() ? "none" : rows.get(rows.size() - 1).id();
    }

    private static Path results(Whole whole) {
        return whole.home().resolve("drop/done/night.csv.results.csv");
    }

    private static String raw(MimeMessage mail) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            mail.writeTo(out);
            return out.toString(StandardCharsets.UTF_8);
        } catch (IOException | MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void delete(Path directory) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
