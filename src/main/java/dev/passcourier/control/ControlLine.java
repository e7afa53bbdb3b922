package dev.passcourier.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** One line over a socket: bounded in size, and in time however slowly it drips. */
final class ControlLine {

    /** Longest order, in bytes; what is longer comes as several. */
    static final int LONGEST_ORDER = 1024 * 1024;

    /** Longest answer, in bytes. */
    static final int LONGEST_ANSWER = 4 * 1024 * 1024;

    private static final int CHUNK = 8 * 1024;

    private ControlLine() {}

    /**
     * Reads up to the line's end, which is not part of it.
     *
     * @throws IOException with a code: {@code CONTROL_TOO_LONG}, {@code CONTROL_CUT}, {@code CONTROL_TOO_SLOW}
     */
    static byte[] read(SocketChannel channel, int longest, Duration atMost, Clock clock) throws IOException {
        Instant end = clock.instant().plus(atMost);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        try (Selector selector = ready(channel, SelectionKey.OP_READ)) {
            while (true) {
                await(selector, end, clock);
                int count = channel.read(chunk.clear());
                if (count < 0) {
                    throw new IOException("CONTROL_CUT");
                }
                int newline = newline(chunk.array(), count);
                line.write(chunk.array(), 0, newline < 0 ? count : newline);
                if (line.size() > longest) {
                    throw new IOException("CONTROL_TOO_LONG");
                }
                if (newline >= 0) {
                    return line.toByteArray();
                }
            }
        }
    }

    /** Writes a line and its end. */
    static void write(SocketChannel channel, byte[] line, Duration atMost, Clock clock) throws IOException {
        Instant end = clock.instant().plus(atMost);
        ByteBuffer all =
                ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n').flip();
        try (Selector selector = ready(channel, SelectionKey.OP_WRITE)) {
            while (all.hasRemaining()) {
                await(selector, end, clock);
                channel.write(all);
            }
        }
    }

    private static Selector ready(SocketChannel channel, int operation) throws IOException {
        channel.configureBlocking(false);
        Selector selector = Selector.open();
        channel.register(selector, operation);
        return selector;
    }

    private static void await(Selector selector, Instant end, Clock clock) throws IOException {
        long left = Duration.between(clock.instant(), end).toMillis();
        selector.selectedKeys().clear();
        if (left <= 0 || selector.select(left) == 0) {
            throw new IOException("CONTROL_TOO_SLOW");
        }
    }

    private static int newline(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }
}
