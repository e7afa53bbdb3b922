package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.audit.AuditVerifier;
import dev.passcourier.backup.BackupException;
import dev.passcourier.backup.BackupFile;
import dev.passcourier.backup.BackupFile.Restored;
import dev.passcourier.backup.BackupFile.Target;
import dev.passcourier.backup.BackupService.Answer;
import dev.passcourier.backup.BackupService.Order;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.LedgerMaintenance;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.WebhookReceiver.Webhook;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A backup that is made while requests flow, and what comes of it: the service that made it goes on and does all the work;
 * then the backup is put back in its place.
 */
class BackupTest {

    private static final String DONE = "done";
    private static final String FETCH = "waits-for-fetch";
    private static final String INTAKE = "waits-for-intake";
    private static final String AFTER = "after";
    private static final String DROPPED = "dropped-after-the-backup";
    private static final List<String> EVERYWHERE = List.of("archive", "tickets", "hook");
    private static final List<String> TWO = List.of("archive", "hook");
    private static final int LOAD = 15;

    @TempDir
    Path home;

    private final Set<String> asked = new HashSet<>();

    @Test
    void whatWaitedInABackupUnderLoadEndsOnceAfterItsRestoreAndIsMarked() throws Exception {
        try (OldDataWorld world = OldDataWorld.toMake(home)) {
            Path file = home.resolve("backup.zip");
            world.start();
            Answer made = backupUnderLoad(world, file);
            assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            Files.writeString(
                    home.resolve("drop/after.csv"),
                    "id,account,instance,deliverTo\n" + DROPPED + ",kakao," + OldDataWorld.KAKAO + ",archive hook\n");
            asked.add(DROPPED);
            letAllEnd(world, asked);
            world.stop();
            int before = world.hook().requests().size();
            Set<String> files = archived();
            long records = Whole.records(home).size();

            Restored restored = restore(file, false);
            assertThat(restored.restore().position()).isEqualTo(made.position());
            assertThat(restored.aside()).isDirectory();
            world.start();
            Set<String> known = new HashSet<>();
            world.service().ledger().newest(1000).forEach(row -> known.add(row.id()));
            known.add(INTAKE);
            // Its file was in hand when the old service was stopped: nobody drops it again.
            known.add(DROPPED);
            letAllEnd(world, known);
            assertThat(known).contains(DONE, FETCH, "load-0", "load-" + (LOAD - 1));
            for (String request : known) {
                assertThat(row(world, request).verdict()).as(request).isEqualTo(Verdict.DELIVERED);
                assertThat(world.service().ledger().deliveries(request))
                        .as(request)
                        .hasSize(request.equals(DONE) || request.equals(FETCH) ? 3 : 2);
            }
            whatWasDeliveredIsMarked(world, made, restored, before, files, records);
            whatIsNewIsNotMarked(world);
        }
        AuditVerifier.Finding finding = AuditVerifier.verify(home.resolve("data/audit"));
        assertThat(finding.damage()).isNull();
        LedgerMaintenance ledger = LedgerMaintenance.h2(home.resolve("data/ledger"));
        assertThat(ledger.check(List.of(home.resolve("data/audit")), record -> {})
                        .first())
                .isEmpty();
        aSecondTimeHasToBeAskedFor(home.resolve("backup.zip"));
    }

