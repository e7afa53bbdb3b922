package dev.passcourier.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditEvent.Type;
import dev.passcourier.broker.BrokerAccess;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.Queues;
import dev.passcourier.config.Settings.JmsChannel;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.service.PlainArtemis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.Interceptor;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.protocol.core.impl.PacketImpl;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.SessionSendMessage;
import org.apache.activemq.artemis.core.remoting.server.RemotingService;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A broker that does not take a result for a JMS destination: nothing says delivered before it is. */
@Timeout(120)
class JmsRefusalTest {

    private static final String SECRET = UUID.randomUUID().toString();

    @TempDir
    static Path directory;

    private static PlainArtemis broker;
    private static SinkHarness harness;

    @BeforeAll
    static void open() throws Exception {
        broker = PlainArtemis.start(
                directory.resolve("artemis"), SECRET, UUID.randomUUID().toString());
        BrokerAccess access = new BrokerAccess(broker.url(), PlainArtemis.COURIER, SECRET);
        harness = new SinkHarness(directory, access, broker, 0.2);
    }

    @AfterAll
    static void close() throws Exception {
        harness.close();
    }

    /** What an operator does to a queue, and how it is undone. */
    interface Change {
        void on(ActiveMQServer server, String queue) throws Exception;
    }

    static Stream<Arguments> changes() {
        return Stream.of(
                arguments("JMS_REFUSED", (Change) (server, queue) -> broker.maySend(queue, false), (Change)
                        (server, queue) -> broker.maySend(queue, true)),
                arguments(
                        "JMS_NO_QUEUE",
                        (Change) (server, queue) -> server.destroyQueue(SimpleString.of(queue)),
                        (Change) (server, queue) -> harness.declare(queue)),
                arguments("JMS_QUEUE_FULL", (Change) JmsRefusalTest::limit, (Change) (server, queue) -> {
                    server.getAddressSettingsRepository().removeMatch(queue);
                    harness.take(queue);
                }),
                arguments(
                        "JMS_REJECTED",
                        (Change) (server, queue) -> server.registerBrokerPlugin(new Rejecting(queue)),
                        (Change) (server, queue) -> server.getBrokerMessagePlugins().stream()
                                .toList()
                                .forEach(server::unRegisterBrokerPlugin)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void isTriedAgainLaterAndDeliveredOnceWhenTheBrokerTakesIt(String code, Change change, Change undone)
            throws Exception {
        String queue = "tickets." + code;
        harness.declare(queue);
        String alias = harness.open(new JmsChannel(queue));
        OutboxItem item = SinkHarness.sealed(alias);
        change.on(broker.server(), queue);

        harness.put(item);

        assertThat(harness.await(item, Type.DELIVERY_POSTPONED).facts())
                .containsEntry(Fact.CODE, code)
                .containsEntry(Fact.ATTEMPT, "1");
        assertThat(types(item))
                .startsWith(Type.DELIVERING, Type.DELIVERY_POSTPONED)
                .doesNotContain(Type.DELIVERED);
        undone.on(broker.server(), queue);
        assertThat(Objects.requireNonNull(harness.take(queue, Duration.ofSeconds(20)))
                        .getStringProperty("deliveryId"))
                .isEqualTo(item.deliveryId());
        assertThat(harness.await(item, Type.DELIVERED).facts()).containsEntry(Fact.CODE, "JMS_SENT");
        assertThat(types(item).subList(types(item).size() - 2, types(item).size()))
                .containsExactly(Type.DELIVERING, Type.DELIVERED);
        assertThat(harness.take(queue, Duration.ofMillis(100)))
                .as("a second copy")
                .isNull();
        for (String empty : List.of(Queues.outbox(alias), Queues.QUARANTINE, Queues.DEAD)) {
            assertThat(broker.queue(empty).getMessageCount()).as(empty).isZero();
        }
    }

    /** Whether a commit that nobody hears of again was done is known only by what comes afterwards. */
    @ParameterizedTest(name = "commit done: {0}")
    @ValueSource(booleans = {false, true})
    void isDeliveredOnceThoughTheBrokerIsGoneAtTheVeryCommit(boolean done) throws Exception {
        String queue = "tickets.commit-" + done;
        harness.declare(queue);
        OutboxItem item = SinkHarness.sealed(harness.open(new JmsChannel(queue)));
        GoneAtCommit gone = new GoneAtCommit(queue, done, () -> types(item));
        RemotingService remoting = broker.server().getRemotingService();
        remoting.addIncomingInterceptor(gone.in);
        remoting.addOutgoingInterceptor(gone.out);

        harness.put(item);

        // Who takes it meanwhile would lose the same connection, and its acknowledgement with it.
        assertThat(harness.await(item, Type.DELIVERED).facts()).containsEntry(Fact.CODE, "JMS_SENT");
        assertThat(Objects.requireNonNull(harness.take(queue)).getStringProperty("deliveryId"))
                .isEqualTo(item.deliveryId());
        assertThat(gone.known.get()).as("on record when the broker went").isEqualTo(List.of(Type.DELIVERING));
        assertThat(types(item))
                .isEqualTo(
                        done
                                ? List.of(Type.DELIVERING, Type.DELIVERED)
                                : List.of(Type.DELIVERING, Type.DELIVERING, Type.DELIVERED));
        assertThat(harness.take(queue, Duration.ofMillis(100)))
                .as("a second copy")
                .isNull();
        for (String empty : List.of(Queues.outbox(item.alias()), Queues.QUARANTINE, Queues.DEAD)) {
            assertThat(broker.queue(empty).getMessageCount()).as(empty).isZero();
        }
        remoting.removeIncomingInterceptor(gone.in);
        remoting.removeOutgoingInterceptor(gone.out);
    }

    /**
     * Cuts the connection by which the first result for a queue came, when that is to be committed: before the broker has
     * heard of it, or when the commit is done and its answer is on its way.
     */
    private static final class GoneAtCommit {

        private final AtomicReference<RemotingConnection> senders = new AtomicReference<>();
        private final AtomicBoolean committed = new AtomicBoolean();
        private final AtomicReference<List<Type>> known = new AtomicReference<>();
        private final Interceptor in;
        private final Interceptor out;

        GoneAtCommit(String queue, boolean done, Supplier<List<Type>> onRecord) {
            in = (packet, connection) -> {
                if (packet instanceof SessionSendMessage sent
                        && queue.equals(sent.getMessage().getAddress())
                        && known.get() == null) {
                    senders.set(connection);
                }
                if (packet.getType() == PacketImpl.SESS_COMMIT && senders.get() == connection && known.get() == null) {
                    committed.set(true);
                    return done || cut(connection, onRecord);
                }
                return true;
            };
            out = (packet, connection) -> !(done
                            && committed.get()
                            && senders.get() == connection
                            && packet.getType() == PacketImpl.NULL_RESPONSE
                            && known.get() == null)
                    || cut(connection, onRecord);
        }

        private boolean cut(RemotingConnection connection, Supplier<List<Type>> onRecord) {
            known.set(onRecord.get());
            connection.getTransportConnection().forceClose();
            return false;
        }
    }

    private static List<Type> types(OutboxItem item) {
        return harness.audited.stream()
                .filter(event -> item.deliveryId().equals(event.facts().get(Fact.DELIVERY)))
                .map(AuditEvent::type)
                .toList();
    }

    private static void limit(ActiveMQServer server, String queue) {
        harness.put(new OutboundMessage(queue, new byte[1], Map.of(), null, null));
        AddressSettings full = new AddressSettings()
                .setAutoCreateAddresses(false)
                .setAutoCreateQueues(false)
                .setMaxSizeBytes(1)
                .setAddressFullMessagePolicy(AddressFullMessagePolicy.FAIL);
        server.getAddressSettingsRepository().addMatch(queue, full);
    }

    /** A limit of the broker's operator, which Artemis does not tell a client of that sends in a transaction. */
    private record Rejecting(String queue) implements ActiveMQServerMessagePlugin {

        @Override
        public void beforeSend(
                @Nullable ServerSession session,
                @Nullable Transaction transaction,
                Message message,
                boolean direct,
                boolean noAutoCreateQueue)
                throws ActiveMQException {
            if (queue.equals(message.getAddress())) {
                throw new ActiveMQException(ActiveMQExceptionType.INTERCEPTOR_REJECTED_PACKET, "TOO_LARGE");
            }
        }

        @Override
        public void init(Map<String, String> properties) {
            // has none
        }
    }
}
