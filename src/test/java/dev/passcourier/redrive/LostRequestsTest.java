package dev.passcourier.redrive;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditReader;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.broker.EmbeddedBroker;
import dev.passcourier.broker.FailedMessages;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.PlainSend;
import dev.passcourier.broker.QueueDeclarer;
import dev.passcourier.broker.QueuedMessage;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.Settings;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.ledger.Story;
import dev.passcourier.outbox.Notices;
import dev.passcourier.outbox.OutboxCodec;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.Verdict;
import dev.passcourier.request.WorkCodec;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;

/** What is on record against what lies in a real broker's queues. */
class LostRequestsTest {

    private static final String INTAKE = "requests";
    private static final Instant LATER = Instant.now().plusSeconds(3600);

    @TempDir
    Path directory;

    private FileAuditTrail trail;
    private Story story;
    private Ledger ledger;
    private EmbeddedBroker broker;
    private JmsPoolConnectionFactory pool;

    @BeforeEach
    void open() throws Exception {
        trail = FileAuditTrail.open(directory.resolve("audit"), Clock.systemUTC());
        story = new Story(trail);
        ledger = Ledger.follow(trail, LedgerDatabase.h2(directory.resolve("ledger")));
        broker = EmbeddedBroker.start(
                directory.resolve("broker"),
                1,
                new Settings.Broker(null, null, null, null, Map.of()),
                INTAKE,
                Set.of());
        QueueDeclarer.declare(
                broker.access(),
                List.of(INTAKE, "fetch.acc", "outbox.hook", "outbox.files", Queues.EXPIRED, Queues.FAILED));
        pool = broker.access().pool();
    }

    @AfterEach
    void close() throws Exception {
        pool.stop();
        broker.close();
        ledger.close();
        trail.close();
    }

    @Test
    void aLostRequestIsAskedAgainAsItWas() throws Exception {
        asked("gone", "fleetId=f-1 zone=z", "windows-2024").fetching("gone", 3);

        settle();

        FetchWork work = onlyWork();
        assertThat(work.request().id()).isEqualTo("gone");
        assertThat(work.request().instance()).isEqualTo("i-gone");
        assertThat(work.request().parameters()).isEqualTo(Map.of("fleetId", "f-1", "zone", "z"));
        assertThat(work.request().key()).isEqualTo("windows-2024");
        assertThat(work.request().deliverTo()).containsExactly("hook", "files");
        assertThat(work.request().requestedBy()).isEqualTo("jane");
        assertThat(work.origin()).isEqualTo(new Origin(Origin.Source.FILE, "b:1", null, "b", 1));
        assertThat(work.deadline()).isEqualTo("2026-11-01T12:00:00Z");
        assertThat(work.attempt()).isEqualTo(4);
        assertThat(audited(AuditEvent.Type.REDRIVEN)).singleElement().satisfies(facts -> assertThat(facts)
                .containsEntry(Fact.REQUEST, "gone")
                .containsEntry(Fact.QUEUE, "fetch.acc")
                .containsEntry(Fact.CODE, "LOST"));
        assertThat(row("gone").state()).isNotEqualTo(RequestState.ENDED);

        settle();
        assertThat(audited(AuditEvent.Type.REDRIVEN)).hasSize(1);
    }

    @Test
    void whatLiesInAQueueIsNotLost() throws Exception {
        asked("delayed").fetching("delayed", 1);
        put(work("delayed", LATER));
        asked("waiting");
        put(work("waiting", null));
        asked("unseen", "none", null);
        put(intake("b:3"));
        asked("sealed").fetching("sealed", 1).sealed("sealed", "hook").sealed("sealed", "files");
        put(result("sealed", "hook", null));
        put(result("sealed", "files", LATER));
        asked("ended").ended("ended", "DENIED", "HTTP_403");

        settle();

        assertThat(audited(AuditEvent.Type.REDRIVEN)).isEmpty();
        assertThat(audited(AuditEvent.Type.ENDED)).hasSize(1);
    }

    @Test
    void theIntakeDropsWhatWasAskedForBeforeSoItsMessageDoesNotCount() throws Exception {
        asked("handed-on").fetching("handed-on", 1);
        put(intake("b:1"));

        settle();

        assertThat(audited(AuditEvent.Type.REDRIVEN)).hasSize(1);
    }

