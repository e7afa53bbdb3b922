package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.demo.DemoWorld;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import jakarta.jms.TextMessage;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder that is shipped, as a user has it: the start script, the libraries, the routes. */
class ShippedFolderTest {

    /** For processes that live for seconds. */
    private static final String QUICK = "-Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    /** Whose digits are not those of ASCII. */
    private static final String ARABIC = "-Duser.language=ar -Duser.country=EG";

    private static final boolean IS_ROOT = "root".equals(System.getProperty("user.name"));

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
            if (entry.contains("opentelemetry")) {
                // Left out: without settings for traces, nothing of their library may be loaded.
                continue;
            }
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
    void servesFromLinkedFoldersOutlivesItsSessionGivesNothingAwayAndEndsOnSigterm() throws Exception {
        Path home = linked("linked");
        Files.createSymbolicLink(home.resolve("routes"), program.resolve("routes"));
        try (Whole world = Whole.prepare(directory);
                ServiceManagerSocket manager = new ServiceManagerSocket(directory.resolve("notify"))) {
            Process process = start(
                    Map.of(
                            "NOTIFY_SOCKET",
                            directory.resolve("notify").toString(),
                            "WATCHDOG_USEC",
                            "3600000000",
                            "PASSCOURIER_INTAKE_QUEUE",
                            "elsewhere",
                            "passcourier.intake-queue",
                            "elsewhere",
                            "PASSCOURIER_OPTS",
                            QUICK + " " + ARABIC),
                    home.resolve("bin/passcourier").toString(),
                    "run",
                    "--config",
                    world.home().resolve("config").toString());
            String url = url(process);
            start("/bin/sh", "-c", "kill -HUP " + process.pid()).waitFor();
            world.asTicketing(
                    url,
                    session -> Whole.send(
                            session,
                            Whole.REQUESTS,
                            session.createTextMessage(
                                    Whole.request("shipped-1", "kakao", DemoWorld.KAKAO, "tickets"))));
            TextMessage result = world.ticket(url, "shipped-1");
            assertThat(result.getStringProperty("kind")).isEqualTo("RESULT");
            assertThat(said(process)).doesNotContain("Exception", "warning:");
            givesItsMemoryToNobody(process);

            int before = said(process).length();
            process.toHandle().destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS))
                    .as("ended in time")
                    .isTrue();
            assertThat(process.exitValue()).isEqualTo(143);
            assertThat(said(process).substring(before)).doesNotContain("STOP_INCOMPLETE", "Exception");
            assertThat(openToOthers(world.home().resolve("data"))).isEmpty();
            assertThat(world.home().resolve("data/audit/audit-000000000000001.jsonl"))
                    .exists();
            manager.heardCountsAndAQueueOnly();
        }
    }

    /** As systemd listens to a unit of {@code Type=notify}. */
    private static final class ServiceManagerSocket implements AutoCloseable {

        private final @Nullable Socket socket;

        ServiceManagerSocket(Path file) throws IOException {
            socket = Epoll.isAvailable() ? Socket.newSocketDomainDgram() : null;
            if (socket != null) {
                socket.bind(new DomainSocketAddress(file.toString()));
            }
        }

        void heardCountsAndAQueueOnly() throws IOException {
            if (socket != null) {
                assertThat(next())
                        .matches("READY=1\nSTATUS=passcourier is up: [0-9]+ accounts, [0-9]+ destinations,"
                                + " [0-9]+ schedules, requests on queue " + Whole.REQUESTS
                                + ", broker port [0-9]+, status page on port [0-9]+");
                assertThat(next()).isEqualTo("WATCHDOG=1");
                assertThat(next()).isEqualTo("STOPPING=1\nSTATUS=stopping: gives what is in hand 20 seconds");
                assertThat(next()).isEmpty();
            }
        }

        /** What was said next, or nothing. */
        private String next() throws IOException {
            ByteBuffer datagram = ByteBuffer.allocateDirect(4096);
            var sender = Objects.requireNonNull(socket).recvFromDomainSocket(datagram, 0, datagram.capacity());
            if (sender == null) {
                return "";
            }
            byte[] text = new byte[sender.receivedAmount()];
            datagram.get(text);
            return new String(text, StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws IOException {
            if (socket != null) {
                socket.close();
            }
        }
    }

    /** As root in a container, {@code su} makes another user; elsewhere the owner, who could do more, tries in its place. */
    private void givesItsMemoryToNobody(Process process) throws Exception {
        String java = System.getProperty("java.home") + "/bin/";
        Path dump = directory.resolve("dump.hprof");

        String heapDump = java + "jcmd " + process.pid() + " GC.heap_dump " + dump + " >/dev/null";
        String liveDump = java + "jmap -dump:live,file=" + dump + " " + process.pid() + " >/dev/null";
        // They give up after a while, so they do it side by side.
        List<Process> attempts =
                List.of(start("/bin/sh", "-c", heapDump), start(asAnother(heapDump)), start(asAnother(liveDump)));
        for (Process attempt : attempts) {
            assertThat(exitCode(attempt)).isNotZero();
        }
        if (IS_ROOT) {
            for (String part : List.of("mem", "environ", "maps", "fd/1")) {
                String open = ": < /proc/" + process.pid() + "/" + part;
                assertThat(exitCode(start(asAnother(open)))).as(part).isNotZero();
                assertThat(exitCode(start("/bin/sh", "-c", open)))
                        .as("%s is there, for root", part)
                        .isZero();
            }
        }
        assertThat(Path.of("/tmp/hsperfdata_" + System.getProperty("user.name"), String.valueOf(process.pid())))
                .as("performance data")
                .doesNotExist();
        assertThat(dump).doesNotExist();
        Path proc = Path.of("/proc/" + process.pid());
        if (Files.exists(proc)) {
            assertThat(Files.readString(proc.resolve("limits"))).containsPattern("Max core file size +0 +0 ");
            assertThat(Files.readString(proc.resolve("status"))).containsPattern("Umask:\\s+0077");
        }
    }

    private static String[] asAnother(String attempt) {
        return IS_ROOT
                ? new String[] {"su", "nobody", "-s", "/bin/sh", "-c", attempt}
                : new String[] {"/bin/sh", "-c", attempt};
    }

    /** What is switched on in the shipped settings is found in the live context, before anything is asked or sent. */
    @Test
    void doesNotStartWithASwitchThatShowsMessages() throws Exception {
        Path home = Files.createDirectory(directory.resolve("traced"));
        copy(program.resolve("bin"), home.resolve("bin"));
        copy(program.resolve("config"), home.resolve("config"));
        copy(program.resolve("routes"), home.resolve("routes"));
        Files.setPosixFilePermissions(home.resolve("bin/passcourier"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createSymbolicLink(home.resolve("lib"), program.resolve("lib"));
        Files.writeString(
                home.resolve("config/application.properties"),
                "\ncamel.main.tracing=true\ncamel.main.routesReloadEnabled=true\n",
                StandardOpenOption.APPEND);
        try (Whole world = Whole.prepare(directory)) {
            Process process = start(
                    home.resolve("bin/passcourier").toString(),
                    "run",
                    "--config",
                    world.home().resolve("config").toString());
            assertThat(exitCode(process)).isEqualTo(2);
            assertThat(said(process))
                    .contains("camel.main.tracing: ", "camel.main.routesReloadEnabled: ", "not started")
                    .doesNotContain("is up");
        }
    }

    /** The variables that once moved the intake, and the way a jar gets into a folder. */
    @Test
    void doesNotStartWithVariablesOfCamelOrAConsoleInLib() throws Exception {
        Path console = program.resolve("lib/camel-console-4.22.0.jar");
        try (Whole world = Whole.prepare(directory)) {
            Files.copy(program.resolve("lib/passcourier.jar"), console);
            Process process = start(
                    Map.of("CAMEL_MAIN_TRACING", "true", "PASSCOURIER_INTAKE_QUEUE", "elsewhere"),
                    program.resolve("bin/passcourier").toString(),
                    "run",
                    "--config",
                    world.home().resolve("config").toString());
            assertThat(exitCode(process)).isEqualTo(2);
            assertThat(said(process))
                    .contains("environment variable CAMEL_MAIN_TRACING: ", "class path: camel-console-4.22.0.jar")
                    .contains("not started");
            assertThat(world.home().resolve("data")).doesNotExist();
        } finally {
            Files.deleteIfExists(console);
        }
    }

    @Test
    void saysWhereTheSettingsAreWrongAndStartsNothing() throws Exception {
        Path config = Files.createDirectories(directory.resolve("broken/config"));
        Files.writeString(config.resolve("passcourier.yaml"), "service:\n  dataDirektory: data\n");
        Process process = passcourier("run", "--config", config.toString());
        assertThat(exitCode(process)).isEqualTo(2);
        assertThat(said(process))
                .containsPattern("passcourier.yaml:2:3:? .*dataDirektory")
                .contains("not started");
        assertThat(config.resolveSibling("data")).doesNotExist();
    }

    /** As packages and containers have it: the program in one place, its settings in another. */
    @Test
    void findsTheSettingsWhereAPackageSays() throws Exception {
        Path etc = Files.createDirectories(directory.resolve("etc/passcourier"));
        Files.writeString(
                etc.resolve("passcourier.yaml"),
                "sources: {file: {directory: drop}}\nkeyRings: {ring: {keys: [{path: gone.pem}]}}\n");

        Process process = start(
                Map.of("PASSCOURIER_CONFIG", etc.toString()),
                program.resolve("bin/passcourier").toString(),
                "validate");

        assertThat(exitCode(process)).isEqualTo(1);
        assertThat(said(process)).contains(etc.resolve("gone.pem") + " does not exist", etc.resolve("drop") + " ");
    }

    /** Containers and units have no locale: by itself, Java would see question marks in both. */
    @Test
    void readsVariablesAndPathsBeyondAsciiWithoutALocale() throws Exception {
        Path home = Files.createDirectories(directory.resolve("posix"));
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/passcourier.yaml"), """
            sources: {file: {directory: dr\u00F6p}}
            destinations:
              mail: {type: email, seal: none, host: mail.example.com, from: us@example.com, to: ops@example.com,
                user: us, password: "{{env:MAIL_PASSWORD}}"}
            """);
        Process process = start(
                Map.of(
                        "LC_ALL",
                        "POSIX",
                        "PROGRAM",
                        program.resolve("bin/passcourier").toString(),
                        "AT",
                        home.toString()),
                "/bin/sh",
                "-c",
                "umask 077; mkdir \"$AT/$(printf 'dr\\303\\266p')\"; MAIL_PASSWORD=$(printf 'p\\303\\244ss');"
                        + " export MAIL_PASSWORD; exec \"$PROGRAM\" validate --config \"$AT/config\"");
        assertThat(exitCode(process)).as(said(process)).isZero();
        assertThat(said(process)).contains("passcourier.yaml: can be started with");
    }

    @Test
    void namesNoCollectorWhereTheEnvironmentNamesOne() throws Exception {
        Path java = Files.createDirectories(directory.resolve("echo/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho \"$@\"\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
        for (String variable :
                List.of("PASSCOURIER_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "OTHER")) {
            Map<String, String> environment =
                    new HashMap<>(Map.of("JAVA_HOME", directory.resolve("echo").toString(), "PASSCOURIER_OPTS", ""));
            environment.put(variable, "-XX:+UseParallelGC");
            Process process =
                    start(environment, program.resolve("bin/passcourier").toString(), "status");
            assertThat(exitCode(process)).isZero();
            assertThat(said(process).contains("-XX:+UseSerialGC")).as(variable).isEqualTo(variable.equals("OTHER"));
        }
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

    @Test
    void everyCommandFindsTheSettingsBesideTheScriptFromWhateverFolder() throws Exception {
        Path home = linked("beside");
        Files.writeString(home.resolve("config/passcourier.yaml"), "service:\n  dataDirektory: data\n");
        String script = home.resolve("bin/passcourier").toString();
        List<Process> commands = List.of(
                start(script, "validate"),
                start(script, "doctor"),
                start(script, "run"),
                start(script, "redrive", "list"),
                start(script, "ledger", "check"),
                start(script, "policy", "explain", "-"));
        Process trail = start(script, "audit", "show", "--request", "chg-1");

        for (Process command : commands) {
            assertThat(exitCode(command)).isBetween(1, 2);
            assertThat(said(command))
                    .contains(home.resolve("config/passcourier.yaml") + ":2:3")
                    .contains("dataDirektory");
        }
        assertThat(exitCode(trail)).isNotZero();
        assertThat(said(trail)).contains(home.resolve("data/audit") + ": there is no audit trail");
    }

    @Test
    void saysWhichFolderOfItsRoutesIsMissing() throws Exception {
        Path home = linked("routeless");
        try (Whole world = Whole.prepare(directory)) {
            Process process = start(
                    home.resolve("bin/passcourier").toString(),
                    "run",
                    "--config",
                    world.home().resolve("config").toString());
            assertThat(exitCode(process)).isEqualTo(2);
            assertThat(said(process)).contains(home.resolve("routes") + ": is not there", "not started");
        }
    }

    /** A home that is a link, with the script and the settings of its own and linked libraries. */
    private static Path linked(String name) throws IOException {
        Path real = Files.createDirectory(directory.resolve(name + "-1.0"));
        copy(program.resolve("bin"), real.resolve("bin"));
        Files.setPosixFilePermissions(real.resolve("bin/passcourier"), PosixFilePermissions.fromString("rwxr-xr-x"));
        copy(program.resolve("config"), real.resolve("config"));
        Files.createSymbolicLink(real.resolve("lib"), program.resolve("lib"));
        return Files.createSymbolicLink(directory.resolve(name), real);
    }

    /** Of the broker, when the service is up. */
    private String url(Process process) throws IOException {
        Whole.patiently().until(() -> said(process).contains("passcourier is up") || !process.isAlive());
        Matcher port = Pattern.compile("broker port ([0-9]+)").matcher(said(process));
        assertThat(port.find()).as(said(process)).isTrue();
        return "tcp://127.0.0.1:" + port.group(1);
    }

    private Process passcourier(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(program.resolve("bin/passcourier").toString()));
        command.addAll(List.of(arguments));
        return start(command.toArray(String[]::new));
    }

    /** From a directory of its own, with the Java that runs this test. */
    private Process start(String... command) throws IOException {
        return start(Map.of(), command);
    }

    private Process start(Map<String, String> environment, String... command) throws IOException {
        Path here = Files.createTempDirectory(directory, "here");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(here.toFile())
                .redirectErrorStream(true)
                .redirectOutput(here.resolve("said").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("PASSCOURIER_OPTS", QUICK);
        builder.environment().putAll(environment);
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
