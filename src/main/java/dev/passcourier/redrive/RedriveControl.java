package dev.passcourier.redrive;

import dev.passcourier.config.ConfigurationException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Both ends of the socket in the data directory by which the command {@code redrive} reaches the running service. */
public final class RedriveControl {

    private static final Logger LOG = LoggerFactory.getLogger(RedriveControl.class);

    /** Up to 500 messages, each recorded and moved. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private RedriveControl() {}

    /**
     * Has the running service carry out an order.
     *
     * @return its answer, or empty if none runs on this directory
     * @throws ConfigurationException if the answer cannot be read
     * @throws IOException            with a code if it does not answer
     */
    public static Optional<RedriveAnswer> order(Path dataDirectory, RedriveOrder order, Clock clock)
            throws IOException, ConfigurationException {
        Optional<byte[]> line = ControlClient.ask(socket(dataDirectory), RedriveJson.bytes(order), PATIENCE, clock);
        if (line.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(RedriveJson.answer(line.get())
                .orElseThrow(() -> new ConfigurationException("the service's answer cannot be read")));
    }

    /** Listens for orders, if the system takes the path for a socket; the service works without. */
    public static AutoCloseable listen(Path dataDirectory, RedriveService service, Clock clock) {
        Path socket = socket(dataDirectory);
        try {
            return ControlServer.open(
                    socket,
                    line -> RedriveJson.bytes(service.answer(
                            RedriveJson.order(line).orElseThrow(() -> new IllegalArgumentException("CONTROL_ORDER")))),
                    clock);
        } catch (IOException e) {
            LOG.warn(
                    "CONTROL_UNAVAILABLE {}: the path may be too long for a socket; stop the service to redrive",
                    socket);
            return () -> {};
        }
    }

    private static Path socket(Path dataDirectory) {
        return dataDirectory.resolve("control.sock");
    }

    /** Asks the running service. */
    static final class ControlClient {

        private ControlClient() {}

        /**
         * Sends one line and waits for the answer.
         *
         * @param socket the service's socket
         * @param order  without a line's end in it
         * @param atMost how long the answer may take
         * @return the answer, or empty if nobody listens there
         * @throws IOException with a code if the service hangs up or does not answer in time
         */
        static Optional<byte[]> ask(Path socket, byte[] order, Duration atMost, Clock clock) throws IOException {
            if (!Files.exists(socket)) {
                return Optional.empty();
            }
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                try {
                    channel.connect(UnixDomainSocketAddress.of(socket));
                } catch (ConnectException left) {
                    return Optional.empty();
                }
                ControlLine.write(channel, order, atMost, clock);
                return Optional.of(ControlLine.read(channel, ControlLine.LONGEST_ANSWER, atMost, clock));
            }
        }
    }
}
