package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The service in a process of its own, as {@code bin/passcourier} starts it but for one option: its owner may attach, so
 * that a test can have its heap. It has a working and a temporary directory of its own below {@code place}.
 */
final class ServiceJvm implements AutoCloseable {

    private static final Pattern BROKER = Pattern.compile("broker port ([0-9]+)");
    private static final Pattern STATUS = Pattern.compile("status page on port ([0-9]+)");

    private final Process process;
    private final Path said;

    private ServiceJvm(Process process, Path said) {
        this.process = process;
        this.said = said;
    }

    /**
     * Starts it and waits until it is up.
     *
     * @param config  the folder of the settings
     * @param place   made here: {@code work}, {@code tmp}, and {@code said}, to which all it says is added
     * @param options further options of the JVM
     */
    static ServiceJvm start(Path config, Path place, String... options) throws IOException {
        Path work = Files.createDirectories(place.resolve("work"));
        Path temporary = Files.createDirectories(place.resolve("tmp"));
        Path repository = Path.of("").toAbsolutePath();
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "umask 077; ulimit -c 0; exec \"$@\"", "sh"));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Djdk.serialFilter=!*",
                "-XX:-HeapDumpOnOutOfMemoryError",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-Djava.io.tmpdir=" + temporary,
                "-Dpasscourier.home=" + repository));
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-cp",
                repository.resolve("config") + File.pathSeparator + System.getProperty("java.class.path"),
                "dev.passcourier.App",
                "run",
                "--config",
                config.toString()));
        Path said = place.resolve("said");
        Process process = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(said.toFile()))
                .start();
        ServiceJvm service = new ServiceJvm(process, said);
        int before = service.timesUp();
        Whole.patiently().until(() -> service.timesUp() > before || !process.isAlive());
        assertThat(process.isAlive()).as(Files.readString(said)).isTrue();
        return service;
    }

    private int timesUp() throws IOException {
        return Files.readString(said).split("passcourier is up", -1).length;
    }

    /** The address of its broker. */
    String broker() throws IOException {
        return "tcp://127.0.0.1:" + latest(BROKER);
    }

    /** The port of its status page. */
    int statusPort() throws IOException {
        return Integer.parseInt(latest(STATUS));
    }

    private String latest(Pattern pattern) throws IOException {
        Matcher port = pattern.matcher(Files.readString(said));
        String last = "";
        while (port.find()) {
            last = port.group(1);
        }
        return last;
    }

    /**
     * Writes what is reachable on its heap. What only waits to be finalised, as the mail library's connections do, is
     * garbage, and is collected before.
     */
    Path dump(Path file) throws IOException, InterruptedException {
        ask("GC.run");
        ask("GC.run_finalization");
        ask("GC.heap_dump", file.toString());
        assertThat(file).isNotEmptyFile();
        return file;
    }

    private void ask(String... order) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/jcmd").toString(), String.valueOf(process.pid())));
        command.addAll(List.of(order));
        Process asking = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(asking.waitFor(60, TimeUnit.SECONDS)).as(order[0]).isTrue();
        assertThat(asking.exitValue()).as(order[0]).isZero();
    }

    /** Sends SIGTERM; {@link #ended} waits for what comes of it. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** SIGKILL, and waits until nothing of it is left. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        ended();
    }

    /** Waits until it has ended. Returns the exit code, 143 after SIGTERM. */
    int ended() throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended in time").isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
