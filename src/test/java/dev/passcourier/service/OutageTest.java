package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.broker.Queues;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.request.Verdict;
import dev.passcourier.secrecy.CapturedOutput;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * R11: while the audit trail or the ledger is away the service takes nothing. Without that a message in hand would be in
 * quarantine after its five attempts, within eight seconds.
 */
class OutageTest {

    /** Longer than the eight seconds that five attempts would take. */
    private static final Duration OUTAGE = Duration.ofSeconds(10);

    private static final int LINES = 40;

    @TempDir
    Path directory;

    @Test
    void anAuditTrailThatCannotBeWrittenSuspendsTheServiceAndBurnsNothing() throws Exception {
        try (Whole whole = prepared();
                SmallDisk disk = SmallDisk.mount(whole.home().resolve("data/audit"), 1);
                CapturedOutput said = new CapturedOutput()) {
            Files.setPosixFilePermissions(whole.home().resolve("data"), PosixFilePermissions.fromString("rwx------"));
            try {
                whole.start();
                StatusClient status = backlog(whole);
                disk.fill();
                Whole.patiently().until(() -> status.code("audit").equals("AUDIT_DISK"));
                suspended(status, said, Duration.ofSeconds(2));
                disk.free();
                everythingArrives(whole, status);
                assertThat(whole.audited(AuditEvent.Type.RESUMED)).hasSize(1);
                assertThat(said.log().split("The audit trail cannot be written", -1))
                        .hasSize(2);
            } finally {
                whole.stop();
            }
        }
    }

    @Test
    void aLedgerDatabaseThatIsStoppedSuspendsTheServiceAndBurnsNothing() throws Exception {
        Path data = directory.resolve("postgres");
        EmbeddedPostgres server = postgres(data, 0);
        int port = server.getPort();
        try (Whole whole = prepared()
                        .settings(settings -> settings + "ledger:\n  url: jdbc:postgresql://localhost:" + port
                                + "/postgres\n  user: postgres\n  password: \"{{file:secrets/mail}}\"\n");
                CapturedOutput said = new CapturedOutput()) {
            whole.start();
            StatusClient status = backlog(whole);
            server.close();
            Whole.patiently().until(() -> !status.code("ledger").isEmpty());
            suspended(status, said, Duration.ofSeconds(14));
            server = postgres(data, port);
            everythingArrives(whole, status);
        } finally {
            server.close();
        }
    }

    private Whole prepared() throws Exception {
        return Whole.prepare(directory).settings(Whole::withoutSchedules);
    }

    private static EmbeddedPostgres postgres(Path data, int port) throws Exception {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                .start();
    }

    private static StatusClient backlog(Whole whole) throws Exception {
        StringBuilder batch = new StringBuilder("id,account,instance,deliverTo\n");
        for (int i = 1; i <= LINES; i++) {
            batch.append("many-" + i + ",zstack," + DemoWorld.ZSTACK + ",archive\n");
        }
        StatusClient status = new StatusClient(whole.service().statusPort());
        assertThat(status.isUp()).isTrue();
        whole.drop("many.csv", batch.toString());
        Whole.patiently().until(() -> delivered(whole) >= 3);
        return status;
    }

    /**
     * For the whole outage no further hop begins, so none fails.
     *
     * @param inHand how long those that had begun may take to fail
     */
    private static void suspended(StatusClient status, CapturedOutput said, Duration inHand) throws Exception {
        assertThat(status.isUp()).isFalse();
        await().pollDelay(inHand).atMost(inHand.plusSeconds(1)).until(() -> true);
        int failed = failures(said);
        await().pollDelay(OUTAGE).atMost(OUTAGE.plusSeconds(1)).until(() -> true);
        assertThat(failures(said)).isEqualTo(failed);
        assertThat(status.isUp()).isFalse();
    }

    private static int failures(CapturedOutput said) {
        return said.log().split("HOP_ROLLED_BACK", -1).length;
    }

    private static void everythingArrives(Whole whole, StatusClient status) throws Exception {
        Whole.patiently().until(status::isUp);
        Whole.patiently().until(() -> delivered(whole) == LINES);
        Whole.patiently().until(() -> whole.rows().stream().allMatch(whole::isSettled));
        assertThat(whole.archived()).hasSize(LINES);
        assertThat(whole.audited(AuditEvent.Type.QUARANTINED)).isEmpty();
        for (String queue : List.of(Queues.QUARANTINE, Queues.DEAD)) {
            Whole.patiently().untilAsserted(() -> status.assertEmpty(queue));
        }
    }

    private static long delivered(Whole whole) {
        return whole.rows().stream()
                .map(RequestRow::verdict)
                .filter(Verdict.DELIVERED::equals)
                .count();
    }
}
