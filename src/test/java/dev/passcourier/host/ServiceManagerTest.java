package dev.passcourier.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServiceManagerTest {

    @TempDir
    private Path folder;

    private Socket manager;

    @BeforeEach
    void listen() throws Exception {
        assumeTrue(Epoll.isAvailable(), "no native library for this machine");
        manager = Socket.newSocketDomainDgram();
        manager.bind(new DomainSocketAddress(folder.resolve("notify").toString()));
    }

    @AfterEach
    void close() throws Exception {
        manager.close();
    }

    @Test
    void isToldThatTheServiceIsReadyAndThatItStops() throws Exception {
        try (ServiceManager told = manager(Map.of())) {
            told.ready("passcourier is up: 0 accounts, \u00fc", () -> true);
            told.stopping();
        }

        assertThat(next()).isEqualTo("READY=1\nSTATUS=passcourier is up: 0 accounts, \u00fc");
        assertThat(next()).startsWith("STOPPING=1\n");
    }

    @Test
    void isToldThatTheServiceLivesForAsLongAsItDoes() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (ServiceManager told = manager(Map.of("WATCHDOG_USEC", "20000"))) {
            told.ready("up", () -> asked.incrementAndGet() <= 3);
            assertThat(next()).startsWith("READY=1");
            for (int i = 0; i < 3; i++) {
                assertThat(next()).isEqualTo("WATCHDOG=1");
            }
            Awaitility.await().until(() -> asked.get() > 6);
            told.stopping();
            assertThat(next()).startsWith("STOPPING=1\n");
        }
    }

    @Test
    void isToldByASocketThatIsNoFile() throws Exception {
        manager.close();
        manager = Socket.newSocketDomainDgram();
        String name = "passcourier-" + ProcessHandle.current().pid();
        manager.bind(new DomainSocketAddress("\0" + name));
        try (ServiceManager told =
                ServiceManager.of(variable -> variable.equals("NOTIFY_SOCKET") ? "@" + name : null)) {
            told.stopping();
        }

        assertThat(next()).startsWith("STOPPING=1\n");
    }

    @Test
    void stopsNothingIfThereIsNoneOrItHasGone() {
        assertThatCode(() -> {
                    ServiceManager.of(variable -> null).stopping();
                    ServiceManager.of(variable -> folder.resolve("gone").toString())
                            .stopping();
                })
                .doesNotThrowAnyException();
    }

    private ServiceManager manager(Map<String, String> more) {
        return ServiceManager.of(variable ->
                variable.equals("NOTIFY_SOCKET") ? folder.resolve("notify").toString() : more.get(variable));
    }

    private String next() {
        ByteBuffer datagram = ByteBuffer.allocateDirect(4096);
        var sender = Awaitility.await()
                .until(() -> manager.recvFromDomainSocket(datagram, 0, datagram.capacity()), Objects::nonNull);
        byte[] text = new byte[sender.receivedAmount()];
        datagram.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
