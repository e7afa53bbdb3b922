package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.audit.AuditVerifier;
import dev.passcourier.backup.BackupFile;
import dev.passcourier.backup.BackupFile.Restored;
import dev.passcourier.backup.BackupFile.Target;
import dev.passcourier.backup.BackupService;
import dev.passcourier.backup.DataFormat;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.DeliveryState;
import dev.passcourier.ledger.LedgerMaintenance;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.redrive.RedriveOrder;
import dev.passcourier.redrive.RedriveOrder.Action;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.OpenedResult;
import dev.passcourier.vault.ResultOpener;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.TextMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Data of an earlier release still open: what {@link OldDataMaker} left waiting ends as if the service had been stopped
 * for an hour. If this fails, so does every upgrade: do not make the data anew, make the code read them.
 */
class OldDataTest {

    private static final List<String> QUEUES = List.of(
            Whole.REQUESTS,
            Whole.RESULTS,
            Queues.fetch("kakao"),
            Queues.fetch("zstack"),
            Queues.outbox("archive"),
            Queues.outbox("tickets"),
            Queues.outbox("hook"),
            Queues.DEAD,
            Queues.EXPIRED,
            Queues.FAILED);

    /** The machine that each waiting request asks for. */
    private static final Map<String, String> WAITING = Map.of(
            OldDataMaker.INTAKE,
            OldDataWorld.KAKAO,
            OldDataMaker.BATCH.get(0),
            OldDataWorld.KAKAO,
            OldDataMaker.BATCH.get(1),
            OldDataWorld.ZSTACK,
            OldDataMaker.FETCH,
            OldDataWorld.ZSTACK,
            OldDataMaker.POSTPONED,
            OldDataWorld.KAKAO_LATE,
            OldDataMaker.OUTBOX,
            OldDataWorld.KAKAO,
            OldDataMaker.FAILED,
            OldDataWorld.KAKAO_WRONG_KEY,
            OldDataMaker.DEAD,
            OldDataWorld.ZSTACK);

    @TempDir
    Path home;

    @Test
    void whatWaitedWhenAnEarlierReleaseStoppedEndsOnceUnderThisOne() throws Exception {
        unpack(home);
        long recorded = Whole.records(home).size();
        try (OldDataWorld world = OldDataWorld.toOpen(home, anHourLater())) {
            world.start();
            Whole.patiently().until(() -> world.isSettled(OldDataMaker.DEAD));
            assertThat(row(world, OldDataMaker.DEAD).code()).isEqualTo("DEAD_LETTERED");
            assertThat(row(world, OldDataMaker.DONE).verdict()).isEqualTo(Verdict.DELIVERED);
            assertThat(row(world, OldDataMaker.FAILED).verdict()).isEqualTo(Verdict.WRONG_KEY);
            for (String request : List.of(OldDataMaker.FAILED, OldDataMaker.DEAD)) {
                assertThat(redrive(world, request)).as(request).isOne();
            }

            for (String request : WAITING.keySet()) {
                Whole.patiently().untilAsserted(() -> assertThat(row(world, request))
                        .as(request)
                        .extracting(RequestRow::state, RequestRow::verdict)
                        .containsExactly(RequestState.ENDED, Verdict.DELIVERED));
                Whole.patiently().until(() -> world.isSettled(request));
                // What failed was opened with the wrong key before.
                assertThat(openings(request)).as(request).isEqualTo(request.equals(OldDataMaker.FAILED) ? 2 : 1);
            }
            everyResultIsThereOnceAndOpens(world);
            Whole.patiently()
                    .until(() -> Files.exists(home.resolve("drop/done/" + OldDataMaker.BATCH_FILE + ".results.csv")));
            StatusClient status = new StatusClient(world.service().statusPort());
            for (String queue : QUEUES) {
                Whole.patiently().untilAsserted(() -> status.assertEmpty(queue));
            }
            assertThat(status.get("/").body())
                    .as("what no release will touch")
                    .contains("<td>" + Queues.QUARANTINE + "</td><td>1</td>");
        }
        trailAndLedgerAreWhole(recorded);
    }

    /** The upgrade, and what can be done if it was none. */
    @Test
    void theBackupMadeBeforeAnUpgradeTakesItBackAndWhatWaitedIsDoneAgainMarked() throws Exception {
        unpack(home);
        Clock clock = anHourLater();
        Path data = home.resolve("data");
        try (OldDataWorld world = OldDataWorld.toOpen(home, clock)) {
            Path backup = home.resolve("before.zip");
            BackupClient.order(
                    data, world::settings, new BackupService.Order(backup.toString(), null, null, true), "ops", clock);
            world.start();
            Whole.patiently().until(() -> world.isSettled(OldDataMaker.INTAKE));
            world.stop();

            // What a later release leaves behind.
            Files.writeString(data.resolve("format"), "{\"format\":99,\"writtenBy\":\"9.9\"}");
            Files.writeString(data.resolve("restores.json"), "{\"restores\":[],\"later\":1}");
            assertThatThrownBy(world::start)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageStartingWith("DATA_NEWER version 99 of ")
                    .hasMessageContaining("written by Passcourier 9.9");

            Restored restored = BackupClient.restore(
                    new BackupFile(backup, null, List.of(data.resolve("keys/signing.pub.jwk")), clock),
                    new Target(data, true, false, null));
            assertThat(restored.aside().resolve("format")).content().contains("9.9");
            int before = world.hook().requests().size();
            world.start();
            Whole.patiently().until(() -> world.isSettled(OldDataMaker.INTAKE));
            assertThat(world.hook()
                            .requests()
                            .subList(before, world.hook().requests().size()))
                    .isNotEmpty()
                    .allSatisfy(webhook -> assertThat(new String(webhook.body(), StandardCharsets.UTF_8))
                            .contains("\"possibleDuplicate\":true"));
        }
        assertThat(data.resolve("format")).content().contains("\"format\":" + DataFormat.NEWEST);
    }

