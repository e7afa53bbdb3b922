package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditException;
import dev.passcourier.audit.AuditReader;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.broker.InboundMessage;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.ledger.BatchSummary;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.LineResult;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.outbox.Notices;
import dev.passcourier.request.BatchFormat;
import dev.passcourier.request.BatchLine;
import dev.passcourier.request.BatchReader;
import dev.passcourier.request.Origin;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.DeliveryIds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The intake's decisions on the real audit trail and ledger. */
class IntakeWithLedgerTest {

    private static final String REQUEST =
            "{\"id\":\"%s\",\"account\":\"huawei\",\"instance\":\"i-1\",\"deliverTo\":[\"ops\"]}";

    @TempDir
    private Path home;

    private FileAuditTrail trail;
    private Ledger ledger;
    private CheckRequestStep check;

    @BeforeEach
    void start() throws Exception {
        trail = FileAuditTrail.open(home.resolve("audit"), Clock.systemUTC());
        ledger = Ledger.follow(trail, LedgerDatabase.h2(home.resolve("ledger")));
        check = new CheckRequestStep(
                Fakes.settings(home, Fakes.rule("jms", "", "ops"), Fakes.rule("file", "", "ops")),
                trail,
                ledger,
                new Notices(DeliveryIds::of, account -> true),
                Fakes.NO_SIGNERS,
                Clock.systemUTC());
    }

    @AfterEach
    void stop() throws Exception {
        ledger.close();
        trail.close();
    }

    @Test
    void letsOneOfManyWithTheSameIdThrough() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Callable<List<OutboundMessage>>> arrivals = new ArrayList<>();
        for (int n = 0; n < 40; n++) {
            InboundMessage arrival = arrival("ID:" + n, REQUEST.formatted("r-" + n % 4));
            arrivals.add(() -> check.check(arrival));
        }
        List<String> queues = new ArrayList<>();
        for (Future<List<OutboundMessage>> done : threads.invokeAll(arrivals)) {
            queues.add(done.get().get(0).queue());
        }
        threads.shutdown();

