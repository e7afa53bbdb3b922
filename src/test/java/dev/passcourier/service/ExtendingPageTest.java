package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.passcourier.config.Finding;
import dev.passcourier.vault.TestKeys;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of {@code config/EXTENDING.md}, taken from there word for word: they work together, from file to store. */
class ExtendingPageTest {

    private static final String PASSWORD = "Canary-5e1f!nimbus";

    /** A file's name at the end of a line, and its text in the block below. */
    private static final Pattern EXAMPLE =
            Pattern.compile("`([^`\\n]+)`[^`\\n]*:\\n\\n```[a-z]+\\n(.*?)```\\n", Pattern.DOTALL);

    @TempDir
    Path temporary;

    private final Map<String, String> stored = new ConcurrentHashMap<>();
    private final List<String> lines = new ArrayList<>();
    private final Map<String, String> logins = new ConcurrentHashMap<>();
    private Path home;
    private HttpServer server;
    private ServerSocket collector;
    private ClassLoader before;

    @BeforeEach
    void serve() throws IOException {
        home = temporary.toRealPath();
        before = Thread.currentThread().getContextClassLoader();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/machines/web-1/password", exchange -> {
            boolean isRight = "nimbus-token".equals(exchange.getRequestHeaders().getFirst("X-Token"));
            byte[] answer = ("{\"password\":\"" + PASSWORD + "\"}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(isRight ? 200 : 401, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.createContext("/passwords/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            logins.put("basic", String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            stored.put(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath(), body);
            exchange.sendResponseHeaders(201, -1);
            exchange.close();
        });
        server.start();
        collector = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        collector.setSoTimeout(120_000);
    }

    @AfterEach
    void stop() throws IOException {
        collector.close();
        Thread.currentThread().setContextClassLoader(before);
        server.stop(0);
    }

    @Test
    void theExamplesOfThePageWorkTogether() throws Exception {
        layOut();
        try (URLClassLoader extended = new URLClassLoader(new URL[] {nimbus(), line()}, before)) {
            Thread.currentThread().setContextClassLoader(extended);
            StartCheck.Result check = StartCheck.of(home, home.resolve("config/passcourier.yaml"), Clock.systemUTC());
            assertThat(check.findings())
                    .filteredOn(finding -> finding.level() == Finding.Level.ERROR)
                    .isEmpty();

            try (PasscourierService service = PasscourierService.start(home, check, Clock.systemUTC())) {
                Files.writeString(home.resolve("exchange/in/INC-7.txt"), "web-1");
                try (Socket sender = collector.accept()) {
                    lines.add(new String(sender.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
                }
                Whole.patiently().until(() -> !stored.isEmpty());
                Whole.patiently().until(() -> Whole.records(home).stream()
                        .anyMatch(record -> record.event().toString().contains("ROUTE_DONE")));
            }
        }

        assertThat(stored).hasSize(1).allSatisfy((name, body) -> {
            assertThat(name).startsWith("PUT /passwords/INC-7-web-1_web-1_dlv_").endsWith(".jwe");
            assertThat(body).startsWith("eyJ").doesNotContain(PASSWORD);
            assertThat(body.split("\\.", -1)).hasSize(5);
        });
        assertThat(lines)
                .singleElement()
                .asString()
                .startsWith("eyJ")
                .endsWith("\n")
                .doesNotContain(PASSWORD);
        assertThat(logins.get("basic"))
                .isEqualTo("Basic "
                        + Base64.getEncoder()
                                .encodeToString("passcourier:store-secret".getBytes(StandardCharsets.UTF_8)));
        assertThat(Whole.records(home))
                .anySatisfy(record -> assertThat(record.event().toString()).contains("LOCAL", "local:inventory"));
        assertThat(home.resolve("exchange/in/.camel/INC-7.txt")).exists();
    }

    private void layOut() throws IOException {
        copy(Path.of("routes"), home.resolve("routes"));
        put("config/application.properties", Files.readString(Path.of("config/application.properties")));
        put("config/passcourier.yaml", example("config/passcourier.yaml"));
        put("routes/local/inventory.camel.yaml", example("routes/local/inventory.camel.yaml"));
        put("routes/local/store.camel.yaml", example("routes/local/store.camel.yaml"));
        put("routes/local/collector.camel.yaml", example("routes/local/collector.camel.yaml"));
        put("secrets/store", "store-secret");
        put("secrets/nimbus", "nimbus-token");
        put(
                "recipients/operations.pem",
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(TestKeys.rsa2048().getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        Files.createDirectories(home.resolve("exchange/in"));
    }

    /** With our loopback server in the place of the addresses that nobody has. */
    private String example(String file) throws IOException {
        String here = "http://127.0.0.1:" + server.getAddress().getPort();
        return EXAMPLE.matcher(Files.readString(Path.of("config/EXTENDING.md")))
                .results()
                .filter(found -> found.group(1).equals(file))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the page has no " + file))
                .group(2)
                .replace("https://store.example.com", here)
                .replace("https://api.nimbus.example", here)
                .replace("collector.example.com:7070", "127.0.0.1:" + collector.getLocalPort())
                .replace("/srv/passcourier", home.toString());
    }

    private URL nimbus() throws IOException {
        String folder = "com/example/nimbus/";
        return jar(
                folder + "NimbusProvider.java",
                Map.of(
                        folder + "nimbus.schema.json",
                        example(folder + "nimbus.schema.json"),
                        folder + "nimbus.camel.yaml",
                        example(folder + "nimbus.camel.yaml"),
                        "META-INF/services/dev.passcourier.provider.ProviderType",
                        "com.example.nimbus.NimbusProvider\n"));
    }

    private URL line() throws IOException {
        String service = "META-INF/services/org/apache/camel/component/line";
        return jar("com/example/line/LineComponent.java", Map.of(service, example(service)));
    }

    private URL jar(String source, Map<String, String> resources) throws IOException {
        String name = Path.of(source).getFileName().toString().replace(".java", "");
        Path classes = Files.createDirectories(home.resolve("classes/" + name));
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        classes.toString(),
                        put("source/" + source, example(source)).toString());
        assertThat(failed).isZero();
        Path jar = Files.createDirectories(home.resolve("lib/ext")).resolve(name + ".jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Camel-Version", "4.22.0");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream content = new JarOutputStream(out, manifest);
                Stream<Path> compiled = Files.walk(classes)) {
            for (Path file : compiled.filter(Files::isRegularFile).toList()) {
                add(content, classes.relativize(file).toString(), Files.readAllBytes(file));
            }
            for (Map.Entry<String, String> resource : resources.entrySet()) {
                add(content, resource.getKey(), resource.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
        return jar.toUri().toURL();
    }

    private static void add(JarOutputStream jar, String name, byte[] content) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(content);
        jar.closeEntry();
    }

    private Path put(String name, String content) throws IOException {
        Path file = home.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }
}
