package dev.passcourier.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.config.Settings;
import dev.passcourier.outbox.OutboxItem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stop while a mail server and a webhook receiver drip. */
class CutSendTest {

    @TempDir
    Path directory;

    @Test
    void aSendThatTheStopCutsGoesBackToItsOutboxAsTheSameAttempt() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (SinkHarness harness = new SinkHarness(directory);
                ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            drip(server, asked);
            OutboxItem mail = SinkHarness.sealed(harness.open(new Settings.EmailChannel(
                    "127.0.0.1",
                    server.getLocalPort(),
                    Settings.MailSecurity.NONE,
                    null,
                    null,
                    "passcourier@example.org",
                    "ops@example.org",
                    null,
                    true)));
            OutboxItem hook = SinkHarness.sealed(harness.open(new Settings.WebhookChannel(
                    URI.create("http://127.0.0.1:" + server.getLocalPort() + "/"),
                    List.of(SinkHarness.secret(directory, "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
                    null,
                    true)));
            harness.put(mail);
            harness.put(hook);
            Awaitility.await().until(() -> asked.get() == 2);

            harness.calls.cut();

            for (OutboxItem item : List.of(mail, hook)) {
                assertThat(harness.await(item, AuditEvent.Type.DELIVERY_POSTPONED)
                                .facts())
                        .containsEntry(Fact.CODE, "STOPPING")
                        .containsEntry(Fact.ATTEMPT, "1");
            }
            Awaitility.await().untilAsserted(() -> assertThat(harness.audited)
                    .filteredOn(event -> event.type() == AuditEvent.Type.DELIVERING)
                    .hasSizeGreaterThan(2)
                    .allMatch(event -> event.facts().get(Fact.ATTEMPT).equals("1")));
        }
    }

    /** Never a whole line. */
    private static void drip(ServerSocket server, AtomicInteger asked) {
        Thread thread = new Thread(
                () -> {
                    while (!server.isClosed()) {
                        try {
                            Socket socket = server.accept();
                            asked.incrementAndGet();
                            Thread drip = new Thread(() -> drip(socket), "drip");
                            drip.setDaemon(true);
                            drip.start();
                        } catch (IOException closed) {
                            return;
                        }
                    }
                },
                "dripping-server");
        thread.setDaemon(true);
        thread.start();
    }

    private static void drip(Socket socket) {
        try (socket) {
            while (true) {
                socket.getOutputStream().write('2');
                Thread.sleep(50);
            }
        } catch (IOException | InterruptedException gone) {
            // The client has cut it.
        }
    }
}
