package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.demo.DemoWorld;
import dev.passcourier.sandbox.SandboxState;
import jakarta.jms.JMSException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.ActiveMQNotConnectedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that connects before the service is up finds nobody there, and then everything. */
class FirstContactTest {

    @TempDir
    private Path directory;

    @Test
    void aClientThatTriesFromBeforeTheStartFindsNobodyOrItsQueue() throws Exception {
        int port = SandboxState.freePorts(1);
        try (Whole whole = Whole.prepare(directory)
                .settings(text -> text.replaceFirst("(?m)^(    host: 127.0.0.1\n    port:) 0$", "$1 " + port))) {
            CompletableFuture<List<JMSException>> refusals =
                    CompletableFuture.supplyAsync(() -> sendUntilTaken(whole, "tcp://127.0.0.1:" + port));

            whole.start();

            assertThat(refusals.get(2, TimeUnit.MINUTES))
                    .as("what the client was told before its request was taken")
                    .isNotEmpty()
                    .allSatisfy(refusal -> assertThat(refusal).hasCauseInstanceOf(ActiveMQNotConnectedException.class));
            assertThat(whole.ticket("first-contact").getStringProperty("kind")).isEqualTo("RESULT");
        }
    }

    private static List<JMSException> sendUntilTaken(Whole whole, String url) {
        List<JMSException> refusals = new ArrayList<>();
        String request = Whole.request("first-contact", "kakao", DemoWorld.KAKAO, "tickets");
        Whole.patiently()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    try {
                        whole.asTicketing(
                                url,
                                session -> Whole.send(session, Whole.REQUESTS, session.createTextMessage(request)));
                        return true;
                    } catch (JMSException e) {
                        refusals.add(e);
                        return false;
                    }
                });
        return refusals;
    }
}
