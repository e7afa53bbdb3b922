package dev.passcourier.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.passcourier.config.Settings;
import dev.passcourier.health.BrokerCheck;
import dev.passcourier.health.DiskCheck;
import dev.passcourier.health.HealthProblem;
import dev.passcourier.service.SmallDisk;
import jakarta.jms.JMSException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.springframework.jms.core.JmsTemplate;

/** A broker without the room that the settings' check demands for it: its journal cannot grow, and it stops. */
class BrokerDiskTest {

    private static final int MEBIBYTES = 40;

    @TempDir
    Path directory;

    private SmallDisk disk;
    private EmbeddedBroker broker;
    private JmsPoolConnectionFactory pool;

    private void start(SmallDisk mounted) throws Exception {
        disk = mounted;
        open();
        QueueDeclarer.declare(broker.access(), List.of("in", "out", "filler", Queues.DEAD, Queues.EXPIRED));
    }

    private void open() throws Exception {
        broker = EmbeddedBroker.start(
                directory.resolve("small/broker"),
                -1,
                new Settings.Broker(null, null, null, null, Map.of()),
                "intake",
                Set.of());
        pool = broker.access().pool();
    }

    @AfterEach
    void stop() throws Exception {
        if (disk != null) {
            pool.stop();
            broker.close();
            disk.closeWhenUnused();
        }
    }

    @Test
    void startsAgainByItselfOnceThereIsRoomAndHasLostNothing() throws Exception {
        start(SmallDisk.mount(directory.resolve("small"), MEBIBYTES));
        BrokerCheck check = check(new DiskCheck(directory.resolve("small"), 1 << 20));
        JmsTemplate template = new JmsTemplate(pool);
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.getRegistry().bind("broker", BrokerComponent.on(pool));
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    errorHandler(noErrorHandler());
                    from("broker:queue:in").to("broker:queue:out");
                }
            });
            camel.start();
            template.send("in", session -> session.createTextMessage("before"));
            await().until(() -> depth("out") == 1);
            template.send("out", session -> session.createTextMessage("kept"));

            disk.fill();
            assertThatThrownBy(this::sendUntilItCannot).isNotNull();
            await().atMost(Duration.ofSeconds(30)).until(broker::hasStopped);
            assertThat(check.check()).map(HealthProblem::code).contains("BROKER_STOPPED");
            assertThat(broker.hasStopped()).as("it waits for its disk").isTrue();

            disk.free();
            await().atMost(Duration.ofSeconds(60)).until(() -> check.check().isEmpty());
            assertThat(depth("out")).isEqualTo(2);
            template.send("in", session -> session.createTextMessage("after"));
            await().atMost(Duration.ofSeconds(30)).until(() -> depth("out") == 3);
        }
    }

    /** As ext4 makes itself when a write below it fails: also files that are open can be written to no more. */
    @Test
    void startsAgainByItselfOnceItsFileSystemIsNoMoreReadOnly() throws Exception {
        start(SmallDisk.mountExt4(directory.resolve("small"), 2 * MEBIBYTES));
        DiskCheck room = new DiskCheck(directory.resolve("small"), 1 << 20);
        BrokerCheck check = check(room);
        JmsTemplate template = new JmsTemplate(pool);
        template.send("out", session -> session.createTextMessage("kept"));
        assertThat(check.check()).isEmpty();

        disk.fail();
        assertThatThrownBy(() -> template.send("out", session -> session.createTextMessage("refused")))
                .isNotNull();
        patiently().atMost(Duration.ofSeconds(120)).until(broker::hasStopped);
        assertThat(room.check()).map(HealthProblem::code).contains("DISK_NOT_WRITABLE");
        assertThat(check.check()).map(HealthProblem::code).contains("BROKER_STOPPED");
        assertThat(broker.hasStopped()).as("it waits for its disk").isTrue();

        disk.repair();
        patiently().atMost(Duration.ofSeconds(60)).until(() -> check.check().isEmpty());
        assertThat(depth("out")).isEqualTo(1);
        template.send("out", session -> session.createTextMessage("after"));
        assertThat(depth("out")).isEqualTo(2);
    }

    /** Whether its own stop has got stuck by then or not. */
    @Test
    @Timeout(120)
    void isClosedWhileItStopsByItselfAndKeepsWhatItsJournalHas() throws Exception {
        start(SmallDisk.mountExt4(directory.resolve("small"), 2 * MEBIBYTES));
        JmsTemplate template = new JmsTemplate(pool);
        template.send("out", session -> session.createTextMessage("kept"));
        disk.fail();
        assertThatThrownBy(() -> template.send("out", session -> session.createTextMessage("refused")))
                .isNotNull();

        pool.stop();
        broker.close();

        assertThat(broker.hasStopped()).as("somebody closed it").isFalse();
        broker.restart();
        assertThatThrownBy(() -> depth("out")).as("it stays closed").isNotNull();
        disk.repair();
        open();
        assertThat(depth("out")).isEqualTo(1);
    }

    @Test
    void aDiskWithoutInodesIsNotWell() throws Exception {
        start(SmallDisk.mount(directory.resolve("small"), MEBIBYTES));
        DiskCheck check = new DiskCheck(directory.resolve("small"), 1);
        assertThat(check.check()).isEmpty();
        disk.limitFiles(true);
        assertThat(check.check()).map(HealthProblem::code).contains("DISK_NOT_WRITABLE");
        disk.limitFiles(false);
        assertThat(check.check()).isEmpty();
    }

    /** Threads of a broker that was not let end in peace may end with an exception. */
    private static ConditionFactory patiently() {
        return await().dontCatchUncaughtExceptions();
    }

    private BrokerCheck check(DiskCheck room) {
        BrokerCheck.Restart restart = new BrokerCheck.Restart() {
            @Override
            public boolean isDue() {
                return broker.hasStopped();
            }

            @Override
            public void run() throws Exception {
                broker.restart();
            }
        };
        return new BrokerCheck(
                new QueueDepths(broker.access(), List.of("in", "out")), restart, room, Clock.systemUTC());
    }

    private void sendUntilItCannot() throws JMSException {
        byte[] body = new byte[50_000];
        for (int megabytes = 0; megabytes < MEBIBYTES; megabytes++) {
            for (int i = 0; i < 20; i++) {
                new JmsTemplate(pool).send("filler", session -> {
                    var message = session.createBytesMessage();
                    message.writeBytes(body);
                    return message;
                });
            }
        }
    }

    private long depth(String queue) throws Exception {
        return BrokerProbe.waiting(broker.access(), queue);
    }
}
