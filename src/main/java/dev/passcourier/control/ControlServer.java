package dev.passcourier.control;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on a Unix domain socket, 0600 in a directory that is ours alone. Every client sends one line and gets one
 * line. Who sends nothing, too much, or too slowly is hung up on. A few clients are served at once, more are turned away.
 */
public final class ControlServer implements AutoCloseable {

    /** Name of the socket in the data directory. */
    public static final String SOCKET = "control.sock";

    /** Clients at once. */
    static final int AT_ONCE = 32;

    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** After a client that could not be taken. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Path socket;
    private final ServerSocketChannel server;
    private final Orders orders;
    private final Duration patience;
    private final Clock clock;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ThreadPoolExecutor workers =
            new ThreadPoolExecutor(0, AT_ONCE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), ControlServer::thread);

    private ControlServer(Path socket, ServerSocketChannel server, Orders orders, Duration patience, Clock clock) {
        this.socket = socket;
        this.server = server;
        this.orders = orders;
        this.patience = patience;
        this.clock = clock;
    }

    /**
     * Listens for orders in the data directory if the system takes its path for a socket; the service works without.
     *
     * @param directory 0700; what an earlier process left at the socket's name is removed
     */
    public static AutoCloseable listen(Path directory, Orders orders, Clock clock) {
        Path socket = directory.resolve(SOCKET);
        try {
            return open(socket, orders, PATIENCE, clock);
        } catch (IOException e) {
            LOG.warn(
                    "CONTROL_UNAVAILABLE {}: the path may be too long for a socket; commands cannot reach this service",
                    socket);
            return () -> {};
        }
    }

    /**
     * Where the members of a group send their orders: beside the data directory, which they may not enter.
     *
     * @param directory the data directory
     */
    static Path groupSocket(Path directory) {
        Path data = directory.toAbsolutePath().normalize();
        return data.resolveSibling(data.getFileName() + ".sock");
    }

    /**
     * What is in the way of a socket for a group, in words with what to do; empty if nothing is.
     *
     * @param directory the data directory
     */
    public static Optional<String> groupProblem(Path directory, String group) {
        Path folder = folder(directory);
        GroupPrincipal members;
        try {
            members = principal(folder, group);
        } catch (IOException e) {
            return Optional.of("this machine has no group " + group + "; make it with groupadd, or correct the name");
        }
        try {
            if (!isOursOrRoots(folder)) {
                return Optional.of(folder + ", where the group's socket is, belongs to "
                        + Files.getOwner(folder).getName() + ", who could put another there; chown it to the service's"
                        + " user or root, or name a data directory in a folder of its own");
            }
            Set<PosixFilePermission> modes = Files.getPosixFilePermissions(folder);
            if (modes.contains(PosixFilePermission.GROUP_WRITE) || modes.contains(PosixFilePermission.OTHERS_WRITE)) {
                return Optional.of(folder + ", where the group's socket is, can be written by others, who could put"
                        + " another there; run  chmod go-w " + folder);
            }
            if (!Files.isWritable(folder)) {
                return Optional.of(folder + ", where the group's socket is, cannot be written by the service's user;"
                        + " name a data directory in a folder of its own");
            }
            for (Path way = folder.toRealPath(); way != null; way = way.getParent()) {
                PosixFileAttributes attributes = Files.readAttributes(way, PosixFileAttributes.class);
                boolean theirs = attributes.group().equals(members);
                if (!attributes
                        .permissions()
                        .contains(theirs ? PosixFilePermission.GROUP_EXECUTE : PosixFilePermission.OTHERS_EXECUTE)) {
                    return Optional.of(way + ", on the way to the group's socket, cannot be entered by members of the"
                            + " group " + group + "; run  chmod " + (theirs ? "g+x " : "o+x ") + way);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(folder + ", where the group's socket is, is not there; make it");
        }
    }

    private static Path folder(Path directory) {
        return Objects.requireNonNull(groupSocket(directory).getParent());
    }

    private static boolean isOursOrRoots(Path folder) throws IOException {
        long owner = ((Number) Files.getAttribute(folder, "unix:uid")).longValue();
        return owner == 0 || owner == new UnixSystem().getUid();
    }

    private static GroupPrincipal principal(Path folder, String group) throws IOException {
        return folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group);
    }

    /**
     * Listens for orders of a group's members too: the socket is 0660 and the group's, so that the system lets nobody else
     * connect.
     *
     * @param directory the data directory
     * @param orders    those that the members may give
     * @throws IOException saying what is in the way
     */
    public static AutoCloseable listenForGroup(Path directory, String group, Orders orders, Clock clock)
            throws IOException {
        Optional<String> problem = groupProblem(directory, group);
        if (problem.isPresent()) {
            throw new IOException(problem.get());
        }
        Path socket = groupSocket(directory);
        // Java sets the modes of whatever a link leads to, so they are set where nobody can put a link.
        Path hidden = Files.createTempDirectory(folder(directory), ".");
        Path made = hidden.resolve("s");
        try {
            ServerSocketChannel server = bound(made);
            try {
                give(made, group);
                Files.move(made, socket, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException | RuntimeException e) {
                server.close();
                throw e;
            }
            return accepting(socket, server, orders, PATIENCE, clock);
        } finally {
            Files.deleteIfExists(made);
            Files.delete(hidden);
        }
    }

    private static void give(Path socket, String group) throws IOException {
        try {
            Files.getFileAttributeView(socket, PosixFileAttributeView.class).setGroup(principal(socket, group));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
        } catch (IOException e) {
            throw new IOException("the socket cannot be given to the group " + group
                    + "; make the service's user a member of it: usermod -aG " + group);
        }
    }

    /**
     * Begins to listen. What lies at the path is what an earlier process left, and is removed.
     *
     * @param socket   a path that the system takes for a socket: about 100 bytes at most
     * @param patience how long a client may take to send its order, and to take the answer
     * @throws IOException if it cannot
     */
    static ControlServer open(Path socket, Orders orders, Duration patience, Clock clock) throws IOException {
        Files.deleteIfExists(socket);
        return accepting(socket, bound(socket), orders, patience, clock);
    }

    private static ServerSocketChannel bound(Path socket) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Takes the clients of a channel that is bound to the socket. */
    static ControlServer accepting(
            Path socket, ServerSocketChannel server, Orders orders, Duration patience, Clock clock) {
        ControlServer control = new ControlServer(socket, server, orders, patience, clock);
        thread(control::accept).start();
        return control;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "control");
        thread.setDaemon(true);
        return thread;
    }

    /** What hinders it, such as too many open files, may last: it is told once, and tried again after a pause. */
    private void accept() {
        boolean failing = false;
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                failing = false;
                try {
                    workers.execute(() -> serve(client));
                } catch (RejectedExecutionException e) {
                    client.close();
                }
            } catch (IOException e) {
                if (server.isOpen() && !failing) {
                    LOG.warn(
                            "CONTROL_ACCEPT {}: tried again every second",
                            e.getClass().getName());
                }
                failing = true;
                pause();
            }
        }
    }

    private void pause() {
        try {
            closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            Peer peer = Peer.of(client);
            byte[] order = ControlLine.read(client, ControlLine.LONGEST_ORDER, patience, clock);
            ControlLine.write(client, orders.answer(order, peer), patience, clock);
        } catch (IOException | RuntimeException e) {
            LOG.warn("CONTROL_CLIENT {}", e.getClass().getName());
        }
    }

    /** Takes no more clients, has orders that wait end, lets the others finish, and removes the socket. */
    @Override
    public void close() throws IOException {
        server.close();
        closed.countDown();
        workers.shutdown();
        orders.stopWaiting();
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
