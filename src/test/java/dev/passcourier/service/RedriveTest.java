package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.PlainSend;
import dev.passcourier.broker.Queues;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.ledger.DeliveryRow;
import dev.passcourier.ledger.RequestStatus;
import dev.passcourier.redrive.FailedMessage;
import dev.passcourier.redrive.RedriveOrder.Action;
import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.WebhookReceiver;
import dev.passcourier.secrecy.CapturedOutput;
import dev.passcourier.status.StatusAnswer;
import dev.passcourier.status.StatusOrder;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.component.jms.JmsComponent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What failed comes to its good end when its cause is mended. */
class RedriveTest {

    @TempDir
    Path directory;

    @Test
    void aRequestThatFailedForAWrongKeyIsReturnedWhileTheServiceIsStopped() throws Exception {
        try (Whole whole = Whole.prepare(directory).settings(Whole::withoutSchedules)) {
            Path key = whole.home().resolve("keys/windows-2024.pem");
            Path right = Files.move(key, directory.resolve("right.pem"));
            Files.copy(whole.world().recipientKey(), key);
            whole.start();
            whole.drop("wrong.csv", "id,account,instance,deliverTo\nwrong-1,kakao," + DemoWorld.KAKAO + ",archive\n");
            assertThat(whole.ended("wrong-1").verdict()).isEqualTo(Verdict.WRONG_KEY);
            Whole.patiently().until(() -> !listed(whole).isEmpty());
            assertThat(status(whole, true).reason()).contains("key ring");
            whole.stop();
            assertThat(status(whole, false)).extracting(RequestStatus::verdict).isEqualTo(Verdict.WRONG_KEY);
            Files.delete(key);
            Files.move(right, key);

            assertThat(listed(whole)).singleElement().satisfies(kept -> {
                assertThat(kept.request()).isEqualTo("wrong-1");
                assertThat(kept.from()).isEqualTo("fetch.kakao");
                assertThat(kept.verdict()).isEqualTo("WRONG_KEY");
            });
            assertThat(whole.order(Action.RETURN, "wrong-1", null).returned()).isOne();
            assertThat(listed(whole)).isEmpty();

            whole.start();
            Whole.patiently().until(() -> whole.row("wrong-1").orElseThrow().verdict() == Verdict.DELIVERED);
            assertThat(whole.archived("wrong-1")).hasSize(1);
            assertThat(whole.audited(AuditEvent.Type.REDRIVEN)).singleElement().satisfies(record -> assertThat(
                            record.event().facts())
                    .containsEntry(Fact.REQUEST, "wrong-1")
                    .containsEntry(Fact.QUEUE, "fetch.kakao"));
        }
    }

