package dev.passcourier.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.passcourier.config.Settings;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
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

    private static final String POISON = "poison";

    @TempDir
    Path directory;

    private final Map<String, Integer> attempts = new ConcurrentHashMap<>();
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
                        .process(exchange -> exchange.setProperty("request", text(exchange)))
                        .process(HopTest::twoOutboundMessages)
                        .to("direct:hand-on")
                        .process(exchange -> {
                            String request = exchange.getProperty("request", String.class);
                            if (attempts.merge(request, 1, Integer::sum) <= 2 || request.equals(POISON)) {
                                throw new IllegalStateException("after the send");
                            }
                        });
            }
        });
        camel.start();
    }

    private static void twoOutboundMessages(Exchange exchange) {
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

    private static String text(Exchange exchange) {
        return new String(exchange.getMessage().getBody(InboundMessage.class).body(), StandardCharsets.UTF_8);
    }

    /** Both at once, as the broker makes both wait between their attempts. */
    @Test
    void aFailureAfterTheSendLeavesNothingSentWhetherARetryPassesOrNoneDoes() throws Exception {
        JmsTemplate sender = new JmsTemplate(pool);
        sender.send("intake", session -> session.createTextMessage(POISON));
        sender.send("intake", session -> session.createTextMessage("{}"));
        await().atMost(Duration.ofSeconds(60)).until(() -> attempts.getOrDefault("{}", 0) == 3);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> attempts.getOrDefault(POISON, 0) == ArrivalStep.MAX_ATTEMPTS);
        assertThat(drain(Queues.QUARANTINE)).isEqualTo(1);
        assertThat(drain("next")).as("of the one that passed, once").isEqualTo(2);
        assertThat(drain("intake")).isZero();
    }

    /** A report over thousands of machines must not stand before a request, from whichever edge or hop either comes. */
    @Test
    void whatYieldsIsTakenAfterAllOthers() throws Exception {
        new JmsIntakeSender(pool)
                .send(List.of(part(1).yielding(true), part(2).yielding(true), part(3)), "from an edge");
        try (var template = camel.createProducerTemplate()) {
            template.sendBody("direct:hand-on", List.of(part(4).yielding(true), part(5)));
        }

        List<Byte> order = new ArrayList<>();
        try (Connection connection = pool.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                var consumer = session.createConsumer(session.createQueue("next"))) {
            connection.start();
            while (order.size() < 5 && consumer.receive(10_000) instanceof BytesMessage message) {
                order.add(message.readByte());
            }
        }
        assertThat(order).containsExactly((byte) 3, (byte) 5, (byte) 1, (byte) 2, (byte) 4);
    }

    private static OutboundMessage part(int number) {
        return new OutboundMessage("next", new byte[] {(byte) number}, Map.of(), null, null);
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
