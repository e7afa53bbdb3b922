package dev.passcourier.fetch;

import static dev.passcourier.fetch.SettleBench.NOW;
import static dev.passcourier.fetch.SettleBench.found;
import static dev.passcourier.fetch.SettleBench.work;
import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.Settings;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Verdict;
import dev.passcourier.request.WorkCodec;
import dev.passcourier.retry.RetryTable;
import dev.passcourier.sandbox.MovableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a cloud is told to forget a password, and what becomes of its answer. */
class ClearingTest {

    private static final Duration KEEP = Duration.ofDays(30);
    private static final String QUEUE = Queues.clear(SettleBench.ACCOUNT);

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock(NOW, ZoneOffset.UTC);
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final RetryTable retryTable = new RetryTable(new Random(1), 1);
    private SettleBench bench;
    private Clearing clearing;

    @BeforeEach
    void open() throws Exception {
        bench = new SettleBench(directory, clock);
        clearing = new Clearing(
                bench.ledger(), new AccountGate("test", 100, clock), bench.audit(), retryTable, KEEP, clock);
    }

    @AfterEach
    void close() throws Exception {
        camel.close();
        bench.close();
    }

    @Test
    void theCloudIsToldOnceEveryDestinationHasTheResult() throws Exception {
        asked(work("vm-1"));
        delivered("mail");
        Exchange early = taken(work("vm-1"));
        assertThat(attempt(early).isOpen()).isFalse();
        List<OutboundMessage> later = settled(early);
        assertThat(later).extracting(OutboundMessage::queue).containsExactly(QUEUE);
        assertThat(later.get(0).notBefore()).isAfter(NOW);
        assertThat(bench.auditText()).doesNotContain("CLEAR");

        delivered("archive");
        Exchange due = taken(WorkCodec.fromBytes(later.get(0).body()));

        assertThat(attempt(due).isOpen()).isTrue();
        assertThat(bench.auditText()).contains("\"CLEARING\"");
        attempt(due).settle(new Answer.Cleared());
        assertThat(settled(due)).isEmpty();
        assertThat(bench.auditText()).contains("\"CLEARED\"");
    }

    @Test
    void theCloudIsNotToldOfARequestThatEndedOtherwise() throws Exception {
        asked(work("vm-1"));
        delivered("mail");
        record(
                AuditEvent.Type.DELIVERY_FAILED,
                Map.of(
                        Fact.REQUEST,
                        "r-vm-1",
                        Fact.ALIAS,
                        "archive",
                        Fact.DELIVERY,
                        "d-archive",
                        Fact.KIND,
                        "RESULT",
                        Fact.CODE,
                        "HTTP_400",
                        Fact.VERDICT,
                        "FAILED"));

        Exchange exchange = taken(work("vm-1"));

        assertThat(settled(exchange)).isEmpty();
        assertThat(bench.auditText())
                .contains("\"NOT_CLEARED\"", "NOT_DELIVERED")
                .doesNotContain("\"CLEARING\"");
    }

    @Test
    void aFailureIsTriedAgainAsTheTableSaysAndThenKeptAndTold() throws Exception {
        asked(work("vm-1"));
        delivered("mail");
        delivered("archive");
        FetchWork next =
                new FetchWork(work("vm-1").request(), work("vm-1").origin(), NOW, NOW.plus(Duration.ofDays(7)), 1, 0);
        for (int failure = 1; failure <= 2; failure++) {
            List<OutboundMessage> again = refused(next, new Answer.Retry(TransientFailure.FEW, "HTTP_409", null));
            assertThat(again).extracting(OutboundMessage::queue).containsExactly(QUEUE);
            next = WorkCodec.fromBytes(again.get(0).body());
            assertThat(next.failures()).isEqualTo(failure);
        }

        List<OutboundMessage> kept = refused(next, new Answer.Retry(TransientFailure.FEW, "HTTP_409", null));

        assertThat(kept).extracting(OutboundMessage::queue).containsExactly(Queues.FAILED);
        assertThat(kept.get(0).properties())
                .containsEntry(MessageProperties.FROM, QUEUE)
                .containsEntry(MessageProperties.CLEARS, "r-vm-1")
                .doesNotContainKey(MessageProperties.REQUEST);
        assertThat(kept.get(0).expiresAt()).isEqualTo(NOW.plus(KEEP));
        assertThat(bench.auditText()).contains("\"CLEAR_POSTPONED\"", "\"NOT_CLEARED\"", "HTTP_409");
        assertThat(bench.ledger().request("r-vm-1").orElseThrow().verdict()).isEqualTo(Verdict.DELIVERED);
    }