    @Test
    void aWebhookThatSaidGoneGetsNothingMoreUntilItIsEnabledAndThenEverything() throws Exception {
        try (CapturedOutput said = new CapturedOutput();
                Whole whole = Whole.prepare(directory)
                        .settings(Whole::withoutSchedules)
                        .start()) {
            WebhookReceiver hook = whole.world().hook();
            hook.answer(410, Map.of());
            whole.drop("gone.csv", "id,account,instance,deliverTo\ngone-1,kakao," + DemoWorld.KAKAO + ",hook\n");
            assertThat(whole.ended("gone-1").code()).isEqualTo("HTTP_410");
            Whole.patiently().until(() -> hookOnStatusPage(whole).equals("DESTINATION_GONE"));
            whole.stop();
            whole.start();
            Whole.patiently().until(() -> hookOnStatusPage(whole).equals("DESTINATION_GONE"));
            whole.drop("after.csv", "id,account,instance,deliverTo\ngone-2,zstack," + DemoWorld.ZSTACK + ",hook\n");
            assertThat(whole.ended("gone-2").code()).isEqualTo("DESTINATION_GONE");
            assertThat(hook.requests()).hasSize(1);
            assertThat(said.log().split("DESTINATION_GONE hook", -1)).hasSize(2);

            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(whole.home().resolve("data/control.sock"))))
                    .isEqualTo("rw-------");
            assertThat(whole.order(Action.RETURN, null, "hook").found())
                    .extracting(FailedMessage::refusal)
                    .containsExactly(FailedMessage.Refusal.DESTINATION_GONE, FailedMessage.Refusal.DESTINATION_GONE);
            List<DeliveryRow> before = whole.service().ledger().deliveries("gone-1");
            assertThat(whole.order(Action.ENABLE, null, "hook").enabled()).isTrue();
            assertThat(whole.order(Action.RETURN, null, "hook").returned()).isEqualTo(2);
            for (String request : List.of("gone-1", "gone-2")) {
                Whole.patiently().until(() -> whole.row(request).orElseThrow().verdict() == Verdict.DELIVERED);
            }
            assertThat(whole.service().ledger().deliveries("gone-1"))
                    .extracting(DeliveryRow::deliveryId)
                    .containsExactly(before.get(0).deliveryId());
            assertThat(hook.received())
                    .extracting(WebhookReceiver.Webhook::id)
                    .contains(before.get(0).deliveryId())
                    .hasSize(2);
            Whole.patiently().until(() -> hookOnStatusPage(whole).isEmpty());
            assertThat(listed(whole)).isEmpty();
        }
    }

    @Test
    void anotherProgramsPoisonIsShownAndNotReturned() throws Exception {
        try (Whole whole =
                Whole.prepare(directory).settings(Whole::withoutSchedules).start()) {
            whole.asTicketing(session -> Whole.send(
                    session, Whole.REQUESTS, session.createObjectMessage(new ArrayList<>(List.of("gadget")))));
            Whole.patiently().until(() -> !listed(whole).isEmpty());
            assertThat(whole.order(Action.RETURN, null, null).found())
                    .singleElement()
                    .satisfies(kept -> {
                        assertThat(kept.place()).isEqualTo(FailedMessage.Place.QUARANTINE);
                        assertThat(kept.reason()).isEqualTo("MESSAGE_TYPE");
                        assertThat(kept.refusal()).isEqualTo(FailedMessage.Refusal.MESSAGE_TYPE);
                    });
        }
    }

    @Test
    void whatTheBrokerGaveUpOnEndsAsFailedAndItsDestinationsAreTold() throws Exception {
        try (Whole whole =
                Whole.prepare(directory).settings(Whole::withoutSchedules).start()) {
            whole.service().camel().getRouteController().stopRoute("fetch.kakao");
            whole.drop("dead.csv", "id,account,instance,deliverTo\ndead-1,kakao," + DemoWorld.KAKAO + ",hook\n");
            giveUp(whole.service(), "fetch.kakao");

            assertThat(whole.ended("dead-1").code()).isEqualTo("DEAD_LETTERED");
            WebhookReceiver.Webhook notice =
                    whole.world().hook().next(Duration.ofSeconds(60)).orElseThrow();
            assertThat(new String(notice.body(), StandardCharsets.UTF_8)).contains("dead-1", "FAILED", "DEAD_LETTERED");
            whole.service().camel().getRouteController().startRoute("fetch.kakao");
            assertThat(whole.order(Action.RETURN, "dead-1", null).returned()).isOne();
            Whole.patiently().until(() -> whole.row("dead-1").orElseThrow().verdict() == Verdict.DELIVERED);
        }
    }

    /** As {@code passcourier status} asks, whether the service runs or not. */
    private static RequestStatus status(Whole whole, boolean running) throws Exception {
        StatusAnswer answer = StatusReader.answer(
                whole.home().resolve("data"), () -> null, new StatusOrder("wrong-1"), Clock.systemUTC());
        assertThat(answer.running()).isEqualTo(running);
        return answer.request();
    }

    private static String hookOnStatusPage(Whole whole) throws Exception {
        return new StatusClient(whole.service().statusPort()).code("destination.hook");
    }

    /** Moves the next message from a queue to the dead letters, as the broker does. */
    static void giveUp(PasscourierService service, String queue) throws Exception {
        JmsComponent broker = (JmsComponent) service.camel().getComponent("broker");
        try (Connection connection =
                        broker.getConfiguration().getConnectionFactory().createConnection();
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
                MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
            connection.start();
            BytesMessage message = (BytesMessage) consumer.receive(60_000);
            byte[] body = new byte[(int) message.getBodyLength()];
            message.readBytes(body);
            Map<String, Object> properties = Map.of(
                    MessageProperties.REQUEST,
                    message.getStringProperty(MessageProperties.REQUEST),
                    "_AMQ_ORIG_QUEUE",
                    queue);
            PlainSend.send(session, new OutboundMessage(Queues.DEAD, body, properties, null, null), Instant.now());
            session.commit();
        }
    }

    private static List<FailedMessage> listed(Whole whole) throws Exception {
        return whole.order(Action.LIST, null, null).found();
    }
}
