package dev.passcourier.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the service and one remote end on loopback, and lets bytes through, or not. Knows nothing of protocols:
 * TLS passes untouched. Each connection takes the next {@link Wire} that was scripted; without one all is well.
 */
public final class FaultProxy implements AutoCloseable {

    /** What happens to one connection. */
    public enum Wire {
        /** All is well. */
        PASS,
        /** Taken, and never a word. */
        SILENT,
        /** Reset before a byte was read. */
        RESET,
        /** Reset in the middle of the answer. */
        RESET_IN_ANSWER,
        /** The remote end says it will send no more, without having answered. */
        HALF_CLOSE,
        /** Closed properly in the middle of the answer. */
        TRUNCATE,
        /** The remote end has done what was asked; its answer never arrives. */
        LOSE_ANSWER,
        /** A byte every quarter of a second. */
        DRIP,
        /** The answer comes two seconds late. */
        DELAY,
        /** The proxy answers itself, see {@link #say}, and the remote end hears nothing. */
        SAY
    }

    private static final int PART_OF_AN_ANSWER = 20;

    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "fault-proxy");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Deque<Wire> next = new ArrayDeque<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Wire always = Wire.PASS;
    private volatile int upstream;
    private volatile String said = "";
    private volatile BooleanSupplier done = () -> true;

    private FaultProxy(int upstream) throws IOException {
        this.upstream = upstream;
        this.listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        threads.execute(this::welcome);
    }

    /** Before a server on loopback. */
    public static FaultProxy before(int port) throws IOException {
        return new FaultProxy(port);
    }

    /** Where clients shall connect to. */
    public int port() {
        return listener.getLocalPort();
    }

    /** The next connections, one for each. */
    FaultProxy next(Wire... wires) {
        synchronized (next) {
            for (Wire wire : wires) {
                next.add(wire);
            }
        }
        return this;
    }

    /** All connections from now on that {@link #next} does not speak for. */
    public FaultProxy always(Wire wire) {
        always = wire;
        return this;
    }

    /** How to tell, for {@link Wire#LOSE_ANSWER} and faults amid the answer, that what comes back now is the answer. */
    FaultProxy answersWhen(BooleanSupplier condition) {
        done = condition;
        return this;
    }

    /** What {@link Wire#SAY} says before it hangs up. */
    FaultProxy say(String text) {
        said = text;
        return this;
    }

    /** The remote end has moved. */
    void to(int port) {
        upstream = port;
    }

    /** From now on the port is closed, and stays so. */
    FaultProxy shut() throws IOException {
        listener.close();
        return this;
    }

    /** Resets all connections that are open now. */
    public void cut() {
        open.forEach(FaultProxy::reset);
    }

    /** How many connections there have been. */
    int connections() {
        return connections.get();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        ended.countDown();
        cut();
        threads.shutdownNow();
    }

    private void welcome() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                connections.incrementAndGet();
                Wire wire = take();
                threads.execute(() -> serve(client, wire));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private Wire take() {
        synchronized (next) {
            return next.isEmpty() ? always : next.poll();
        }
    }

    private void serve(Socket client, Wire wire) {
        open.add(client);
        try {
            switch (wire) {
                case RESET -> reset(client);
                case SILENT -> {
                    // stays open until somebody gives up
                }
                case SAY -> {
                    client.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
                    client.close();
                }
                case HALF_CLOSE -> {
                    beginsTheClient(client);
                    client.shutdownOutput();
                }
                default -> connect(client, wire);
            }
        } catch (IOException broken) {
            reset(client);
        }
    }

    /** Waits for its first word; where the server speaks first, there is none. */
    private static void beginsTheClient(Socket client) throws IOException {
        client.setSoTimeout(1_000);
        try {
            client.getInputStream().read();
        } catch (SocketTimeoutException silent) {
            // it waits for us
        }
    }

    private void connect(Socket client, Wire wire) throws IOException {
        Socket server = new Socket();
        open.add(server);
        server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), upstream));
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        threads.execute(() -> requests(client, server));
        answers(server, client, wire);
    }

    private void requests(Socket client, Socket server) {
        try {
            client.getInputStream().transferTo(server.getOutputStream());
            server.shutdownOutput();
        } catch (IOException broken) {
            reset(server);
        }
    }

    private void answers(Socket server, Socket client, Wire wire) {
        byte[] buffer = new byte[16 * 1024];
        try (Socket from = server) {
            InputStream in = from.getInputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (!answer(client, buffer, count, wire)) {
                    return;
                }
            }
            client.close();
        } catch (IOException | InterruptedException broken) {
            reset(client);
        } finally {
            open.remove(server);
            open.remove(client);
        }
    }

    /** Returns false when the connection has ended by it. */
    private boolean answer(Socket client, byte[] buffer, int count, Wire wire)
            throws IOException, InterruptedException {
        OutputStream out = client.getOutputStream();
        boolean isAnswer = done.getAsBoolean();
        if (wire == Wire.DRIP) {
            drip(out, buffer, count);
            return true;
        }
        if (!isAnswer || wire == Wire.PASS) {
            out.write(buffer, 0, count);
            return true;
        }
        if (wire == Wire.DELAY) {
            ended.await(2, TimeUnit.SECONDS);
            out.write(buffer, 0, count);
            return true;
        }
        end(client, buffer, Math.min(count, PART_OF_AN_ANSWER), wire);
        return false;
    }

    private static void end(Socket client, byte[] buffer, int part, Wire wire) throws IOException {
        if (wire != Wire.LOSE_ANSWER) {
            client.getOutputStream().write(buffer, 0, part);
        }
        if (wire == Wire.RESET_IN_ANSWER) {
            reset(client);
        } else {
            client.close();
        }
    }

    private void drip(OutputStream out, byte[] buffer, int count) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            out.write(buffer, i, 1);
            out.flush();
            ended.await(250, TimeUnit.MILLISECONDS);
        }
    }

    private static void reset(@Nullable Socket socket) {
        try {
            if (socket != null) {
                socket.setSoLinger(true, 0);
                socket.close();
            }
        } catch (IOException closed) {
            // that was the intention
        }
    }
}