    private void everyResultIsThereOnceAndOpens(OldDataWorld world) throws Exception {
        List<TextMessage> tickets = world.asTicketing((session, found) -> {
            try (MessageConsumer consumer = session.createConsumer(session.createQueue(Whole.RESULTS))) {
                for (Message next = consumer.receive(2000); next != null; next = consumer.receive(500)) {
                    found.add((TextMessage) next);
                }
            }
        });
        for (var waiting : WAITING.entrySet()) {
            String password = OldDataWorld.password(waiting.getValue());
            for (DeliveryRow delivery : world.service().ledger().deliveries(waiting.getKey())) {
                assertThat(delivery.state()).isEqualTo(DeliveryState.DELIVERED);
                switch (delivery.alias()) {
                    case "archive" ->
                        assertThat(opened(Files.readAllBytes(archived(delivery.deliveryId()))))
                                .isEqualTo(password);
                    case "hook" ->
                        assertThat(world.hook().requests())
                                .filteredOn(webhook -> webhook.id().equals(delivery.deliveryId()))
                                .singleElement()
                                .satisfies(webhook -> assertThat(new String(webhook.body(), StandardCharsets.UTF_8))
                                        .contains(password));
                    default -> assertThat(results(tickets, waiting.getKey())).containsExactly(password);
                }
            }
        }
        assertThat(results(tickets, OldDataMaker.DONE)).containsExactly(OldDataWorld.password(OldDataWorld.KAKAO));
        try (Stream<Path> files = Files.list(home.resolve("archive"))) {
            assertThat(files).hasSize(6);
        }
    }

    /** The file of a delivery: its id ends the name. */
    private Path archived(String deliveryId) throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("archive"))) {
            return files.filter(file -> file.toString().endsWith("_" + deliveryId + ".jwe"))
                    .findAny()
                    .orElseThrow(() -> new AssertionError("no file of " + deliveryId));
        }
    }

    /** The passwords in a request's results. */
    private List<String> results(List<TextMessage> tickets, String request) throws Exception {
        List<String> passwords = new ArrayList<>();
        for (TextMessage ticket : tickets) {
            if (request.equals(ticket.getStringProperty("requestId"))
                    && "RESULT".equals(ticket.getStringProperty("kind"))) {
                passwords.add(opened(ticket.getText().getBytes(StandardCharsets.UTF_8)));
            }
        }
        return passwords;
    }

    private String opened(byte[] sealed) throws Exception {
        ResultOpener opener = ResultOpener.load(
                home.resolve("recipients/ops.pem"), null, home.resolve("data/keys/signing.pub.jwk"), Clock.systemUTC());
        ByteArrayOutputStream secret = new ByteArrayOutputStream();
        try (OpenedResult result = opener.open(sealed, ResultOpener.Expected.ANY)) {
            result.writeSecretTo(secret);
        }
        return secret.toString(StandardCharsets.UTF_8);
    }

    private long openings(String request) throws Exception {
        return Whole.records(home).stream()
                .map(AuditRecord::event)
                .filter(event -> event.type() == AuditEvent.Type.OPENED)
                .filter(event -> request.equals(event.facts().get(Fact.REQUEST)))
                .count();
    }

    private void trailAndLedgerAreWhole(long recorded) throws Exception {
        Path audit = home.resolve("data/audit");
        AuditVerifier.Finding finding = AuditVerifier.verify(audit);
        assertThat(finding.damage()).isNull();
        assertThat(finding.unsigned()).isZero();
        assertThat(Whole.records(home)).hasSizeGreaterThan((int) recorded);
        LedgerMaintenance ledger = LedgerMaintenance.h2(home.resolve("data/ledger"));
        assertThat(ledger.check(List.of(audit), record -> {}).first()).isEmpty();
    }

    private static int redrive(OldDataWorld world, String request) throws Exception {
        RedriveOrder order = new RedriveOrder(Action.RETURN, request, null, null, null, null, null, false);
        return RedriveClient.order(
                        world.settings().service().dataDirectory(), world::settings, order, Clock.systemUTC())
                .returned();
    }

    private static RequestRow row(OldDataWorld world, String request) {
        return world.service().ledger().requests(List.of(request)).stream()
                .collect(Collectors.collectingAndThen(Collectors.toList(), rows -> {
                    assertThat(rows).as(request).hasSize(1);
                    return rows.get(0);
                }));
    }

    /** The data do not age: the clock goes on an hour after the last record, whenever this test runs. */
    private Clock anHourLater() throws Exception {
        List<AuditRecord> records = Whole.records(home);
        Instant last = records.get(records.size() - 1).event().at();
        return Clock.offset(
                Clock.system(ZoneOffset.UTC), Duration.between(Instant.now(), last.plus(Duration.ofHours(1))));
    }

    /** The data, and the recipient's keys, below a home. */
    static void unpack(Path home) throws IOException {
        try (InputStream file = OldDataTest.class.getResourceAsStream("old-data.zip");
                ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path target = home.resolve(entry.getName());
                Files.createDirectories(
                        target.getParent(),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                Files.createFile(
                        target, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.write(target, zip.readAllBytes());
            }
        }
    }
}
