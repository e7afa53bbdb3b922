package dev.passcourier.killloop;

import dev.passcourier.killloop.KillPlan.Kill;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** The service in a process of its own, which can be killed. What it says is kept in a file. */
final class ServiceProcess implements AutoCloseable {

    private static final String UP = "passcourier is up";

    private final Process process;
    private final CompletableFuture<Void> up = new CompletableFuture<>();
    private final CompletableFuture<String> reached = new CompletableFuture<>();
    private final Thread listener;

    private ServiceProcess(Process process, Path log) {
        this.process = process;
        this.listener = new Thread(() -> listen(log), "service-output");
        listener.setDaemon(true);
        listener.start();
    }

    /**
     * Starts it.
     *
     * @param program what runs
     * @param home    with {@code config} and {@code routes}
     * @param log     what it says is added here
     * @param kill    where it holds and says so
     */
    static ServiceProcess start(Program program, Path home, Path log, Kill kill) throws IOException {
        return start(program, home, log, kill, "512m");
    }

    /** The same with another heap, such as {@code 256m}. */
    static ServiceProcess start(Program program, Path home, Path log, Kill kill, String heap) throws IOException {
        List<String> command = List.of(
                // As bin/passcourier does it; exec, so that the process we kill is the service itself.
                "/bin/sh",
                "-c",
                "umask 077; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-javaagent:" + program.agent(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:-BytecodeVerificationRemote",
                "-Djdk.serialFilter=!*",
                "-Dpasscourier.home=" + home,
                "-D" + KillPoints.POINT_PROPERTY + "=" + kill.point(),
                "-D" + KillPoints.HIT_PROPERTY + "=" + kill.hit(),
                "-cp",
                program.classPath(),
                "dev.passcourier.App",
                "run");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new ServiceProcess(process, log);
    }

    private void listen(Path log) {
        try (BufferedReader said =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                Writer kept = Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                kept.write(line + "\n");
                kept.flush();
                if (line.startsWith(UP)) {
                    up.complete(null);
                } else if (line.startsWith(KillPoints.REACHED)) {
                    reached.complete(line.substring(KillPoints.REACHED.length()));
                }
            }
        } catch (IOException e) {
            up.completeExceptionally(new UncheckedIOException(e));
        }
    }

    /** Waits until it is up, has reached its point, or has ended. Returns whether it is up. */
    boolean awaitUp(Duration atMost) throws InterruptedException {
        await(CompletableFuture.anyOf(up, reached, process.onExit()), atMost);
        return up.isDone();
    }

    /** Waits for the point, for its end, or for the time to pass. Returns whether the point was reached. */
    boolean awaitPoint(Duration atMost) throws InterruptedException {
        await(CompletableFuture.anyOf(reached, process.onExit()), atMost);
        return reached.isDone();
    }

    /** Waits for its end, or for the time to pass. Returns whether it has ended. */
    boolean awaitEnd(Duration atMost) throws InterruptedException {
        return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void await(CompletableFuture<?> event, Duration atMost) throws InterruptedException {
        try {
            event.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException passed) {
            // That is an answer too.
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** The most memory that it has had so far, in kilobytes, as the system counts it; 0 if it has ended. */
    long peakKilobytes() throws IOException {
        try (Stream<String> facts = Files.lines(Path.of("/proc", String.valueOf(process.pid()), "status"))) {
            return facts.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGTERM. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** SIGKILL, and waits until nothing of it is left. Returns the exit code, 137 if the kill ended it. */
    int kill() throws InterruptedException {
        process.destroyForcibly();
        return ended();
    }

    /** Waits until it has ended and all it said is kept. */
    int ended() throws InterruptedException {
        int code = process.waitFor();
        listener.join(Duration.ofSeconds(10).toMillis());
        return code;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
