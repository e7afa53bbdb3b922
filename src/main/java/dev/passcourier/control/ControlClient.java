package dev.passcourier.control;

import dev.passcourier.control.ControlException.Reason;
import dev.passcourier.control.ControlJson.Order;
import dev.passcourier.control.ControlJson.Reply;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.time.Clock;
import java.time.Duration;

/** Sends orders to the service that runs on a data directory. */
public final class ControlClient {

    private final Path directory;
    private final Path socket;
    private final Clock clock;

    private ControlClient(Path directory, Clock clock) {
        this.directory = directory;
        this.socket = directory.resolve(ControlServer.SOCKET);
        this.clock = clock;
    }

    /**
     * A client of the service on this data directory, whether one runs or not.
     *
     * @param dataDirectory {@code service.dataDirectory} of its settings
     */
    public static ControlClient of(Path dataDirectory, Clock clock) {
        return new ControlClient(dataDirectory, clock);
    }

    /**
     * Has the service carry out an order.
     *
     * @param name   the order's kind
     * @param order  what it is about; at most 1 MiB as JSON
     * @param answer what the service answers
     * @param atMost how long the answer may take
     * @throws ControlException if there is no answer, saying why
     */
    public <A extends Record> A order(String name, Record order, Class<A> answer, Duration atMost)
            throws ControlException {
        byte[] line = ControlJson.bytes(new Order(ControlJson.VERSION, name, ControlJson.tree(order)));
        if (line.length > ControlLine.LONGEST_ORDER) {
            throw new ControlException(
                    Reason.REFUSED, "CONTROL_TOO_LONG", "this is too much for one order to the running service");
        }
        byte[] said = exchange(reachable(), line, atMost);
        if (ControlJson.isNewer(said)) {
            throw new ControlException(
                    Reason.NO_ANSWER,
                    "CONTROL_VERSION",
                    "CONTROL_VERSION the service on " + directory
                            + " is of a later release than this program, which cannot read its"
                            + " answer: it is not known whether it has done it; use the commands of that release");
        }
        Reply reply = ControlJson.read(said, Reply.class).orElseThrow(this::unreadable);
        if (reply.error() != null) {
            throw new ControlException(
                    reply.reason() == null ? Reason.REFUSED : reply.reason(),
                    reply.error(),
                    reply.says() == null ? "" : reply.says());
        }
        if (reply.answer() == null) {
            throw unreadable();
        }
        return ControlJson.read(reply.answer(), answer).orElseThrow(this::unreadable);
    }

    /** One line and its answer, by way of one of the service's sockets. */
    byte[] exchange(Path to, byte[] line, Duration atMost) throws ControlException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            connect(channel, to);
            ControlLine.write(channel, line, atMost, clock);
            return ControlLine.read(channel, ControlLine.LONGEST_ANSWER, atMost, clock);
        } catch (IOException e) {
            String code = String.valueOf(e.getMessage());
            throw new ControlException(
                    Reason.NO_ANSWER,
                    code.startsWith("CONTROL_") ? code : "CONTROL_CUT",
                    code.equals("CONTROL_TOO_SLOW")
                            ? "the service on " + directory + " does not answer within " + atMost.toSeconds()
                                    + " s: it is not known whether it has done it"
                            : "the service on " + directory
                                    + " hung up, as it is being stopped or has too many clients: it is not known"
                                    + " whether it has done it");
        }
    }

    /** Its own socket, or where we may not look for that, the one for a group. */
    private Path reachable() throws ControlException {
        try {
            Files.readAttributes(socket, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return socket;
        } catch (NoSuchFileException e) {
            throw noService();
        } catch (AccessDeniedException e) {
            return groupSocket();
        } catch (IOException e) {
            throw new ControlException(
                    Reason.NO_ANSWER,
                    "CONTROL_UNAVAILABLE",
                    socket + " cannot be looked at: " + e.getClass().getSimpleName());
        }
    }

    /** Only if the data directory's owner, or root, put it there: anybody else would be told what we ask. */
    private Path groupSocket() throws ControlException {
        Path shared = ControlServer.groupSocket(directory);
        try {
            UserPrincipal owner = Files.getOwner(shared, LinkOption.NOFOLLOW_LINKS);
            if (owner.equals(Files.getOwner(directory)) || owner.getName().equals("root")) {
                return shared;
            }
        } catch (IOException none) {
            // Told below.
        }
        throw notPermitted();
    }

    private void connect(SocketChannel channel, Path to) throws IOException, ControlException {
        try {
            channel.connect(UnixDomainSocketAddress.of(to));
        } catch (ConnectException left) {
            throw to.equals(socket) ? noService() : noServiceForGroup();
        } catch (IOException e) {
            if (!Files.isWritable(to)) {
                throw notPermitted();
            }
            throw e;
        }
    }

    private ControlException noService() {
        return new ControlException(
                Reason.NO_SERVICE,
                "NO_SERVICE",
                "no service runs on the data directory " + directory
                        + ": start it with  passcourier run, or name another with --config or --data");
    }

    /** Who may not enter the data directory can do nothing there without a service. */
    private ControlException noServiceForGroup() {
        return new ControlException(
                Reason.NOT_PERMITTED,
                "NO_SERVICE",
                "no service runs on the data directory " + directory
                        + ", and without one only its user" + owner()
                        + " can do this, or root: have it started with  passcourier run");
    }

    private ControlException notPermitted() {
        return new ControlException(
                Reason.NOT_PERMITTED,
                "NOT_PERMITTED",
                "user " + System.getProperty("user.name") + " may not use " + socket
                        + ": run this command as the service's user" + owner()
                        + ", as root, or as a member of the group"
                        + " that service.controlGroup names");
    }

    private String owner() {
        try {
            return " " + Files.getOwner(directory).getName();
        } catch (IOException e) {
            return "";
        }
    }

    private ControlException unreadable() {
        return new ControlException(
                Reason.NO_ANSWER,
                "ANSWER_UNREADABLE",
                "the service's answer cannot be read: it is of another version than this program");
    }
}