    @Test
    void aRedriveThatACrashCutShortIsCompleted() throws Exception {
        asked("redriven").ended("redriven", "DENIED", "HTTP_403");
        put(FailedMessages.failed(work("redriven", null), "DENIED", "HTTP_403", LATER));
        asked("kept").ended("kept", "DENIED", "HTTP_403");
        put(FailedMessages.failed(work("kept", null), "DENIED", "HTTP_403", LATER));
        story.tell(AuditEvent.Type.REDRIVEN, Fact.REQUEST, "redriven", Fact.QUEUE, "fetch.acc");

        settle();

        assertThat(onlyWork().request().id()).isEqualTo("redriven");
    }

    @Test
    void onlyTheDestinationWhoseResultIsNowhereGetsItAgain() throws Exception {
        asked("half")
                .fetching("half", 1)
                .sealed("half", "hook")
                .sealed("half", "files")
                .delivering("half", "hook", 1)
                .delivered("half", "hook", 1);
        asked("other").fetching("other", 1).sealed("other", "hook").sealed("other", "files");
        put(result("other", "files", null));

        settle();

        assertThat(works())
                .extracting(work -> work.request().id() + work.request().deliverTo())
                .containsExactly("half[files]", "other[hook]");
    }

    @Test
    void whatTheRecordDoesNotHoldWholeEndsAndIsTold() throws Exception {
        story.askedLine("asked-only", "b", 7);
        story.askedLine("older", "b", 8).allowed("older", "hook,files");
        asked("forbidden", "none", null, "hook,secret");
        story.askedLine("half", "b", 9)
                .allowed("half", "hook,files")
                .sealed("half", "hook")
                .sealed("half", "files")
                .delivered("half", "hook", 1);

        settle();

        for (String request : List.of("asked-only", "older", "forbidden", "half")) {
            assertThat(row(request).verdict()).as(request).isEqualTo(Verdict.FAILED);
            assertThat(row(request).code()).as(request).isEqualTo("LOST");
        }
        assertThat(audited(AuditEvent.Type.DELIVERY_FAILED)).singleElement().satisfies(facts -> assertThat(facts)
                .containsEntry(Fact.ALIAS, "files")
                .containsEntry(Fact.DELIVERY, "half-files"));
        assertThat(queued())
                .extracting(message -> message.queue() + " "
                        + message.properties().get(MessageProperties.REQUEST) + " "
                        + message.properties().get(MessageProperties.KIND))
                .containsExactlyInAnyOrder(
                        "outbox.hook older NOTICE",
                        "outbox.files older NOTICE",
                        "outbox.hook forbidden NOTICE",
                        "outbox.files half NOTICE");
    }

    private Story asked(String id) {
        return asked(id, "none", null);
    }

    private Story asked(String id, String parameters, String key) {
        return asked(id, parameters, key, "hook,files");
    }

    /** As the intake records it today. */
    private Story asked(String id, String parameters, String key, String destinations) {
        int line = ledger.newest(100).size() + 1;
        story.tell(
                AuditEvent.Type.ASKED,
                Fact.REQUEST,
                id,
                Fact.ACCOUNT,
                "acc",
                Fact.INSTANCE,
                "i-" + id,
                Fact.SOURCE,
                "FILE",
                Fact.REFERENCE,
                "b:" + line,
                Fact.BATCH,
                "b",
                Fact.LINE,
                line,
                Fact.WHO,
                "jane");
        Object[] allowed = {
            Fact.REQUEST,
            id,
            Fact.DESTINATIONS,
            destinations,
            Fact.DEADLINE,
            "2026-11-01T12:00:00Z",
            Fact.PARAMETERS,
            parameters,
            Fact.KEY,
            key
        };
        story.tell(AuditEvent.Type.ALLOWED, key == null ? Arrays.copyOf(allowed, 8) : allowed);
        ledger.awaitApplied(story.last());
        return story;
    }

    private static OutboundMessage work(String id, Instant notBefore) {
        return new OutboundMessage("fetch.acc", new byte[] {1}, Map.of(MessageProperties.REQUEST, id), notBefore, null);
    }

