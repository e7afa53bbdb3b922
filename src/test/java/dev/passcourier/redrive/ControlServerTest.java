package dev.passcourier.redrive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlServerTest {

    private static final Clock CLOCK = Clock.systemUTC();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void answersALineWithALine() throws Exception {
        try (ControlServer server = open(this::upper)) {
            assertThat(ask("hello")).isEqualTo("HELLO");
            assertThat(ask("again")).isEqualTo("AGAIN");
        }
    }

    @Test
    void theSocketIsOursAloneAndGoesWithTheServer() throws Exception {
        try (ControlServer server = open(this::upper)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
                    .isEqualTo("rw-------");
        }
        assertThat(socket()).doesNotExist();
        assertThat(RedriveControl.ControlClient.ask(socket(), bytes("hello"), PATIENCE, CLOCK))
                .isEmpty();
    }

    @Test
    void whatAKilledProcessLeftIsNoServer() throws Exception {
        try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(socket()));
        }
        assertThat(socket()).exists();
        assertThat(RedriveControl.ControlClient.ask(socket(), bytes("hello"), PATIENCE, CLOCK))
                .isEmpty();
        try (ControlServer server = open(this::upper)) {
            assertThat(ask("hello")).isEqualTo("HELLO");
        }
    }

    @Test
    void servesTwoClientsAtOnce() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        // The common pool has one thread on a machine with two cores.
        ExecutorService clients = Executors.newFixedThreadPool(2);
        try (ControlServer server = open(line -> {
            try {
                both.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                return line;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        })) {
            List<Future<String>> answers = List.of(askLater(clients, "one"), askLater(clients, "two"));
            assertThat(answers.get(0).get(20, TimeUnit.SECONDS)).isEqualTo("one");
            assertThat(answers.get(1).get(20, TimeUnit.SECONDS)).isEqualTo("two");
        } finally {
            clients.shutdownNow();
        }
    }

    @Test
    void hangsUpOnWhoSendsTooMuch() throws Exception {
        try (ControlServer server = open(this::upper)) {
            assertThatThrownBy(() -> ask("x".repeat(ControlLine.LONGEST_ORDER + 1)))
                    .isInstanceOf(IOException.class);
            assertThat(asked).hasValue(0);
            assertThat(ask("x".repeat(ControlLine.LONGEST_ORDER))).hasSize(ControlLine.LONGEST_ORDER);
        }
    }

    @Test
    void hangsUpOnWhoNeverEndsTheLine() throws Exception {
        try (ControlServer server = ControlServer.open(socket(), this::upper, Duration.ofMillis(300), CLOCK);
                SocketChannel slow = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            slow.write(ByteBuffer.wrap(bytes("hel")));
            assertThat(slow.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(asked).hasValue(0);
            assertThat(ask("hello")).isEqualTo("HELLO");
        }
    }

    @Test
    void hangsUpOnAnOrderItCannotCarryOutAndServesTheNext() throws Exception {
        try (ControlServer server = open(line -> {
            if (line.length == 0 || line[0] != 'h') {
                throw new IllegalArgumentException("CONTROL_ORDER");
            }
            return line;
        })) {
            assertThatThrownBy(() -> ask("\u0000\u00ff{[garbage")).hasMessage("CONTROL_CUT");
            assertThatThrownBy(() -> ask("")).hasMessage("CONTROL_CUT");
            assertThat(ask("hello")).isEqualTo("hello");
        }
    }

    @Test
    void doesNotStartWhereThePathIsTooLong() {
        Path deep = directory.resolve("x".repeat(200));
        assertThatThrownBy(() -> ControlServer.open(deep, this::upper, CLOCK)).isInstanceOf(IOException.class);
    }

    private byte[] upper(byte[] line) {
        asked.incrementAndGet();
        return bytes(new String(line, StandardCharsets.UTF_8).toUpperCase(Locale.ROOT));
    }

    private ControlServer open(UnaryOperator<byte[]> answers) throws IOException {
        return ControlServer.open(socket(), answers, CLOCK);
    }

    private Future<String> askLater(ExecutorService clients, String line) {
        return clients.submit(() -> ask(line));
    }

    private String ask(String line) throws IOException {
        return new String(
                RedriveControl.ControlClient.ask(socket(), bytes(line), PATIENCE, CLOCK)
                        .orElseThrow(),
                StandardCharsets.UTF_8);
    }

    private Path socket() {
        return directory.resolve("control.sock");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
