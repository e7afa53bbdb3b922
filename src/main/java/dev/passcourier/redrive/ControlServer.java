package dev.passcourier.redrive;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on a Unix domain socket, 0600 in a directory that is ours alone. Every client sends one line and gets one
 * line. Who sends nothing, too much, or too slowly is hung up on. A few clients are served at once, more are turned away.
 */
final class ControlServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int AT_ONCE = 2;
    private static final int WAITING = 4;

    private final Path socket;
    private final ServerSocketChannel server;
    private final UnaryOperator<byte[]> answers;
    private final Duration patience;
    private final Clock clock;
    private final ThreadPoolExecutor workers = new ThreadPoolExecutor(
            AT_ONCE, AT_ONCE, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), ControlServer::thread);

    private ControlServer(
            Path socket, ServerSocketChannel server, UnaryOperator<byte[]> answers, Duration patience, Clock clock) {
        this.socket = socket;
        this.server = server;
        this.answers = answers;
        this.patience = patience;
        this.clock = clock;
    }

    /**
     * Begins to listen. What lies at the path is what an earlier process left, and is removed.
     *
     * @param socket  a path that the system takes for a socket: about 100 bytes at most
     * @param answers gets a client's line, without its end, and returns the answer; may be called by two threads at once
     * @throws IOException if it cannot
     */
    static ControlServer open(Path socket, UnaryOperator<byte[]> answers, Clock clock) throws IOException {
        return open(socket, answers, PATIENCE, clock);
    }

    static ControlServer open(Path socket, UnaryOperator<byte[]> answers, Duration patience, Clock clock)
            throws IOException {
        Files.deleteIfExists(socket);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
        ControlServer control = new ControlServer(socket, server, answers, patience, clock);
        thread(control::accept).start();
        return control;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "control");
        thread.setDaemon(true);
        return thread;
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                try {
                    workers.execute(() -> serve(client));
                } catch (RejectedExecutionException e) {
                    client.close();
                }
            } catch (IOException e) {
                if (server.isOpen()) {
                    LOG.warn("CONTROL_ACCEPT {}", e.getClass().getName());
                }
            }
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            byte[] order = ControlLine.read(client, ControlLine.LONGEST_ORDER, patience, clock);
            ControlLine.write(client, answers.apply(order), patience, clock);
        } catch (IOException | RuntimeException e) {
            LOG.warn("CONTROL_CLIENT {}", e.getClass().getName());
        }
    }

    /** Takes no more clients, lets those in hand finish, and removes the socket. */
    @Override
    public void close() throws IOException {
        server.close();
        workers.shutdown();
        try {
            if (!workers.awaitTermination(patience.toSeconds(), TimeUnit.SECONDS)) {
                workers.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(socket);
    }
}