    /** Work waits at every stage, more is fetched meanwhile, and senders go on. */
    private Answer backupUnderLoad(OldDataWorld world, Path file) throws Exception {
        send(world, DONE, "kakao", OldDataWorld.KAKAO, EVERYWHERE);
        letAllEnd(world, asked);
        world.stopRoutes("fetch.zstack", "outbox.hook");
        send(world, FETCH, "zstack", OldDataWorld.ZSTACK, EVERYWHERE);
        Whole.patiently().until(() -> world.isIn(FETCH, RequestState.ALLOWED));
        for (int i = 0; i < LOAD; i++) {
            send(world, "load-" + i, "kakao", OldDataWorld.KAKAO, TWO);
        }
        Whole.patiently().until(() -> !world.service()
                .ledger()
                .requests(List.of("load-" + (LOAD - 1)))
                .isEmpty());
        world.stopRoutes("intake");
        send(world, INTAKE, "kakao", OldDataWorld.KAKAO, TWO);
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger sent = new AtomicInteger();
        Thread sender = new Thread(() -> {
            while (!enough.get()) {
                try {
                    send(world, "late-" + sent.get(), "kakao", OldDataWorld.KAKAO, TWO);
                    sent.incrementAndGet();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        });
        sender.start();
        try {
            Whole.patiently().until(() -> sent.get() > 0);
            return BackupClient.order(
                    home.resolve("data"),
                    () -> {
                        throw new AssertionError("the service makes it");
                    },
                    new Order(file.toString(), null, null, true),
                    "tester",
                    Clock.systemUTC());
        } finally {
            enough.set(true);
            sender.join();
            for (String route : List.of("intake", "fetch.zstack", "outbox.hook")) {
                world.service().camel().getRouteController().startRoute(route);
            }
        }
    }

    private Restored restore(Path file, boolean again) throws Exception {
        Path signer = home.resolve("signing.pub.jwk");
        Files.copy(home.resolve("data/keys/signing.pub.jwk"), signer, StandardCopyOption.REPLACE_EXISTING);
        BackupFile backup = new BackupFile(file, null, List.of(signer), Clock.systemUTC());
        return BackupClient.restore(backup, new Target(home.resolve("data"), true, again, null));
    }

    private void whatWasDeliveredIsMarked(
            OldDataWorld world, Answer made, Restored restored, int before, Set<String> files, long records)
            throws Exception {
        List<AuditRecord> all = Whole.records(home);
        assertThat(records).as("the old service went on").isGreaterThan(made.position());
        AuditRecord record = all.stream()
                .filter(each -> each.event().type() == AuditEvent.Type.RESTORED)
                .reduce((first, second) -> {
                    throw new AssertionError("recorded twice");
                })
                .orElseThrow();
        assertThat(record.event().facts())
                .containsEntry(Fact.RESTORE, restored.restore().restore())
                .containsEntry(Fact.REFERENCE, made.backup())
                .containsEntry(Fact.POSITION, Long.toString(made.position()))
                .containsEntry(Fact.ATTEMPT, "1");
        List<AuditEvent> deliveries = all.subList((int) record.sequence(), all.size()).stream()
                .map(AuditRecord::event)
                .filter(event ->
                        event.type() == AuditEvent.Type.DELIVERING || event.type() == AuditEvent.Type.DELIVERED)
                .toList();
        assertThat(deliveries).hasSizeGreaterThan(2 * LOAD).allSatisfy(event -> assertThat(event.facts())
                .containsEntry(Fact.RESTORE, restored.restore().restore())
                .doesNotContainEntry(Fact.REQUEST, DONE));

        List<Webhook> again = world.hook().requests();
        again = again.subList(before, again.size());
        assertThat(again).hasSizeGreaterThanOrEqualTo(LOAD + 2).allSatisfy(webhook -> assertThat(new JsonMapper()
                        .readTree(webhook.body())
                        .path("possibleDuplicate")
                        .asBoolean())
                .isTrue());
        assertThat(again).extracting(Webhook::id).doesNotHaveDuplicates();

        Set<String> marked = archived();
        marked.removeAll(files);
        assertThat(marked).isNotEmpty().allMatch(name -> name.endsWith("_possible-duplicate.jwe"));
        assertThat(files).noneMatch(name -> name.contains("possible-duplicate"));
        assertThat(tickets(world, FETCH)).singleElement().satisfies(ticket -> assertThat(
                        ticket.getBooleanProperty("possibleDuplicate"))
                .isTrue());
    }

    private void whatIsNewIsNotMarked(OldDataWorld world) throws Exception {
        send(world, AFTER, "kakao", OldDataWorld.KAKAO, EVERYWHERE);
        letAllEnd(world, Set.of(AFTER));
        assertThat(tickets(world, AFTER)).singleElement().satisfies(ticket -> assertThat(
                        ticket.propertyExists("possibleDuplicate"))
                .isFalse());
        List<DeliveryRow> deliveries = world.service().ledger().deliveries(AFTER);
        assertThat(archived()).anyMatch(name -> deliveries.stream()
                .anyMatch(delivery -> name.endsWith("_" + delivery.deliveryId() + ".jwe")));
    }

    private void aSecondTimeHasToBeAskedFor(Path file) throws Exception {
        assertThatThrownBy(() -> restore(file, false))
                .isInstanceOfSatisfying(
                        BackupException.class, e -> assertThat(e.code()).isEqualTo("RESTORED_BEFORE"))
                .hasMessageContaining("--again");
        Files.delete(file.resolveSibling("backup.zip.restored"));
        assertThatThrownBy(() -> restore(file, false))
                .as("the data directory remembers, too")
                .hasMessageContaining("RESTORED_BEFORE");
        assertThat(restore(file, true).restore().nth()).isEqualTo(2);
    }

    private static List<Message> tickets(OldDataWorld world, String request) throws Exception {
        return world.asTicketing((session, found) -> {
            try (MessageConsumer consumer =
                    session.createConsumer(session.createQueue(Whole.RESULTS), "requestId = '" + request + "'")) {
                for (Message next = consumer.receive(5000); next != null; next = consumer.receive(500)) {
                    found.add(next);
                }
            }
        });
    }

    private Set<String> archived() throws Exception {
        try (Stream<Path> files = Files.list(home.resolve("archive"))) {
            return new HashSet<>(
                    files.map(file -> file.getFileName().toString()).toList());
        }
    }

    private void send(OldDataWorld world, String id, String account, String instance, List<String> to)
            throws Exception {
        synchronized (asked) {
            asked.add(id);
        }
        world.asTicketing((session, found) -> Whole.send(
                session,
                Whole.REQUESTS,
                session.createTextMessage(Whole.request(id, account, instance, to.toArray(String[]::new)))));
    }

    private static void letAllEnd(OldDataWorld world, Set<String> requests) {
        List<String> left = new ArrayList<>(requests);
        Whole.patiently().until(() -> {
            left.removeIf(world::isSettled);
            return left.isEmpty();
        });
    }

    private static RequestRow row(OldDataWorld world, String request) {
        return world.service().ledger().requests(List.of(request)).get(0);
    }
}
