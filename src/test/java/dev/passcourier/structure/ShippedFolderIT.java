package dev.passcourier.structure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.provider.ProviderCases;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder that {@code mvn package} has made. */
class ShippedFolderIT {

    private static final Duration LONGEST = Duration.ofMinutes(5);

    /** For processes that live for seconds. */
    private static final String QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

    private static Path folder;
    private static JsonNode bom;

    @BeforeAll
    static void find() throws IOException {
        try (Stream<Path> made = Files.list(Path.of("target"))) {
            folder = made.filter(path -> path.getFileName().toString().matches("passcourier-[0-9.]+"))
                    .filter(Files::isDirectory)
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(folder.resolve("bom.json"))
                .as("the bill of materials; its plugin works online only: build without -o")
                .exists();
        bom = new ObjectMapper().readTree(folder.resolve("bom.json").toFile());
    }

    @Test
    void holdsWhatAUserNeeds() {
        assertThat(List.of("bin", "config", "lib", "routes", "README.md", ".github/SECURITY.md", "bom.json"))
                .allSatisfy(name -> assertThat(folder.resolve(name)).exists());
        assertThat(folder.resolve("bin/passcourier")).isExecutable();
        assertThat(folder.resolve("bin/optimize")).isExecutable();
        // The operator's own: a release that brought any would write over theirs.
        assertThat(folder.resolve("routes/local")).doesNotExist();
        assertThat(folder.resolve("lib/ext")).doesNotExist();
    }

    /** Of config/EXTENDING.md as it lies there, by somebody who has that folder and JUnit, and nothing else of ours. */
    @Test
    void itsContractRunsForACloudThatSomebodyElseMade(@TempDir Path elsewhere) throws Exception {
        String page = Files.readString(folder.resolve("config/EXTENDING.md"));
        for (String name : List.of(
                "NimbusProvider.java",
                "NimbusCloud.java",
                "NimbusContractTest.java",
                "nimbus.schema.json",
                "nimbus.camel.yaml")) {
            Path file = elsewhere.resolve("com/example/nimbus/" + name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, example(page, "com/example/nimbus/" + name));
        }
        Files.writeString(elsewhere.resolve("RunTests.java"), """
                import org.junit.platform.engine.discovery.DiscoverySelectors;
                import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
                import org.junit.platform.launcher.core.LauncherFactory;
                import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

                class RunTests {
                    public static void main(String[] names) {
                        SummaryGeneratingListener summary = new SummaryGeneratingListener();
                        LauncherFactory.create()
                                .execute(
                                        LauncherDiscoveryRequestBuilder.request()
                                                .selectors(DiscoverySelectors.selectClass(names[0]))
                                                .build(),
                                        summary);
                        summary.getSummary().printFailuresTo(new java.io.PrintWriter(System.out, true));
                        System.out.println(summary.getSummary().getTestsSucceededCount() + " of "
                                + summary.getSummary().getTestsFoundCount());
                        System.exit(0);
                    }
                }
                """);
        Path shipped = folder.toAbsolutePath();
        String path = elsewhere + ":" + shipped + "/lib/*:" + shipped + "/contract/*:" + junit();
        for (String source : List.of("com/example/nimbus/NimbusContractTest.java", "RunTests.java")) {
            String said = java(elsewhere, "javac", "-cp", path, "-proc:none", "-sourcepath", ".", source);
            assertThat(said).doesNotContain("error:");
        }

        String said = java(
                elsewhere,
                "java",
                "-XX:TieredStopAtLevel=1",
                "-Dpasscourier.home=" + shipped,
                "-cp",
                path,
                "RunTests",
                "com.example.nimbus.NimbusContractTest");

        int cases = ProviderCases.values().length + 1;
        assertThat(said).contains(cases + " of " + cases);
    }

    private static String example(String page, String name) {
        return page.replaceFirst("(?s)^.*`" + Pattern.quote(name) + "`[^`\\n]*:\n\n```[a-z]+\n", "")
                .replaceFirst("(?s)```\n.*", "");
    }

    private static String junit() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(jar -> Path.of(jar)
                        .getFileName()
                        .toString()
                        .matches("(junit-(jupiter|platform)|opentest4j|apiguardian|assertj-core|byte-buddy-1).*"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String java(Path in, String program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", program).toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(in.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void itsPagesLeadToOneAnother() throws IOException {
        List<MarkdownPage> pages = MarkdownPage.below(folder);
        assertThat(pages).hasSameSizeAs(MarkdownPage.below(Path.of("")));
        for (MarkdownPage page : pages) {
            assertThat(page.broken()).isEmpty();
        }
    }

    /** As a new user types them: the first commands of the page that lies there, each in a terminal of its own. */
    @Test
    void itsReadmesFirstThreeCommandsOpenAResult(@TempDir Path elsewhere) throws Exception {
        for (String part : List.of("bin", "config", "lib", "routes")) {
            Files.createSymbolicLink(
                    elsewhere.resolve(part), folder.resolve(part).toAbsolutePath());
        }
        String readme = Files.readString(folder.resolve("README.md"));
        String[] commands = readme.replaceFirst("(?s)^.*?\n```\n", "")
                .replaceFirst("(?s)\n```\n.*", "")
                .split("\n", -1);
        assertThat(commands).hasSizeLessThanOrEqualTo(3).allMatch(command -> command.startsWith("bin/passcourier "));

        try (Terminal sandbox = new Terminal(elsewhere, commands[0])) {
            sandbox.await("The sandbox is up.");
            assertThat(sandbox.said()).contains(commands[1], commands[2]);
            try (Terminal service = new Terminal(elsewhere, commands[1])) {
                service.await("passcourier is up");
                sandbox.await("mail     request first ");
                sandbox.await("webhook  request first ");
                Path results = elsewhere.resolve("data/sandbox/out");
                Awaitility.await().atMost(LONGEST).until(() -> !names(results).isEmpty());
                try (Terminal recipient = new Terminal(elsewhere, commands[2])) {
                    assertThat(recipient.exit()).as(recipient.said()).isZero();
                    assertThat(recipient.said()).contains("requestId    first", "signature    checked", "Sandbox-");
                }
            }
            assertThat(sandbox.said().lines().filter(line -> line.contains("request first ")))
                    .hasSize(2)
                    .allMatch(line -> line.contains("sealed (jwe): ")
                            && line.endsWith("signed by the service, the machine's password"))
                    .anyMatch(line -> line.contains("webhook signature right"));
        }
        try (Stream<Path> public_ = Files.walk(elsewhere.resolve("data"))) {
            assertThat(public_).allMatch(path -> isOurs(path) || path.toString().contains("/recipients"));
        }
    }

    private static boolean isOurs(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS))
                    .endsWith("------");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jwe"))
                    .toList();
        }
    }