        assertThat(queues).filteredOn("fetch.huawei"::equals).hasSize(4);
        assertThat(queues).filteredOn("outbox.ops"::equals).hasSize(36);
        ledger.awaitApplied(trail.position());
        for (int n = 0; n < 4; n++) {
            assertThat(ledger.request("r-" + n).orElseThrow().state()).isEqualTo(RequestState.ALLOWED);
        }
    }

    @Test
    void doesARequestOfAPastFileOnlyOnceThoughTheBrokerForgotTheFile() {
        InboundMessage line = arrival("ID:1", REQUEST.formatted("r-1"));
        assertThat(check.check(line)).hasSize(1);
        assertThat(check.check(line)).hasSize(1);

        trail.append(new AuditEvent(
                AuditEvent.Type.FETCHING, Instant.now(), Map.of(Fact.REQUEST, "r-1", Fact.ATTEMPT, "1")));

        assertThat(check.check(line)).isEmpty();
    }

    @Test
    void aBatchOfRefusedLinesIsFinished() throws Exception {
        Path drop = Files.createDirectory(home.resolve("drop"));
        Fakes.Sender sender = new Fakes.Sender();
        BatchHandOver handOver = new BatchHandOver(
                "requests", trail, sender, ledger::refusedLines, ledger::isReported, Clock.systemUTC());
        TakeBatchFileStep source = new TakeBatchFileStep(
                DropDirectory.open(drop, List.of(), Clock.systemUTC()),
                new DropGuard(List.of()),
                new Settling(Duration.ofSeconds(3), Duration.ofMinutes(2), System::nanoTime),
                handOver,
                Fakes.allowed(drop, Clock.systemUTC()),
                ledger::batch,
                trail,
                Clock.systemUTC());
        check.check(arrival("ID:1", REQUEST.formatted("taken")));
        Files.writeString(drop.resolve("batch.csv"), """
            id,account,instance,deliverTo
            ,nowhere,i-1,ops
            taken,huawei,i-1,ops
            ,huawei,/,ops
            """);
        source.take("batch.csv");
        for (OutboundMessage outboundMessage : sender.sent) {
            assertThat(check.check(own(outboundMessage)))
                    .allMatch(notice -> notice.queue().equals("outbox.ops"));
        }

        ledger.awaitApplied(trail.position());
        BatchSummary batch = ledger.unreportedBatches().get(0);
        assertThat(batch.name()).isEqualTo("batch.csv");
        assertThat(ledger.lines(batch.id()))
                .extracting(LineResult::line, LineResult::verdict, LineResult::code)
                .containsExactly(
                        tuple(2, Verdict.REFUSED, "ACCOUNT_UNKNOWN"),
                        tuple(3, Verdict.REFUSED, "DUPLICATE_REQUEST"),
                        tuple(4, Verdict.REFUSED, "FIELD_INVALID"));
        assertThat(ledger.request("taken").orElseThrow().state()).isEqualTo(RequestState.ALLOWED);
    }

    /** Many lines are checked at once, in any order. */
    @Test
    void theFirstOfSeveralLinesWithOneIdHasItHoweverEarlyTheOthersAreChecked() {
        Fakes.Sender sender = new Fakes.Sender();
        new BatchHandOver("requests", trail, sender, ledger::refusedLines, ledger::isReported, Clock.systemUTC())
                .handOver(batch("twin", "twin", "twin"), 0);
        InboundMessage first = own(sender.sent.get(0));
        InboundMessage second = own(sender.sent.get(1));
        InboundMessage third = own(sender.sent.get(2));

        OutboundMessage thirdAgain = check.check(third).get(0);
        OutboundMessage secondAgain = check.check(second).get(0);
        assertThat(List.of(thirdAgain, secondAgain)).allSatisfy(putOff -> {
            assertThat(putOff.queue()).isEqualTo("requests");
            assertThat(putOff.notBefore()).isAfter(Instant.now().minusSeconds(60));
        });
        assertThat(check.check(first)).extracting(OutboundMessage::queue).containsExactly("fetch.huawei");
        assertThat(List.of(thirdAgain, secondAgain)).allSatisfy(again -> assertThat(check.check(own(again)))
                .as("refused, in whatever order, and not put off for its neighbour")
                .extracting(OutboundMessage::queue)
                .containsExactly("outbox.ops"));

        ledger.awaitApplied(trail.position());
        assertThat(ledger.lines("b2"))
                .extracting(LineResult::line, LineResult::request, LineResult::code)
                .containsExactly(
                        tuple(1, "twin", null),
                        tuple(2, "twin", "DUPLICATE_REQUEST"),
                        tuple(3, "twin", "DUPLICATE_REQUEST"));
    }

    /** As a file has them in its lines. */
    private static Batch batch(String... ids) {
        StringBuilder lines = new StringBuilder();
        for (String id : ids) {
            lines.append(REQUEST.formatted(id)).append('\n');
        }
        try {
            List<BatchLine> read = BatchReader.read(
                    lines.toString().getBytes(StandardCharsets.UTF_8), BatchFormat.NDJSON, Integer::toString);
            return new Batch(Origin.Source.FILE, "b2", "twins.ndjson", null, read.size(), read);
        } catch (RequestException e) {
            throw new AssertionError(e);
        }
    }

    private static InboundMessage own(OutboundMessage sent) {
        return new InboundMessage("requests", "ID:x", "us", true, sent.properties(), sent.body());
    }

    @Test
    void aBatchIsOnRecordOnceHoweverOftenAKillInterruptsIt() throws Exception {
        List<BatchLine> lines = List.of(
                new BatchLine.Bad(2, RefusalCode.BATCH_COLUMNS, "", ""),
                new BatchLine.Bad(3, RefusalCode.BATCH_COLUMNS, "", ""));
        Batch batch = new Batch(Origin.Source.FILE, "b1", "night.csv", null, lines.size(), lines);
        AtomicInteger left = new AtomicInteger(2);
        AuditTrail killed = event -> {
            if (left.getAndDecrement() == 0) {
                throw new AuditException("KILLED");
            }
            return trail.append(event);
        };

        assertThatThrownBy(() -> handOver(killed).handOver(batch, 0)).hasMessage("KILLED");
        for (int start = 0; start < 3; start++) {
            ledger.awaitApplied(trail.position());
            handOver(trail).handOver(batch, 0);
        }

        ledger.awaitApplied(trail.position());
        assertThat(ledger.unreportedBatches()).extracting(BatchSummary::id).containsExactly("b1");
        List<String> told = new ArrayList<>();
        try (AuditReader reader = AuditReader.whole(home.resolve("audit"))) {
            for (AuditRecord next = reader.next(); next != null; next = reader.next()) {
                told.add(next.event().type() + " " + next.event().facts().getOrDefault(Fact.LINE, "-"));
            }
        }
        assertThat(told).containsExactly("BATCH_TAKEN -", "ENDED 2", "ENDED 3");
    }

    private BatchHandOver handOver(AuditTrail audit) {
        return new BatchHandOver(
                "requests", audit, new Fakes.Sender(), ledger::refusedLines, ledger::isReported, Clock.systemUTC());
    }

    private static InboundMessage arrival(String messageId, String json) {
        return new InboundMessage(
                "requests", messageId, "alice", false, Map.of(), json.getBytes(StandardCharsets.UTF_8));
    }
}
