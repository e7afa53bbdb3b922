package dev.passcourier.benchmark;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** A program under test in a process of its own, with a broker that is reached over TCP. What it says is kept in a file. */
final class Subject implements AutoCloseable {

    static final String USER = "benchmark";

    private static final Duration LONGEST_START = Duration.ofMinutes(2);

    private final String name;
    private final Process process;
    private final int port;
    private final String password;
    private final Path said;
    private final String user;
    private final List<Subject> parts;

    private Subject(
            String name, Process process, int port, String user, String password, Path said, List<Subject> parts) {
        this.name = name;
        this.process = process;
        this.port = port;
        this.user = user;
        this.password = password;
        this.said = said;
        this.parts = parts;
    }

    /**
     * Starts a program; {@link #connect} waits for it.
     *
     * @param port     where its broker will listen
     * @param password of the user {@link #USER} there
     * @param said     what it says is added here
     */
    static Subject start(
            String name, int port, String password, Path said, Map<String, String> environment, List<String> command)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(said.toFile()));
        builder.environment().putAll(environment);
        return new Subject(name, builder.start(), port, USER, password, said, List.of());
    }

    /**
     * Nodes behind one broker, as one subject: loads are put on the broker, and the processor time is that of the nodes.
     *
     * @param user who puts loads there, with this broker's password
     */
    static Subject behind(Subject broker, int port, String user, List<Subject> nodes) {
        return new Subject(
                nodes.size() + " nodes", broker.process, port, user, broker.password, broker.said, List.copyOf(nodes));
    }

    String name() {
        return name;
    }

    /** A started connection to its broker, which the caller closes; waits until there is one. */
    Connection connect() throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (true) {
            demandAlive();
            try {
                Connection connection = new ActiveMQConnectionFactory(
                                "tcp://127.0.0.1:" + port + "?reconnectAttempts=0&consumerWindowSize=1048576",
                                user,
                                password)
                        .createConnection();
                connection.start();
                return connection;
            } catch (JMSException e) {
                if (System.nanoTime() - start > LONGEST_START.toNanos()) {
                    throw new IOException(name + " does not listen; it said:\n" + Files.readString(said), e);
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    /** Waits until it has said a line that starts so. */
    void awaitSaid(String start) throws IOException, InterruptedException {
        while (Files.readAllLines(said).stream().noneMatch(line -> line.startsWith(start))) {
            demandAlive();
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** Throws if it has ended. */
    void demandAlive() throws IOException {
        for (Subject part : parts) {
            part.demandAlive();
        }
        if (!process.isAlive()) {
            throw new IOException(name + " has ended; it said:\n" + Files.readString(said));
        }
    }

    /** Processor time that it has used since its start. */
    Duration cpu() {
        return parts.isEmpty() ? cpu(process) : parts.stream().map(Subject::cpu).reduce(Duration.ZERO, Duration::plus);
    }

    private static Duration cpu(Process process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Its largest resident memory in MiB, or -1 where the system does not tell. */
    long mostMemory() throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        return Files.exists(status)
                ? Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmHWM:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                        .findFirst()
                        .orElse(-1)
                : -1;
    }

    /** Kills it. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
