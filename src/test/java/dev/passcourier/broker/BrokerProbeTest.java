package dev.passcourier.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQSecurityException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Brokers with good and bad settings, tried out over TCP. */
class BrokerProbeTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PASSWORD = UUID.randomUUID().toString();

    @TempDir
    private Path directory;

    private final EmbeddedActiveMQ server = new EmbeddedActiveMQ();

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    @Test
    void findsABrokerAsItMustBe() throws Exception {
        BrokerProbe probe = probe(kept(), configuration -> configuration.setPopulateValidatedUser(true));

        assertThat(probe.stampsUsers()).isTrue();
        assertThat(probe.stampsUsersThere()).isTrue();
        assertThat(probe.deadLetter(PATIENCE)).isEqualTo(BrokerProbe.Fate.KEPT);
        assertThat(probe.expiry(PATIENCE)).isEqualTo(BrokerProbe.Fate.KEPT);
    }

    @Test
    void leavesNothingBehind() throws Exception {
        BrokerProbe probe = probe(kept(), configuration -> {});
        probe.stampsUsers();
        probe.deadLetter(PATIENCE);
        probe.expiry(PATIENCE);
        assertThat(probe.maySend(BrokerProbe.QUEUE)).isTrue();

        for (String queue : new String[] {BrokerProbe.QUEUE, Queues.DEAD, Queues.EXPIRED, Queues.QUARANTINE}) {
            assertThat(BrokerProbe.waiting(access(PASSWORD), queue)).as(queue).isZero();
        }
        assertThat(BrokerProbe.waiting(access(PASSWORD), "nowhere")).isEqualTo(-1);
    }

    @Test
    void findsThatABrokerDropsWhatItGivesUp() throws Exception {
        BrokerProbe probe = probe(new AddressSettings().setMaxDeliveryAttempts(3), configuration -> {});

        assertThat(probe.deadLetter(PATIENCE)).isEqualTo(BrokerProbe.Fate.LOST);
        assertThat(probe.expiry(PATIENCE)).isEqualTo(BrokerProbe.Fate.LOST);
    }

    @Test
    void doesNotWaitForEverForABrokerThatDeliversAgainSlowly() throws Exception {
        BrokerProbe probe = probe(kept().setRedeliveryDelay(600_000), configuration -> {});

        assertThat(probe.deadLetter(Duration.ofSeconds(3))).isEqualTo(BrokerProbe.Fate.WAITING);
    }

    @Test
    void findsThatABrokerDoesNotSayWhoSent() throws Exception {
        BrokerProbe probe = probe(kept(), configuration -> configuration.setPopulateValidatedUser(false));

        assertThat(probe.stampsUsers()).isFalse();
        assertThat(probe.stampsUsersThere()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"AMQP", "OPENWIRE", "STOMP", "MQTT"})
    void findsThatAProtocolIsNotOffered(WireProtocol protocol) throws Exception {
        BrokerProbe probe = probe(kept(), configuration -> {});

        assertThat(probe.forge(protocol).belief()).isEqualTo(BrokerProbe.Belief.NOT_OFFERED);
    }

    @ParameterizedTest
    @EnumSource(names = {"AMQP", "OPENWIRE", "STOMP", "MQTT"})
    void whoHangsUpInPeaceOffersNoSuchProtocolAndWhoResetsSaysNothingOfIt(WireProtocol protocol) throws Exception {
        assertThatThrownBy(() -> sendToWhoHangsUp(protocol, false))
                .isInstanceOf(WireProtocol.NotOfferedException.class);
        assertThatThrownBy(() -> sendToWhoHangsUp(protocol, true)).isExactlyInstanceOf(SocketException.class);
    }

    private static void sendToWhoHangsUp(WireProtocol protocol, boolean reset) throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> hangingUp = CompletableFuture.runAsync(() -> {
                try (Socket client = listening.accept()) {
                    if (reset) {
                        client.getInputStream().read();
                        client.setSoLinger(true, 0);
                    } else {
                        client.shutdownOutput();
                        client.getInputStream().transferTo(OutputStream.nullOutputStream());
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try {
                protocol.send(
                        ClientLogin.as(
                                new BrokerAccess("tcp://127.0.0.1:1", "courier", PASSWORD),
                                ManyProtocols.connector(listening.getLocalPort())),
                        "queue",
                        new byte[0],
                        List.of(Map.of()));
            } finally {
                hangingUp.get(1, TimeUnit.MINUTES);
            }
        }
    }

    @Test
    void saysThatItCouldNotBeTriedRatherThanThatTheBrokerIsWrong() throws Exception {
        BrokerProbe probe = probe(
                kept(),
                configuration -> configuration.setSecurityRoles(Map.of(
                        "#",
                        Set.of(new Role("service", false, true, true, true, true, true, true, true, true, true)))));

        assertThat(probe.forge(WireProtocol.CORE).belief()).isEqualTo(BrokerProbe.Belief.NOT_TRIED);
        assertThatThrownBy(probe::stampsUsersThere).isInstanceOf(JMSSecurityException.class);
    }

    /** Each of the two knows its own temporary queues only, and a client takes now the one, now the other. */
    @Test
    void forgesAtTheBrokerThatItGotInto() throws Exception {
        probe(kept(), configuration -> configuration.setPopulateValidatedUser(true));
        String first = access(PASSWORD).url();
        EmbeddedActiveMQ second = new EmbeddedActiveMQ();
        start(second, kept(), configuration -> configuration
                .setPopulateValidatedUser(true)
                .setJournalDirectory(directory.resolve("second").toString()));
        try {
            BrokerProbe probe = new BrokerProbe(new BrokerAccess(
                    "(" + first + "," + access(second, PASSWORD).url() + ")", "courier", PASSWORD));

            for (int time = 0; time < 6; time++) {
                assertThat(probe.forge(WireProtocol.CORE))
                        .returns(null, BrokerProbe.Forgery::why)
                        .returns(BrokerProbe.Belief.SENDER, BrokerProbe.Forgery::belief);
            }
        } finally {
            second.stop();
        }
    }

    @Test
    void failsWhereItIsNotLetIn() throws Exception {
        probe(kept(), configuration -> {});

        assertThatThrownBy(() -> new BrokerProbe(access("wrong")).stampsUsers())
                .isInstanceOf(ActiveMQSecurityException.class);
    }

    private static AddressSettings kept() {
        return new AddressSettings()
                .setDeadLetterAddress(SimpleString.of(Queues.DEAD))
                .setExpiryAddress(SimpleString.of(Queues.EXPIRED))
                .setMaxDeliveryAttempts(3);
    }

    private BrokerProbe probe(AddressSettings settings, Consumer<Configuration> change) throws Exception {
        start(server, settings, change);
        return new BrokerProbe(access(PASSWORD));
    }

    private void start(EmbeddedActiveMQ server, AddressSettings settings, Consumer<Configuration> change)
            throws Exception {
        Configuration configuration = new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setJournalDirectory(directory.resolve("journal").toString())
                .setSecurityEnabled(true)
                .setJMXManagementEnabled(false)
                .addAddressSetting("#", settings.setAutoCreateQueues(false).setAutoCreateAddresses(false));
        configuration.addAcceptorConfiguration(new TransportConfiguration(
                NettyAcceptorFactory.class.getName(),
                Map.of("host", "127.0.0.1", "port", 0, "protocols", "CORE"),
                "tcp"));
        configuration.setSecurityRoles(
                Map.of("#", Set.of(new Role("service", true, true, true, true, true, true, true, true, true, true))));
        change.accept(configuration);
        SecurityConfiguration users = new SecurityConfiguration();
        users.addUser("courier", PASSWORD);
        users.addRole("courier", "service");
        server.setConfiguration(configuration);
        server.setSecurityManager(new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users));
        server.start();
    }

    private BrokerAccess access(String password) throws JMSException {
        return access(server, password);
    }

    private static BrokerAccess access(EmbeddedActiveMQ server, String password) throws JMSException {
        int port = server.getActiveMQServer()
                .getRemotingService()
                .getAcceptor("tcp")
                .getActualPort();
        return new BrokerAccess("tcp://127.0.0.1:" + port, "courier", password);
    }
}
