package dev.passcourier.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.passcourier.control.ControlException.Reason;
import dev.passcourier.secrecy.CapturedOutput;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlServerTest {

    private static final Clock CLOCK = Clock.systemUTC();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final CountDownLatch hungUp = new CountDownLatch(1);
    private final CyclicBarrier both = new CyclicBarrier(2);

    // The common pool has one thread on a machine with two cores.
    private final ExecutorService clients = Executors.newCachedThreadPool();

    record Word(@Nullable String text) {}

    @AfterEach
    void noClients() {
        clients.shutdownNow();
    }

    @Test
    void answersAnOrderByItsName() throws Exception {
        try (ControlServer server = open()) {
            assertThat(ask("upper", "hello")).isEqualTo("HELLO");
            assertThat(ask("upper", "again")).isEqualTo("AGAIN");
        }
    }

    @Test
    void theKernelSaysWhoAsks() throws Exception {
        try (ControlServer server = open()) {
            assertThat(ask("who", null)).isEqualTo(System.getProperty("user.name"));
        }
    }

    @Test
    void theSocketIsOursAloneAndGoesWithTheServer() throws Exception {
        try (ControlServer server = open()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
                    .isEqualTo("rw-------");
        }
        assertThat(socket()).doesNotExist();
        assertThat(refused("upper", "hello").reason()).isEqualTo(Reason.NO_SERVICE);
    }

    @Test
    void aGroupHasASocketOfItsOwnBesideTheDataDirectoryWithItsOrdersOnly() throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        String group =
                Files.readAttributes(data, PosixFileAttributes.class).group().getName();
        Path shared = directory.resolve("data.sock");
        Orders few = new Orders()
                .add("who", Word.class, (word, peer) -> new Word(peer.user()))
                .besides(orders());
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));

        try (AutoCloseable server = ControlServer.listenForGroup(data, group, few, CLOCK)) {
            PosixFileAttributes modes = Files.readAttributes(shared, PosixFileAttributes.class);
            assertThat(PosixFilePermissions.toString(modes.permissions())).isEqualTo("rw-rw----");
            assertThat(modes.group().getName()).isEqualTo(group);
            assertThat(told(shared, "{\"order\":\"who\",\"with\":{\"text\":null}}"))
                    .contains(System.getProperty("user.name"));
            assertThat(told(shared, "{\"order\":\"upper\",\"with\":{\"text\":\"x\"}}"))
                    .contains("NOT_PERMITTED", "as the service's user " + System.getProperty("user.name"));
            assertThat(told(shared, "{\"order\":\"uper\",\"with\":{\"text\":\"x\"}}"))
                    .contains("ORDER_UNKNOWN");
            try (Stream<Path> beside = Files.list(directory)) {
                assertThat(beside).containsExactlyInAnyOrder(data, shared);
            }
        }
        assertThat(shared).doesNotExist();
    }

    @Test
    void whatAKilledProcessLeftForTheGroupIsNoServiceAndNoReasonToDoWithoutOne() throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        Path shared = directory.resolve("data.sock");
        try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(shared));
        }

        ControlException e = catchThrowableOfType(
                ControlException.class, () -> ControlClient.of(data, CLOCK).exchange(shared, bytes("{}"), PATIENCE));
        assertThat(e)
                .returns(Reason.NOT_PERMITTED, ControlException::reason)
                .returns("NO_SERVICE", ControlException::code)
                .hasMessageContaining("only its user " + System.getProperty("user.name"));
    }

    @Test
    void noSocketIsMadeForAGroupWhereAnotherCouldTakeItsPlace() throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        String group =
                Files.readAttributes(data, PosixFileAttributes.class).group().getName();

        assertThat(ControlServer.groupProblem(data, "no-such-group-here").orElseThrow())
                .contains("no group no-such-group-here");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx---r-x"));
        assertThat(ControlServer.groupProblem(data, group).orElseThrow()).contains("chmod g+x " + directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxr-x"));
        assertThat(ControlServer.groupProblem(data, group).orElseThrow()).contains("chmod go-w " + directory);
        assertThatThrownBy(() -> ControlServer.listenForGroup(data, group, new Orders(), CLOCK))
                .hasMessageContaining("chmod go-w");
    }

    @Test
    void noSocketIsMadeForAGroupInAnotherUsersFolder() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can give a folder away");
        Path data = Files.createDirectory(directory.resolve("data"));
        String group =
                Files.readAttributes(data, PosixFileAttributes.class).group().getName();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        Files.setOwner(
                directory,
                directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));

        assertThat(ControlServer.groupProblem(data, group).orElseThrow()).contains("belongs to nobody");
    }

    private static String told(Path socket, String line) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ControlLine.write(channel, line.getBytes(StandardCharsets.UTF_8), PATIENCE, CLOCK);
            return new String(
                    ControlLine.read(channel, ControlLine.LONGEST_ANSWER, PATIENCE, CLOCK), StandardCharsets.UTF_8);
        }
    }

    @Test
    void whatAKilledProcessLeftIsNoService() throws Exception {
        try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(socket()));
        }
        assertThat(socket()).exists();
        assertThat(refused("upper", "hello").reason()).isEqualTo(Reason.NO_SERVICE);
        try (ControlServer server = open()) {
            assertThat(ask("upper", "hello")).isEqualTo("HELLO");
        }
    }

    @Test
    void aDataDirectoryThatIsNotThereHasNoService() {
        ControlException e =
                catchThrowableOfType(ControlException.class, () -> ControlClient.of(directory.resolve("none"), CLOCK)
                        .order("upper", new Word("hello"), Word.class, PATIENCE));
        assertThat(e.reason()).isEqualTo(Reason.NO_SERVICE);
        assertThat(e).hasMessageContaining(directory.resolve("none").toString()).hasMessageContaining("--data");
    }

    @Test
    void servesTwoClientsAtOnce() throws Exception {
        try (ControlServer server = open()) {
            List<Future<String>> answers = List.of(askLater("together", "one"), askLater("together", "two"));
            assertThat(answers.get(0).get(20, TimeUnit.SECONDS)).isEqualTo("one");
            assertThat(answers.get(1).get(20, TimeUnit.SECONDS)).isEqualTo("two");
        }
    }

    @Test
    void ordersThatWaitLeaveRoomForOthersAndEndWithTheService() throws Exception {
        List<Future<String>> waiting = new ArrayList<>();
        try (ControlServer server = open()) {
            for (int i = 0; i < Orders.WAITING; i++) {
                waiting.add(askLater("wait", "x"));
            }
            await().until(() -> asked.get() == Orders.WAITING);
            assertThat(refused("wait", "x"))
                    .returns("CONTROL_BUSY", ControlException::code)
                    .returns(Reason.NOT_NOW, ControlException::reason);
            assertThat(ask("upper", "hello")).isEqualTo("HELLO");
        }
        assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
        for (Future<String> each : waiting) {
            assertThat(each.get(20, TimeUnit.SECONDS)).isEqualTo("SERVICE_STOPS NO_ANSWER");
        }
    }

    @Test
    void anOrderThatWaitsSeesThatItsSenderHasGone() throws Exception {
        try (ControlServer server = open();
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            client.write(ByteBuffer.wrap(bytes("{\"order\":\"watch\",\"with\":{\"text\":\"x\"}}\n")));
            await().until(() -> asked.get() == 1);
            client.close();
            assertThat(hungUp.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void hangsUpOnWhoSendsTooMuch() throws Exception {
        try (ControlServer server = open()) {
            assertThat(refused("upper", "x".repeat(ControlLine.LONGEST_ORDER)).code())
                    .isEqualTo("CONTROL_TOO_LONG");
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
                ControlLine.write(client, new byte[ControlLine.LONGEST_ORDER + 100_000], PATIENCE, CLOCK);
                client.configureBlocking(true);
                assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            } catch (IOException cutWhileWriting) {
                assertThat(cutWhileWriting).isNotNull();
            }
            assertThat(asked).hasValue(0);
            int most =
                    ControlLine.LONGEST_ORDER - "{\"version\":1,\"order\":\"upper\",\"with\":{\"text\":\"\"}}".length();
            assertThat(ask("upper", "x".repeat(most))).hasSize(most);
        }
    }

    @Test
    void hangsUpOnWhoNeverEndsTheLine() throws Exception {
        try (ControlServer server = ControlServer.open(socket(), orders(), Duration.ofMillis(300), CLOCK);
                SocketChannel slow = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            slow.write(ByteBuffer.wrap(bytes("hel")));
            assertThat(slow.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(asked).hasValue(0);
            assertThat(ask("upper", "hello")).isEqualTo("HELLO");
        }
    }

    @Test
    void pausesWhenNoClientCanBeTakenAndTellsItOnce() throws Exception {
        BrokenChannel broken = new BrokenChannel();
        long closing;
        try (CapturedOutput output = new CapturedOutput()) {
            try (ControlServer server = ControlServer.accepting(socket(), broken, orders(), PATIENCE, CLOCK)) {
                await().until(() -> broken.tries.size() == 2);
                closing = System.nanoTime();
            }
            assertThat(output.log()).containsOnlyOnce("CONTROL_ACCEPT java.io.IOException");
        }
        assertThat(Duration.ofNanos(broken.tries.get(1) - broken.tries.get(0))).isGreaterThan(Duration.ofMillis(900));
        assertThat(Duration.ofNanos(System.nanoTime() - closing))
                .as("does not wait for the pause of its acceptor")
                .isLessThan(PATIENCE);
    }

    /** As of a process with too many open files. */
    private static final class BrokenChannel extends ServerSocketChannel {

        private final List<Long> tries = new CopyOnWriteArrayList<>();

        BrokenChannel() {
            super(SelectorProvider.provider());
        }

        @Override
        public SocketChannel accept() throws IOException {
            tries.add(System.nanoTime());
            throw new IOException("Too many open files");
        }

        @Override
        public ServerSocketChannel bind(SocketAddress local, int backlog) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> T getOption(SocketOption<T> name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<SocketOption<?>> supportedOptions() {
            return Set.of();
        }

        @Override
        public ServerSocket socket() {
            throw new UnsupportedOperationException();
        }

        @Override
        public SocketAddress getLocalAddress() {
            throw new UnsupportedOperationException();
        }

        @Override
        protected void implCloseSelectableChannel() {}

        @Override
        protected void implConfigureBlocking(boolean block) {}
    }

    @Test
    void saysWhatIsWrongWithAnOrderAndServesTheNext() throws Exception {
        try (ControlServer server = open()) {
            assertThat(raw("\u0000\u00ff{[garbage")).contains("ORDER_UNREADABLE");
            assertThat(raw("")).contains("ORDER_UNREADABLE");
            assertThat(raw("{\"order\":\"upper\"}")).contains("ORDER_UNREADABLE");
            assertThat(raw("{\"order\":\"upper\",\"with\":{\"other\":1}}")).contains("ORDER_UNREADABLE");
            assertThat(refused("uper", "x"))
                    .returns("ORDER_UNKNOWN", ControlException::code)
                    .hasMessageContaining("together, upper, wait");
            assertThat(refused("upper", null))
                    .returns("ORDER_FAILED", ControlException::code)
                    .returns(Reason.NO_ANSWER, ControlException::reason)
                    .hasMessageContaining("not known whether");
            assertThat(refused("refuse", "x"))
                    .returns("TEXT_WRONG", ControlException::code)
                    .returns(Reason.REFUSED, ControlException::reason)
                    .hasMessage("x is wrong");
            assertThat(ask("upper", "hello")).isEqualTo("HELLO");
        }
    }

    @Test
    void aServiceWhosePathIsTooLongForASocketWorksWithout() throws Exception {
        Path deep = Files.createDirectories(directory.resolve("x".repeat(200)));
        ControlServer.listen(deep, orders(), CLOCK).close();
        assertThat(deep).isEmptyDirectory();
    }

    private Orders orders() {
        return new Orders()
                .add("upper", Word.class, (word, peer) -> {
                    asked.incrementAndGet();
                    return new Word(word.text().toUpperCase(Locale.ROOT));
                })
                .add("who", Word.class, (word, peer) -> new Word(peer.user()))
                .add("refuse", Word.class, (word, peer) -> {
                    throw new OrderException("TEXT_WRONG", word.text() + " is wrong");
                })
                .add("together", Word.class, (word, peer) -> {
                    try {
                        both.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                        return word;
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                })
                .addWaiting("wait", Word.class, (word, peer) -> {
                    asked.incrementAndGet();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                    return word;
                })
                .addWaiting("watch", Word.class, (word, peer) -> {
                    asked.incrementAndGet();
                    await().until(peer::hasHungUp);
                    hungUp.countDown();
                    return word;
                });
    }

    private ControlServer open() throws IOException {
        return ControlServer.open(socket(), orders(), PATIENCE, CLOCK);
    }

    private Future<String> askLater(String order, String text) {
        return clients.submit(() -> {
            try {
                return ask(order, text);
            } catch (ControlException e) {
                return e.code() + " " + e.reason();
            }
        });
    }

    private String ask(String order, @Nullable String text) throws ControlException {
        return String.valueOf(ControlClient.of(directory, CLOCK)
                .order(order, new Word(text), Word.class, PATIENCE)
                .text());
    }

    private ControlException refused(String order, @Nullable String text) {
        return catchThrowableOfType(ControlException.class, () -> ask(order, text));
    }

    private String raw(String line) throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            ControlLine.write(client, bytes(line), PATIENCE, CLOCK);
            return new String(
                    ControlLine.read(client, ControlLine.LONGEST_ANSWER, PATIENCE, CLOCK), StandardCharsets.UTF_8);
        }
    }

    private Path socket() {
        return directory.resolve(ControlServer.SOCKET);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
