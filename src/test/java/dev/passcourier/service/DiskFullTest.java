package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.broker.Queues;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.ledger.LedgerException;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.request.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** R12: a full disk stops the intake and loses nothing. */
class DiskFullTest {

    private static final int LINES = 40;

    @TempDir
    Path directory;

    private Whole whole;
    private SmallDisk disk;
    private StatusClient status;

    @BeforeEach
    void start() throws Exception {
        whole = Whole.prepare(directory)
                .settings(Whole::withoutSchedules)
                .settings(settings -> settings.replaceFirst("(?m)^service:$", "service:\n  minFreeSpace: 40MiB"));
        disk = SmallDisk.mount(whole.home().resolve("data"), 112);
        startService();
    }

    @AfterEach
    void stop() throws Exception {
        try (Whole closing = whole;
                SmallDisk unmounted = disk) {
            closing.stop();
        }
    }

    private void startService() throws Exception {
        whole.start();
        status = new StatusClient(whole.service().statusPort());
    }

    @Test
    void aFullDiskSuspendsTheServiceWhichGoesOnByItself() throws Exception {
        fillAmidABacklog();
        whole.drop("later.csv", "id,account,instance,deliverTo\nlater,zstack," + DemoWorld.ZSTACK + ",archive\n");
        int ended = whole.archived().size();
        await().pollDelay(Duration.ofSeconds(8)).until(() -> true);
        assertThat(whole.home().resolve("drop/later.csv")).exists();
        assertThat(whole.archived()).hasSizeLessThan(ended + 10);
        nobodyHangsInASend();

        disk.free();

        Whole.patiently().until(status::isUp);
        everythingEndedOnce(LINES + 1);
        nobodyHangsInASend();
    }

    private static String batch(String name, int lines) {
        StringBuilder batch = new StringBuilder("id,account,instance,deliverTo\n");
        for (int i = 1; i <= lines; i++) {
            batch.append(name + "-" + i + ",zstack," + DemoWorld.ZSTACK + ",archive\n");
        }
        return batch.toString();
    }

    @Test
    void stopsInTimeWhileTheDiskIsFullAndGoesOnAfterTheNextStart() throws Exception {
        fillAmidABacklog();

        await().atMost(Duration.ofSeconds(30)).until(() -> {
            whole.stop();
            return true;
        });
        disk.free();
        startService();

        everythingEndedOnce(LINES);
    }

    private void fillAmidABacklog() throws Exception {
        assertThat(status.isUp()).isTrue();
        whole.drop("many.csv", batch("many", LINES));
        patiently().until(() -> delivered() >= 3);
        disk.fill();
        await().atMost(Duration.ofSeconds(10)).until(() -> status.code("disk").equals("DISK_LOW"));
        assertThat(status.isUp()).isFalse();
    }

    /** A ledger whose disk is full, or was a moment ago, may not answer. */
    private static ConditionFactory patiently() {
        return Whole.patiently().ignoreExceptionsInstanceOf(LedgerException.class);
    }

    private void everythingEndedOnce(int requests) throws Exception {
        patiently().until(() -> delivered() == requests);
        Whole.patiently().until(() -> whole.rows().stream().allMatch(whole::isSettled));
        assertThat(whole.archived()).hasSize(requests);
        assertThat(whole.audited(AuditEvent.Type.QUARANTINED)).isEmpty();
        Whole.patiently().untilAsserted(() -> {
            status.assertEmpty(Queues.QUARANTINE);
            status.assertEmpty(Queues.DEAD);
        });
        Whole.patiently().until(this::dropIsEmpty);
    }

    private boolean dropIsEmpty() throws IOException {
        try (Stream<Path> dropped = Files.list(whole.home().resolve("drop"))) {
            return dropped.noneMatch(Files::isRegularFile);
        }
    }

    private long delivered() {
        return whole.rows().stream()
                .map(RequestRow::verdict)
                .filter(Verdict.DELIVERED::equals)
                .count();
    }

    private static void nobodyHangsInASend() {
        for (Map.Entry<Thread, StackTraceElement[]> each :
                Thread.getAllStackTraces().entrySet()) {
            assertThat(Arrays.stream(each.getValue()).map(StackTraceElement::getClassName))
                    .as("%s", each.getKey().getName())
                    .noneMatch(name -> name.contains("ClientProducerImpl") || name.contains("ProducerCredits"));
        }
    }
}
