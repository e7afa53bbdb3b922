package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.demo.DemoWorld;
import jakarta.jms.TextMessage;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder that is shipped, as a user has it: the start script, the libraries, the routes. */
class ShippedFolderTest {

    @TempDir
    static Path directory;

    private static Path program;

    private final List<Process> started = new ArrayList<>();
    private final Map<Long, Path> said = new HashMap<>();

    @BeforeAll
    static void assemble() throws Exception {
        program = Files.createDirectory(directory.resolve("a folder"));
        copy(Path.of("src/main/bin"), program.resolve("bin"));
        copy(Path.of("config"), program.resolve("config"));
        copy(Path.of("routes"), program.resolve("routes"));
        Files.setPosixFilePermissions(program.resolve("bin/passcourier"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Path lib = Files.createDirectory(program.resolve("lib"));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry).toAbsolutePath();
            if (entry.endsWith(".jar")) {
                Files.createSymbolicLink(lib.resolve(path.getFileName()), path);
            } else if (path.endsWith("classes")) {
                jar(path, lib.resolve("passcourier.jar"));
            }
        }
    }

    @AfterEach
    void endAll() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void runsServesAndEndsOnSigtermLeavingNothingOpenToOthers() throws Exception {
        try (Whole world = Whole.prepare(directory)) {
            Process process = passcourier(
                    "run", "--config", world.home().resolve("config").toString());
            Whole.patiently().until(() -> said(process).contains("passcourier is up") || !process.isAlive());
            Matcher port = Pattern.compile("broker port ([0-9]+)").matcher(said(process));
            assertThat(port.find()).as(said(process)).isTrue();
            String url = "tcp://127.0.0.1:" + port.group(1);
            world.asTicketing(
                    url,
                    session -> Whole.send(
                            session,
                            Whole.REQUESTS,
                            session.createTextMessage(
                                    Whole.request("shipped-1", "kakao", DemoWorld.KAKAO, "tickets"))));
            TextMessage result = world.ticket(url, "shipped-1");
            assertThat(result.getStringProperty("kind")).isEqualTo("RESULT");

            process.toHandle().destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS))
                    .as("ended in time")
                    .isTrue();
            assertThat(process.exitValue()).isEqualTo(143);
            assertThat(said(process)).doesNotContain("STOP_INCOMPLETE", "Exception");
            assertThat(openToOthers(world.home().resolve("data"))).isEmpty();
        }
    }

    @Test
    void saysWhereTheSettingsAreWrongAndStartsNothing() throws Exception {
        Path config = Files.createDirectories(directory.resolve("broken/config"));
        Files.writeString(config.resolve("passcourier.yaml"), "service:\n  dataDirektory: data\n");
        Process process = passcourier("run", "--config", config.toString());
        assertThat(exitCode(process)).isEqualTo(1);
        assertThat(said(process))
                .containsPattern("passcourier.yaml:2:3:? .*dataDirektory")
                .contains("not started");
        assertThat(config.resolveSibling("data")).doesNotExist();
    }

    @Test
    void helpsAndTellsWrongUsage() throws Exception {
        Process help = passcourier("--help");
        Process nonsense = passcourier("nonsense");
        assertThat(exitCode(help)).isZero();
        assertThat(said(help)).contains("passcourier run", "demo", "open");
        assertThat(exitCode(nonsense)).isEqualTo(2);
        assertThat(said(nonsense)).contains("nonsense");
    }

    @Test
    void canBeStartedByWayOfALink() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("courier"), program.resolve("bin/passcourier"));
        Process version = start(link.toString(), "--version");
        assertThat(exitCode(version)).isZero();
    }

    private Process passcourier(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(program.resolve("bin/passcourier").toString()));
        command.addAll(List.of(arguments));
        return start(command.toArray(String[]::new));
    }

    /** From a directory of its own, with the Java that runs this test. */
    private Process start(String... command) throws IOException {
        Path here = Files.createTempDirectory(directory, "here");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(here.toFile())
                .redirectErrorStream(true)
                .redirectOutput(here.resolve("said").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("PASSCOURIER_OPTS", "-Xmx512m");
        Process process = builder.start();
        started.add(process);
        said.put(process.pid(), here.resolve("said"));
        return process;
    }

    private String said(Process process) throws IOException {
        return Files.readString(said.get(process.pid()), StandardCharsets.UTF_8);
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ended").isTrue();
        return process.exitValue();
    }

    private static List<String> openToOthers(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            List<String> open = new ArrayList<>();
            for (Path each : all.toList()) {
                String modes =
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(each, LinkOption.NOFOLLOW_LINKS));
                String expected = Files.isDirectory(each) ? "rwx------" : "rw-------";
                if (!modes.equals(expected)) {
                    open.add(root.relativize(each) + " " + modes);
                }
            }
            return open;
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()));
            }
        }
    }

    private static void jar(Path classes, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> all = Files.walk(classes)) {
            for (Path each : all.toList()) {
                String name = classes.relativize(each).toString();
                out.putNextEntry(new JarEntry(Files.isDirectory(each) ? name + "/" : name));
                if (Files.isRegularFile(each)) {
                    Files.copy(each, out);
                }
                out.closeEntry();
            }
        }
    }
}
