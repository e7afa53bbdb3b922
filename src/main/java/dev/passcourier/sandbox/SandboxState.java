package dev.passcourier.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a sandbox makes once and finds again when it is started anew: ports, ids, keys and pretend credentials, by name.
 * All of it opens nothing but the sandbox. Thread-safe.
 */
public final class SandboxState {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String PORT = "port.";
    private static final int LOWEST_PORT = 20_000;
    private static final int HIGHEST_PORT = 32_000;

    private final @Nullable Path file;
    private final Map<String, String> values;

    private SandboxState(@Nullable Path file, Map<String, String> values) {
        this.file = file;
        this.values = values;
    }

    /** Of a sandbox that is gone when it is closed. */
    public static SandboxState inMemory() {
        return new SandboxState(null, new TreeMap<>());
    }

    /**
     * What the file has, which is made (0600) if it is not there.
     *
     * @throws IOException if it cannot be read or made, or is no such file
     */
    public static SandboxState in(Path file) throws IOException {
        Map<String, String> values = new TreeMap<>();
        if (Files.exists(file)) {
            try {
                values.putAll(MAPPER.readValue(Files.readAllBytes(file), new TypeReference<Map<String, String>>() {}));
            } catch (JsonProcessingException e) {
                throw new IOException(file + " is damaged: start over with --fresh", e);
            }
        }
        SandboxState state = new SandboxState(file, values);
        state.save();
        return state;
    }

    /** The value of this name, made now if it is the first time. */
    public synchronized String keep(String name, Supplier<String> make) {
        String kept = values.get(name);
        if (kept == null) {
            kept = make.get();
            values.put(name, kept);
        }
        return kept;
    }

    /** The value of this name, or empty. */
    public synchronized String get(String name) {
        return values.getOrDefault(name, "");
    }

    /** Gives the name another value. */
    public synchronized void put(String name, String value) {
        values.put(name, value);
    }

    /** The port of a server, or 0 if any free one will do. */
    public synchronized int port(String server) {
        return Integer.parseInt(values.getOrDefault(PORT + server, "0"));
    }

    /** From now on the server has this port. */
    public synchronized void port(String server, int port) {
        values.put(PORT + server, Integer.toString(port));
    }

    /** The port of a server, which is chosen among the free ones of {@link #freePorts} the first time. */
    public synchronized int reservePort(String server) throws IOException {
        if (port(server) == 0) {
            int free = freePorts(1);
            while (values.containsValue(Integer.toString(free))) {
                free = freePorts(1);
            }
            port(server, free);
        }
        return port(server);
    }

    /**
     * The first of some loopback ports in a row that nobody listens at, and that are likely to be free again later: they
     * lie below those that the system gives to whoever asks for any port, also to each outgoing connection.
     *
     * @throws IOException if none were found
     */
    public static int freePorts(int inARow) throws IOException {
        for (int tries = 0; tries < 100; tries++) {
            int first = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT - inARow);
            int free = 0;
            while (free < inARow && isFree(first + free)) {
                free++;
            }
            if (free == inARow) {
                return first;
            }
        }
        throw new IOException("no free port found from " + LOWEST_PORT + " to " + HIGHEST_PORT);
    }

    private static boolean isFree(int port) throws IOException {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (BindException taken) {
            return false;
        }
    }

    /**
     * Writes all of it to the file, if there is one.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public synchronized void save() {
        if (file == null) {
            return;
        }
        try {
            byte[] json = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(values);
            DurableFile.replace(file, out -> out.write(json));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
    }

    /** Names the file only. */
    @Override
    public String toString() {
        return "SandboxState[" + file + "]";
    }
}
