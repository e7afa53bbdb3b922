package dev.passcourier.redrive;

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

/** Asks the running service. */
final class ControlClient {

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