    private static OutboundMessage intake(String reference) {
        String origin = WorkCodec.originToText(new Origin(Origin.Source.FILE, reference, null, "b", 1));
        return new OutboundMessage(INTAKE, new byte[] {1}, Map.of(MessageProperties.ORIGIN, origin), null, null);
    }

    private static OutboundMessage result(String id, String alias, Instant notBefore) {
        Instant now = Instant.now();
        return OutboxCodec.outboundMessage(
                new OutboxItem(
                        OutboxItem.Kind.RESULT,
                        alias,
                        id + "-" + alias,
                        id,
                        null,
                        1,
                        now,
                        now.plus(Duration.ofDays(1)),
                        "application/jose",
                        "sealed".getBytes(StandardCharsets.UTF_8)),
                notBefore);
    }

    private void put(OutboundMessage message) throws JMSException {
        try (Connection connection = pool.createConnection();
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED)) {
            PlainSend.send(session, message, Instant.now());
            session.commit();
        }
    }

    private void settle() throws Exception {
        ledger.awaitApplied(trail.position());
        QueuedWork queued = new QueuedWork();
        broker.look(queued);
        new LostRequests(
                        settings(),
                        pool,
                        trail,
                        new Notices((request, alias) -> "dlv-" + alias, account -> true),
                        Clock.systemUTC())
                .settle(ledger.open(queued::isLost), queued, directory.resolve("audit"));
        ledger.awaitApplied(trail.position());
    }

    private List<QueuedMessage> queued() {
        List<QueuedMessage> queued = new ArrayList<>();
        broker.look(queued::add);
        return queued;
    }

    private FetchWork onlyWork() throws JMSException {
        List<FetchWork> works = works();
        assertThat(works).hasSize(1);
        return works.get(0);
    }

    private List<FetchWork> works() throws JMSException {
        List<FetchWork> works = new ArrayList<>();
        try (Connection connection = pool.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                var browser = session.createBrowser(session.createQueue("fetch.acc"))) {
            connection.start();
            for (var all = browser.getEnumeration(); all.hasMoreElements(); ) {
                works.add(WorkCodec.fromBytes(((Message) all.nextElement()).getBody(byte[].class)));
            }
        }
        return works;
    }

    private RequestRow row(String id) {
        return ledger.requests(List.of(id)).get(0);
    }

    private List<Map<Fact, String>> audited(AuditEvent.Type type) throws Exception {
        List<Map<Fact, String>> found = new ArrayList<>();
        try (var reader = AuditReader.whole(directory.resolve("audit"))) {
            for (var next = reader.next(); next != null; next = reader.next()) {
                if (next.event().type() == type) {
                    found.add(next.event().facts());
                }
            }
        }
        return found;
    }

    private Settings settings() {
        Settings.Account account = new Settings.Account(
                "any",
                null,
                null,
                1,
                false,
                true,
                Settings.AfterDelivery.KEEP,
                null,
                false,
                JsonNodeFactory.instance.objectNode());
        Settings.Destination destination = new Settings.Destination(
                null, 4, new Settings.WebhookChannel(URI.create("https://localhost/"), List.of(), null, false));
        Settings.Rule rule = new Settings.Rule(
                "files", List.of("file"), List.of(), List.of(), List.of("*"), List.of("*"), List.of("*"));
        return new Settings(
                new Settings.Service(
                        directory,
                        Duration.ofMinutes(20),
                        Duration.ofDays(1),
                        Duration.ofDays(30),
                        1,
                        directory.resolve("sign"),
                        directory.resolve("rest"),
                        null,
                        1,
                        null,
                        null,
                        null,
                        List.of()),
                new Settings.Broker(null, null, null, null, Map.of()),
                new Settings.Sources(new Settings.JmsSource(INTAKE, 8, null, null, null), null),
                Map.of(),
                Map.of("acc", account),
                Map.of(),
                Map.of("hook", destination, "files", destination),
                Map.of(),
                Map.of(),
                new Settings.Policy(List.of(rule), Map.of(), List.of()),
                new Settings.LedgerStore(null, null, null),
                Settings.Retention.FOREVER,
                null);
    }
}
