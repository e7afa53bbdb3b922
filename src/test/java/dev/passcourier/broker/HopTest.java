package dev.passcourier.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.passcourier.config.Settings;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.springframework.jms.core.JmsTemplate;

/** A hop over the real hand-on route: consume and send are one transaction, whatever happens in between. */
class HopTest {

    @TempDir
    Path directory;

    private final AtomicInteger attempts = new AtomicInteger();
    private volatile int failures;
    private EmbeddedBroker broker;
    private JmsPoolConnectionFactory pool;
    private DefaultCamelContext camel;

    @BeforeEach
    void start() throws Exception {
        broker = EmbeddedBroker.start(
                directory.resolve("broker"),
                1,
                new Settings.Broker(null, null, null, null, Map.of()),
                "intake",
                Set.of());
        QueueDeclarer.declare(
                broker.access(), List.of("intake", "next", Queues.DEAD, Queues.EXPIRED, Queues.QUARANTINE));
        pool = broker.access().pool();
        camel = new DefaultCamelContext();
        camel.getRegistry().bind("broker", BrokerComponent.on(pool));
        camel.getRegistry().bind("outbound", new OutboundMessageStep());
        camel.getRegistry()
                .bind(
                        "arrival",
                        new ArrivalStep(
                                new JmsTemplate(pool),
                                broker.access().user(),
                                "intake",
                                event -> 1,
                                Clock.systemUTC()));
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.resolveResource(camel, "file:routes/hand-on.camel.yaml"));
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("broker:queue:intake")
                        .process("arrival")
                        .process(HopTest::twoOutboundMessages)
                        .to("direct:hand-on")
                        .process(exchange -> {
                            if (attempts.incrementAndGet() <= failures) {
                                throw new IllegalStateException("after the send");
                            }
                        });
            }
        });
        camel.start();
    }

    private static void twoOutboundMessages(org.apache.camel.Exchange exchange) {
        exchange.getMessage()
                .setBody(List.of(
                        new OutboundMessage("next", new byte[] {1}, Map.of("pcPart", 1), null, null),
                        new OutboundMessage("next", new byte[] {2}, Map.of("pcPart", 2), null, null)));
    }

    @AfterEach
    void stop() throws Exception {
        camel.close();
        pool.stop();
        broker.close();
    }

    @Test
    void aFailureAfterTheSendLeavesNothingSentAndTheRetrySendsOnce() throws Exception {
        failures = 2;
        new JmsTemplate(pool).send("intake", session -> session.createTextMessage("{}"));
        await().atMost(Duration.ofSeconds(60)).until(() -> attempts.get() == 3);
        assertThat(drain("next")).isEqualTo(2);
        assertThat(drain("intake")).isZero();
    }

    @Test
    void aMessageThatAlwaysFailsEndsInQuarantineWithNothingSent() throws Exception {
        failures = Integer.MAX_VALUE;
        new JmsTemplate(pool).send("intake", session -> session.createTextMessage("{}"));
        await().atMost(Duration.ofSeconds(60)).until(() -> attempts.get() == ArrivalStep.MAX_ATTEMPTS);
        assertThat(drain(Queues.QUARANTINE)).isEqualTo(1);
        assertThat(drain("next")).isZero();
    }

    /** Takes everything off a queue; waits for the first message for as long as redelivery may take. */
    private int drain(String queue) throws Exception {
        try (Connection connection = pool.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                var consumer = session.createConsumer(session.createQueue(queue))) {
            connection.start();
            int count = 0;
            long wait = queue.equals(Queues.QUARANTINE) ? 60_000 : 2_000;
            for (Message message = consumer.receive(wait); message != null; message = consumer.receive(500)) {
                count++;
            }
            return count;
        }
    }
}