    /** A shell in a folder that was told one command. */
    private static final class Terminal implements AutoCloseable {

        private final Process process;
        private final StringBuffer said = new StringBuffer();
        private final Thread reader;

        Terminal(Path folder, String command) throws IOException {
            this(folder, command, QUICK);
        }

        Terminal(Path folder, String command, String options) throws IOException {
            // Replaced by the command, so that stopping it stops the command.
            ProcessBuilder builder = new ProcessBuilder("sh", "-c", "exec " + command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true);
            builder.environment().put("PASSCOURIER_OPTS", options);
            process = builder.start();
            reader = new Thread(
                    () -> process.inputReader(StandardCharsets.UTF_8).lines().forEach(line -> said.append(line)
                            .append('\n')));
            reader.start();
        }

        void await(String text) {
            Awaitility.await().atMost(LONGEST).until(() -> said.indexOf(text) >= 0 || !process.isAlive());
            assertThat(said.toString()).contains(text);
        }

        String said() {
            return said.toString();
        }

        int exit() throws InterruptedException {
            assertThat(process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)).isTrue();
            reader.join();
            return process.exitValue();
        }

        @Override
        public void close() throws InterruptedException {
            process.destroy();
            process.waitFor();
        }
    }

    @Test
    void whatRehearsesWithTheServiceIsInAJarOfItsOwn() throws Exception {
        List<Path> lib;
        try (Stream<Path> jars = Files.list(folder.resolve("lib"))) {
            lib = jars.sorted().toList();
        }
        List<Path> ours = lib.stream()
                .filter(jar -> jar.getFileName().toString().startsWith("passcourier-"))
                .toList();
        assertThat(ours).hasSize(2);
        Path rehearsal = ours.get(0);
        Path service = ours.get(1);

        assertThat(classes(rehearsal)).isNotEmpty().allMatch(ShippedFolderIT::isOfTheRehearsal);
        assertThat(classes(service)).contains("dev/passcourier/App.class").noneMatch(ShippedFolderIT::isOfTheRehearsal);
        assertThat(help(lib)).contains("  run ", "  demo ", "  sandbox ");
        assertThat(help(lib.stream().filter(jar -> !jar.equals(rehearsal)).toList()))
                .contains("  run ")
                .doesNotContain("  demo ", "  sandbox ");
    }

    private static boolean isOfTheRehearsal(String type) {
        return type.matches("dev/passcourier/(demo|sandbox)/.*");
    }

    private static List<String> classes(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.endsWith(".class"))
                    .toList();
        }
    }

    private static String help(List<Path> jars) throws Exception {
        String path = jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        path,
                        "dev.passcourier.App",
                        "--help")
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    /** Without the rehearsal's jar, which would have the whole demo run. */
    @Test
    void startsFasterByWhatWasLaidReadyAndWithoutAWordWhenThatNoLongerFits(@TempDir Path elsewhere) throws Exception {
        for (String part : List.of("bin", "config", "lib", "routes")) {
            copy(folder.resolve(part), elsewhere.resolve(part));
        }
        Files.delete(elsewhere.resolve("lib").resolve(folder.getFileName() + "-rehearsal.jar"));
        try (Terminal optimize = new Terminal(elsewhere, "bin/optimize", "")) {
            assertThat(optimize.exit()).as(optimize.said()).isZero();
            assertThat(optimize.said()).containsPattern("laid ready for Java [0-9]+: [0-9]{4,} classes");
        }
        assertThat(Files.size(elsewhere.resolve("startup/classes.jsa"))).isGreaterThan(10 << 20);
        // Demands it, and fails without.
        String demand = "-Xshare:on";
        try (Terminal version = new Terminal(elsewhere, "bin/passcourier --version", demand)) {
            assertThat(version.exit()).as(version.said()).isZero();
        }

        Path ours = elsewhere.resolve("lib").resolve(folder.getFileName() + ".jar");
        Files.setLastModifiedTime(ours, FileTime.from(Instant.EPOCH));
        try (Terminal version = new Terminal(elsewhere, "bin/passcourier --version", demand)) {
            assertThat(version.exit()).as(version.said()).isNotZero();
        }
        try (Terminal version = new Terminal(elsewhere, "bin/passcourier --version", "")) {
            assertThat(version.exit()).isZero();
            assertThat(version.said()).matches("passcourier [0-9.]+\n");
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    @Test
    void itsBillOfMaterialsNamesExactlyTheLibrariesByTheirHashes() throws Exception {
        Map<String, String> listed = new TreeMap<>();
        for (JsonNode component : bom.path("components")) {
            listed.put(sha256(component), component.path("purl").asText());
        }
        Map<String, String> shipped = new TreeMap<>();
        try (Stream<Path> jars = Files.walk(folder.resolve("lib"))) {
            for (Path jar : jars.filter(Files::isRegularFile).toList()) {
                if (!jar.getFileName().toString().startsWith("passcourier-")) {
                    shipped.put(sha256(jar), jar.getFileName().toString());
                }
            }
        }
        assertThat(listed).hasSameSizeAs(bom.path("components"));
        assertThat(listed.keySet())
                .as("listed: %s%nshipped: %s", listed, shipped)
                .isEqualTo(shipped.keySet());
    }

    @Test
    void holdsANativeLibraryForEachPlatformAndTakesThatOfThisOne() throws Exception {
        assertThat(folder.resolve("lib/Linux-x86_64/")).isDirectoryContaining("glob:**/*-linux-x86_64.jar");
        assertThat(folder.resolve("lib/Linux-aarch64/")).isDirectoryContaining("glob:**/*-linux-aarch_64.jar");
        try (Stream<Path> jars = Files.list(folder.resolve("lib"))) {
            assertThat(jars).noneMatch(jar -> jar.getFileName().toString().startsWith("AmazonCorretto"));
        }
        assertThat(Files.readString(folder.resolve("bin/passcourier"))).contains("$home/lib/$(uname -sm | tr ' ' -)/*");
    }

    @Test
    void itsBillOfMaterialsIsOfThisProgramAndNotOfThisDay() {
        assertThat(bom.path("bomFormat").asText()).isEqualTo("CycloneDX");
        assertThat(bom.path("metadata").path("component").path("name").asText()).isEqualTo("passcourier");
        assertThat(bom.path("metadata").has("timestamp")).isFalse();
    }

    private static String sha256(JsonNode component) {
        for (JsonNode hash : component.path("hashes")) {
            if (hash.path("alg").asText().equals("SHA-256")) {
                return hash.path("content").asText();
            }
        }
        throw new AssertionError("no SHA-256 of " + component.path("purl"));
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
