package dev.passcourier.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.Settings.RouteChannel;
import dev.passcourier.outbox.OutboxItem;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.apache.camel.Message;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a route of the operator's own is given, and what its failure comes to. */
class RouteSinkTest {

    @TempDir
    static Path directory;

    private static SinkHarness harness;

    @BeforeAll
    static void open() throws Exception {
        harness = new SinkHarness(directory);
    }

    @AfterAll
    static void close() throws Exception {
        harness.close();
    }

    @BeforeEach
    void works() {
        harness.own.failure = null;
        harness.own.got.clear();
    }

    @Test
    void getsTheSealedBytesAndIds() throws Exception {
        OutboxItem item = SinkHarness.sealed(harness.open(new RouteChannel("direct:collector")));

        harness.put(item);

        assertThat(harness.await(item, AuditEvent.Type.DELIVERED).facts()).containsEntry(Fact.CODE, "ROUTE_DONE");
        Message got = harness.own.got.get(0);
        assertThat(got.getBody()).isEqualTo(item.body());
        assertThat(got.getHeaders())
                .containsOnlyKeys(
                        "deliveryId",
                        "requestId",
                        "instance",
                        "kind",
                        "contentType",
                        "attempt",
                        "expires",
                        "CamelFileName")
                .containsEntry("deliveryId", item.deliveryId())
                .containsEntry("kind", "RESULT")
                .containsEntry("CamelFileName", item.fileName(".jwe"));
    }

    @Test
    void isToldThatItMayHaveGotWhatWaitedAtARestore() throws Exception {
        OutboxItem item = SinkHarness.sealed(harness.open(new RouteChannel("direct:collector")));
        harness.restored.begin("rst_1", Instant.now(), Set.of(item.requestId()));

        harness.put(item);

        harness.await(item, AuditEvent.Type.DELIVERED);
        assertThat(harness.own.got.get(0).getHeaders()).containsEntry("possibleDuplicate", true);
        assertThat(harness.own.got.get(0).getHeader("CamelFileName")).asString().contains("_possible-duplicate");
    }

    @Test
    void isTriedAgainAfterAFailureOfTheRoute() throws Exception {
        harness.own.failure = new SocketTimeoutException("of the collector");
        OutboxItem item = SinkHarness.sealed(harness.open(new RouteChannel("direct:collector")));

        harness.put(item);

        assertThat(harness.await(item, AuditEvent.Type.DELIVERY_POSTPONED).facts())
                .containsEntry(Fact.CODE, "TIMEOUT");
        harness.own.failure = null;
        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(harness.own.got)
                .singleElement()
                .satisfies(again -> assertThat(again.getHeader("attempt")).isEqualTo(2)));
    }

    @Test
    void isNeverGivenWhatIsUnderTheServicesOwnSeal() throws Exception {
        OutboxItem item = SinkHarness.atRest(harness.open(new RouteChannel("direct:collector")));

        harness.put(item);

        assertThat(harness.take(Queues.QUARANTINE)).isNotNull();
        assertThat(harness.own.got).isEmpty();
    }
}
