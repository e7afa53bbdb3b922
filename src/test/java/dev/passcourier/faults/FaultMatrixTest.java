package dev.passcourier.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.SoftAssertions.assertSoftly;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.faults.FaultRow.Far;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.DeliveryState;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.Mailbox;
import dev.passcourier.service.Whole;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every fault of a remote end against the whole service. All rows run at once in one service, each on an account or a
 * destination of its own, with bystanders in between that must not notice.
 */
class FaultMatrixTest {

    /** Three days of waiting become half a minute. */
    private static final double PACE = 0.0001;

    /** Enough to ask a few times on a busy machine; at this pace a cloud is asked all the time until then. */
    private static final Duration NEVER = Duration.ofSeconds(30);

    private static final int BYSTANDERS = 40;

    @TempDir
    static Path directory;

    private static final Map<String, RemoteEnd> SIDES = new TreeMap<>();
    private static Whole whole;
    private static RemoteWorld world;

    @BeforeAll
    static void start() throws Exception {
        whole = Whole.prepare(directory).settings(Whole::withoutSchedules);
        world = new RemoteWorld(whole, Clock.systemUTC());
        List<String> batch = new ArrayList<>();
        List<FaultRow> rows = FaultTable.rows();
        for (int i = 0; i < rows.size(); i++) {
            FaultRow row = rows.get(i);
            RemoteEnd side = side(row, name(i));
            row.arrange().accept(side);
            SIDES.put(name(i), side);
        }
        world.writeSettings(PACE);
        whole.start();
        for (int i = 0; i < rows.size(); i++) {
            batch.add(request(rows.get(i), name(i), SIDES.get(name(i))));
        }
        for (int i = 0; i < BYSTANDERS; i++) {
            batch.add(i * batch.size() / BYSTANDERS, Whole.request("calm-" + i, "kakao", DemoWorld.KAKAO, "archive"));
        }
        whole.drop("matrix.ndjson", String.join("\n", batch) + "\n");
    }

    private static String name(int row) {
        return "row-" + row;
    }

    private static RemoteEnd side(FaultRow row, String name) throws IOException {
        return switch (row.far()) {
            case CLOUD ->
                row.fault().equals(FaultTable.TOKEN_ONCE) || row.fault().equals(FaultTable.TOKEN_ALWAYS)
                        ? world.tokenAccount(name)
                        : world.account(name, 1);
            case MAIL ->
                world.mail(
                        name,
                        row.fault().equals(FaultTable.NO_STARTTLS) ? Mailbox.Security.PLAIN : Mailbox.Security.STARTTLS,
                        row.fault().equals(FaultTable.WRONG_LOGIN) ? "another" : "right");
            case WEBHOOK -> world.hook(name);
            default -> throw new IllegalArgumentException(row.far().title());
        };
    }

    private static String request(FaultRow row, String name, RemoteEnd side) {
        String request = side instanceof RemoteEnd.Cloud cloud
                ? Whole.request(name, name, cloud.instance(), "archive")
                : Whole.request(name, "huawei-aksk", DemoWorld.HUAWEI, name);
        return row.fault().equals(FaultTable.NEVER_READY)
                ? request.replace("}", ",\"deadline\":\"" + Instant.now().plus(NEVER) + "\"}")
                : request;
    }

    @AfterAll
    static void stop() throws Exception {
        if (whole != null) {
            whole.close();
        }
        if (world != null) {
            world.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> everyFaultHasTheEndThatTheTableSays() {
        List<FaultRow> rows = FaultTable.rows();
        return Stream.iterate(0, i -> i < rows.size(), i -> i + 1)
                .map(i -> dynamicTest(
                        rows.get(i).far().title() + ": " + rows.get(i).fault(), () -> check(rows.get(i), name(i))));
    }

    private static void check(FaultRow row, String id) throws Exception {
        RequestRow request = row.verdict() == null ? waiting(id) : whole.ended(id);
        List<DeliveryRow> deliveries = whole.service().ledger().deliveries(id);
        DeliveryRow delivery = deliveries.isEmpty() ? null : deliveries.get(0);
        boolean cloud = row.far() == Far.CLOUD;
        List<String> waits = waits(id, cloud);
        int copies = copies(id, delivery);
        assertSoftly(softly -> {
            softly.assertThat(request.verdict()).as("verdict").isEqualTo(row.verdict());
            softly.assertThat(row.verdict() == Verdict.DELIVERED || !cloud ? code(delivery) : request.code())
                    .as("code")
                    .isEqualTo(row.code());
            softly.assertThat(cloud || delivery == null ? request.attempts() : delivery.attempts())
                    .as("attempts")
                    .matches(row.attempts()::holds, row.attempts().toString());
            softly.assertThat(waits).as("waits").containsExactlyElementsOf(row.waits());
            softly.assertThat(copies)
                    .as("copies")
                    .matches(row.copies()::holds, row.copies().toString());
        });
        if (row.verdict() == null) {
            // Or it would be tried all the time that the others take.
            SIDES.get(id).shut();
        }
    }

    private static String code(DeliveryRow delivery) {
        return delivery == null ? "no delivery" : String.valueOf(delivery.code());
    }

    private static RequestRow waiting(String id) {
        Whole.patiently().until(() -> whole.service().ledger().deliveries(id).stream()
                .anyMatch(delivery -> delivery.state() == DeliveryState.POSTPONED));
        return whole.row(id).orElseThrow();
    }

    private static List<String> waits(String id, boolean cloud) throws Exception {
        AuditEvent.Type type = cloud ? AuditEvent.Type.POSTPONED : AuditEvent.Type.DELIVERY_POSTPONED;
        return whole.audited(type).stream()
                .map(AuditRecord::event)
                .filter(event -> id.equals(event.facts().get(Fact.REQUEST)))
                .map(event -> event.facts().get(Fact.CODE))
                .distinct()
                .toList();
    }

    private static int copies(String id, DeliveryRow delivery) throws IOException {
        RemoteEnd side = SIDES.get(id);
        if (side instanceof RemoteEnd.Cloud) {
            return whole.archived(id).size();
        }
        return delivery == null ? 0 : side.copies(delivery.deliveryId());
    }

    @Test
    void nobodyElseNotices() throws Exception {
        for (int i = 0; i < BYSTANDERS; i++) {
            RequestRow calm = whole.ended("calm-" + i);
            assertThat(calm.verdict()).as(calm.id()).isEqualTo(Verdict.DELIVERED);
            assertThat(calm.attempts()).as(calm.id()).isEqualTo(1);
            assertThat(whole.archived(calm.id())).hasSize(1);
        }
        assertThat(whole.audited(AuditEvent.Type.QUARANTINED)).isEmpty();
    }
}
