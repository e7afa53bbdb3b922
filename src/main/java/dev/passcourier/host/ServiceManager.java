package dev.passcourier.host;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service manager that started this process, if it asked to be told how far it is: systemd with {@code Type=notify},
 * by its protocol ({@code sd_notify(3)}) on the datagram socket that {@code NOTIFY_SOCKET} names. The process itself tells,
 * so that {@code NotifyAccess=main} is enough. Whatever fails here is logged and stops nothing.
 */
public final class ServiceManager implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);

    private final @Nullable String socket;
    private final long watchdogMicros;
    private final ScheduledExecutorService watchdog = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "watchdog");
        thread.setDaemon(true);
        return thread;
    });

    private ServiceManager(@Nullable String socket, long watchdogMicros) {
        this.socket = socket;
        this.watchdogMicros = watchdogMicros;
    }

    /**
     * As the variables say that the manager set.
     *
     * @param environment a variable's value, or null
     */
    public static ServiceManager of(UnaryOperator<@Nullable String> environment) {
        return new ServiceManager(environment.apply("NOTIFY_SOCKET"), micros(environment.apply("WATCHDOG_USEC")));
    }

    private static long micros(@Nullable String text) {
        try {
            return text == null ? 0 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /**
     * The service takes work. From here on the watchdog hears of it twice in each of its periods, for as long as it lives.
     *
     * @param status one line for whoever looks at the unit
     * @param lives  whether it does; asked in a thread of its own
     */
    public void ready(String status, BooleanSupplier lives) {
        tell("READY=1\nSTATUS=" + status);
        if (watchdogMicros > 0) {
            Runnable look = () -> {
                if (lives.getAsBoolean()) {
                    tell("WATCHDOG=1");
                }
            };
            watchdog.scheduleAtFixedRate(look, 0, watchdogMicros / 2, TimeUnit.MICROSECONDS);
        }
    }

    /** The service takes no more work and ends. */
    public void stopping() {
        tell("STOPPING=1\nSTATUS=stopping: gives what is in hand 20 seconds");
    }

    private void tell(String state) {
        if (socket == null) {
            return;
        }
        if (!Epoll.isAvailable()) {
            LOG.warn(
                    "NOTIFY_UNAVAILABLE {} cannot be told without netty's native library for this machine: set"
                            + " Type=exec in the unit",
                    socket);
            return;
        }
        byte[] bytes = state.getBytes(StandardCharsets.UTF_8);
        ByteBuffer datagram = ByteBuffer.allocateDirect(bytes.length).put(bytes);
        Socket channel = Socket.newSocketDomainDgram();
        try {
            channel.sendToDomainSocket(datagram, 0, bytes.length, address(socket));
        } catch (IOException e) {
            LOG.warn("NOTIFY_FAILED {}: {}", socket, e.getClass().getName());
        } finally {
            close(channel);
        }
    }

    /** A name that begins with @ is no file's: the system has it begin with a zero byte. */
    private static byte[] address(String socket) {
        byte[] name = socket.getBytes(StandardCharsets.UTF_8);
        if (name[0] == '@') {
            name[0] = 0;
        }
        return name;
    }

    private static void close(Socket channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.warn("NOTIFY_FAILED {}", e.getClass().getName());
        }
    }

    /** Tells the watchdog nothing more. */
    @Override
    public void close() {
        watchdog.shutdownNow();
    }
}