    @Test
    void anInstanceThatIsGoneHasNothingToForget() throws Exception {
        asked(work("vm-1"));
        delivered("mail");
        delivered("archive");

        assertThat(refused(work("vm-1"), new Answer.Ended(Verdict.NOT_FOUND, "itemNotFound")))
                .isEmpty();

        assertThat(bench.auditText()).contains("\"CLEARED\"", "itemNotFound");
    }

    @Test
    void resultsInClearAreClearedOnlyWhereTheAccountSaysSo() throws Exception {
        List<OutboundMessage> sealedOnly = settled(Settings.AfterDelivery.CLEAR, "vm-1");
        assertThat(sealedOnly)
                .extracting(OutboundMessage::queue)
                .doesNotContain(QUEUE)
                .hasSize(2);
        assertThat(bench.auditText()).contains("\"NOT_CLEARED\"", "UNSEALED");

        List<OutboundMessage> all = settled(Settings.AfterDelivery.CLEAR_ALSO_UNSEALED, "vm-2");
        assertThat(all).extracting(OutboundMessage::queue).contains(QUEUE).hasSize(3);
    }

    private List<OutboundMessage> settled(Settings.AfterDelivery afterDelivery, String instance) throws Exception {
        return bench.settle(
                bench.step("kakaocloud", bench.ring(), false, afterDelivery),
                work(instance),
                found(bench.encrypted("Canary-Clear-1!")));
    }

    private List<OutboundMessage> refused(FetchWork work, Answer answer) throws Exception {
        Exchange exchange = taken(work);
        attempt(exchange).settle(answer);
        return settled(exchange);
    }

    private Exchange taken(FetchWork work) throws InterruptedException {
        Exchange exchange = new DefaultExchange(camel);
        exchange.getMessage()
                .setBody(new InboundMessage(
                        QUEUE, "ID:1", "passcourier", true, new HashMap<>(), WorkCodec.toBytes(work)));
        clearing.take(exchange);
        return exchange;
    }

    private static Attempt attempt(Exchange exchange) {
        return exchange.getVariable(Attempt.VARIABLE, Attempt.class);
    }

    @SuppressWarnings("unchecked")
    private List<OutboundMessage> settled(Exchange exchange) {
        clearing.settle(exchange);
        return exchange.getMessage().getBody(List.class);
    }

    private void asked(FetchWork work) {
        record(
                AuditEvent.Type.ASKED,
                Map.of(
                        Fact.REQUEST,
                        work.request().id(),
                        Fact.ACCOUNT,
                        work.request().account(),
                        Fact.INSTANCE,
                        work.request().instance(),
                        Fact.SOURCE,
                        "JMS",
                        Fact.REFERENCE,
                        "ID:vm-1"));
        record(AuditEvent.Type.ALLOWED, Map.of(Fact.REQUEST, work.request().id(), Fact.DESTINATIONS, "mail,archive"));
    }

    private void delivered(String alias) {
        record(
                AuditEvent.Type.DELIVERED,
                Map.of(
                        Fact.REQUEST,
                        "r-vm-1",
                        Fact.ALIAS,
                        alias,
                        Fact.DELIVERY,
                        "d-" + alias,
                        Fact.KIND,
                        "RESULT",
                        Fact.CODE,
                        "OK",
                        Fact.ATTEMPT,
                        "1"));
    }

    private void record(AuditEvent.Type type, Map<Fact, String> facts) {
        bench.ledger().awaitApplied(bench.audit().append(new AuditEvent(type, clock.instant(), facts)));
    }
}
