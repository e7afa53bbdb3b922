package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.passcourier.config.Finding;
import dev.passcourier.control.ControlClient;
import dev.passcourier.reload.ReloadAnswer;
import dev.passcourier.reload.ReloadOrder;
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
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of {@code config/EXTENDING.md}, taken from there word for word: they work together, from file to store. */
class ExtendingPageTest {

    private static final String PASSWORD = "Canary-5e1f!nimbus";

    /** A file's name at the end of a line, and its text in the block below. */
    private static final Pattern EXAMPLE =
            Pattern.compile("`([^`\\n]+)`[^`\\n]*:\\n\\n```[a-z]+\\n(.*?)```\\n", Pattern.DOTALL);

    /** What code in a jar sees of the Camel it is in, and of what passes through it. */
    private static final String PROBE = """
            package com.example.probe;

            import java.util.List;
            import java.util.Map;
import java.util.TreeMap;
            import java.util.concurrent.CopyOnWriteArrayList;
            import org.apache.camel.CamelContext;
            import org.apache.camel.Consumer;
            import org.apache.camel.Endpoint;
            import org.apache.camel.Exchange;
            import org.apache.camel.Processor;
            import org.apache.camel.Producer;
            import org.apache.camel.support.DefaultComponent;
            import org.apache.camel.support.DefaultEndpoint;
            import org.apache.camel.support.DefaultProducer;

            public final class ProbeComponent extends DefaultComponent {

                public static final List<String> SEEN = new CopyOnWriteArrayList<>();

                @Override
                protected Endpoint createEndpoint(String uri, String rest, Map<String, Object> parameters) {
                    return new DefaultEndpoint(uri, this) {
                        @Override
                        public Producer createProducer() {
                            return new DefaultProducer(this) {
                                @Override
                                public void process(Exchange exchange) {
                                    look(exchange);
                                }
                            };
                        }

                        @Override
                        public Consumer createConsumer(Processor processor) {
                            throw new UnsupportedOperationException();
                        }
                    };
                }

                private void look(Exchange exchange) {
                    CamelContext camel = getCamelContext();
                    SEEN.add("context " + camel.getName());
                    camel.getRoutes().forEach(route -> SEEN.add("route " + route.getId()));
                    camel.getEndpoints().forEach(endpoint -> SEEN.add("endpoint " + endpoint));
                    camel.getRegistry().findByType(Object.class).forEach(bean -> SEEN.add("bean " + bean.getClass()));
                    SEEN.add("global " + camel.getGlobalOptions());
                    SEEN.add("properties " + camel.getPropertiesComponent().loadProperties());
                    SEEN.add("exchange " + exchange.getMessage().getHeaders() + exchange.getVariables()
                            + exchange.getAllProperties() + exchange.getMessage().getBody(String.class));
                    for (String way : List.of("direct:ask.prod", "direct:call.prod", "broker:queue:x", "bean:vault", "ref:x")) {
                        try {
                            camel.createProducerTemplate().sendBody(way + "?timeout=1", "x");
                            SEEN.add("reached " + way);
                        } catch (Exception e) {
                            SEEN.add("closed " + way);
                        }
                    }
                    for (String name : List.of("{{passcourier.intake-queue}}", "{{env:PATH}}", "{{sys:user.home}}")) {
                        try {
                            SEEN.add("reached " + name + camel.resolvePropertyPlaceholders(name));
                        } catch (Exception e) {
                            SEEN.add("closed " + name);
                        }
                    }
                }
            }
            """;

    @TempDir
    static Path temporary;

    private static final Map<String, String> STORED = new ConcurrentHashMap<>();
    private static final List<String> LINES = new ArrayList<>();
    private static final Map<String, String> LOGINS = new ConcurrentHashMap<>();
    private static Path home;
    private static HttpServer server;
    private static ServerSocket collector;
    private static ClassLoader before;
    private static URLClassLoader extended;
    private static List<URL> components;
    private static PasscourierService service;

    @BeforeAll
    static void start() throws Exception {
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
            LOGINS.put("basic", String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            STORED.put(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath(), body);
            exchange.sendResponseHeaders(201, -1);
            exchange.close();
        });
        server.start();
        collector = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        collector.setSoTimeout(120_000);
        layOut();
        components = List.of(line(), probe());
        extended = with(nimbus());
        Thread.currentThread().setContextClassLoader(extended);
        StartCheck.Result check = StartCheck.of(home, home.resolve("config/passcourier.yaml"), Clock.systemUTC());
        assertThat(check.findings())
                .filteredOn(finding -> finding.level() == Finding.Level.ERROR)
                .isEmpty();
        service = PasscourierService.start(home, check, Clock.systemUTC());
        Files.writeString(home.resolve("exchange/in/INC-7.txt"), "web-1");
        try (Socket sender = collector.accept()) {
            LINES.add(new String(sender.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
        Whole.patiently().until(() -> !STORED.isEmpty());
        Whole.patiently().until(() -> Whole.records(home).stream()
                .anyMatch(record -> record.event().toString().contains("ROUTE_DONE")));
    }

    @AfterAll
    static void stop() throws Exception {
        service.close();
        Thread.currentThread().setContextClassLoader(before);
        extended.close();
        collector.close();
        server.stop(0);
    }

    @Test
    void theExamplesOfThePageWorkTogether() throws Exception {
        assertThat(STORED).hasSize(1).allSatisfy((name, body) -> {
            assertThat(name).startsWith("PUT /passwords/INC-7-web-1_web-1_dlv_").endsWith(".jwe");
            assertThat(body).startsWith("eyJ").doesNotContain(PASSWORD);
            assertThat(body.split("\\.", -1)).hasSize(5);
        });
        assertThat(LINES)
                .singleElement()
                .asString()
                .startsWith("eyJ")
                .endsWith("\n")
                .doesNotContain(PASSWORD);
        assertThat(LOGINS.get("basic"))
                .isEqualTo("Basic "
                        + Base64.getEncoder()
                                .encodeToString("passcourier:store-secret".getBytes(StandardCharsets.UTF_8)));
        assertThat(Whole.records(home))
                .anySatisfy(record -> assertThat(record.event().toString()).contains("LOCAL", "local:inventory"));
        Whole.patiently().until(() -> Files.exists(home.resolve("exchange/in/.camel/INC-7.txt")));
    }

    /** By what Camel offers it; what else code in our process can do, the page says. */
    @Test
    void aComponentInAJarFindsNothingOfTheServiceInItsCamel() throws Exception {
        List<?> seen = (List<?>) extended.loadClass("com.example.probe.ProbeComponent")
                .getField("SEEN")
                .get(null);

        assertThat(seen.toString())
                .contains("context passcourier-local", "exchange {", "eyJ", "kind=RESULT")
                .contains("closed direct:ask.prod", "closed direct:call.prod", "closed broker:queue:x")
                .contains("closed bean:vault", "closed ref:x", "closed {{env:PATH}}", "closed {{sys:user.home}}")
                .doesNotContain("reached ", PASSWORD, "nimbus-token", "dev.passcourier.");
        assertThat(seen.stream().map(Object::toString).filter(line -> line.startsWith("route ")))
                .containsOnly("route inventory", "route store", "route collector", "route passcourier-request");
    }

    /** The section local too. */
    @Test
    void aReloadIsRefusedWhileARouteOrAJarIsAnotherThanAtTheStart() throws Exception {
        Path settings = home.resolve("config/passcourier.yaml");
        String begun = Files.readString(settings);
        put(
                "routes/local/more.camel.yaml",
                example("routes/local/store.camel.yaml").replace("store\n", "more\n"));
        Path jar = Files.copy(home.resolve("lib/ext/LineComponent.jar"), home.resolve("kept.jar"));
        Files.delete(home.resolve("lib/ext/LineComponent.jar"));
        put(
                "config/passcourier.yaml",
                begun.replace("components: [probe, file,", "components: [ftp, probe, file,")
                        .replace(
                                "destinations:\n",
                                "destinations:\n  more: {type: route, seal: operations, uri: \"direct:more\"}\n"));
        try {
            for (boolean dryRun : List.of(true, false)) {
                ReloadAnswer answer = reload(dryRun);
                assertThat(answer.refused())
                        .as("%s", answer.findings())
                        .containsExactly(
                                "lib/ext/LineComponent.jar needs a restart",
                                "routes/local/more.camel.yaml needs a restart",
                                "local.components needs a restart");
                assertThat(answer.applied()).isFalse();
            }
        } finally {
            Files.delete(home.resolve("routes/local/more.camel.yaml"));
            Files.move(jar, home.resolve("lib/ext/LineComponent.jar"));
            put("config/passcourier.yaml", begun);
        }
        assertThat(reload(true).refused()).isEmpty();
    }

    /** ShippedFolderIT runs it. */
    @Test
    void theContractOfThePageCompiles() throws IOException {
        for (String name : List.of("NimbusProvider", "NimbusCloud", "NimbusContractTest")) {
            put("contract/com/example/nimbus/" + name + ".java", example("com/example/nimbus/" + name + ".java"));
        }
        Path sources = home.resolve("contract");

        compile(sources, "-sourcepath", sources.toString(), sources + "/com/example/nimbus/NimbusContractTest.java");

        assertThat(sources.resolve("com/example/nimbus/NimbusCloud.class")).exists();
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of(
                        "nimbus.schema.json",
                        "\"type\": \"object\",",
                        "\"type\" \"object\",",
                        "nimbus.schema.json beside com.example.nimbus.NimbusProvider:2:"),
                Arguments.of(
                        "nimbus.schema.json",
                        "(?s).*",
                        "[]",
                        "nimbus.schema.json beside com.example.nimbus.NimbusProvider is no JSON object"),
                Arguments.of(
                        "nimbus.camel.yaml",
                        "parameters: \\[",
                        "parameters: [[",
                        "com/example/nimbus/nimbus.camel.yaml:"),
                Arguments.of(
                        "nimbus.camel.yaml",
                        "setVariable",
                        "setVarible",
                        "com/example/nimbus/nimbus.camel.yaml:11:13 "),
                Arguments.of("nimbus.camel.yaml", "id: provider-nimbus", "id: provider-nimbs", "provider-nimbus"),
                Arguments.of(
                        "NimbusProvider.java",
                        "return \"nimbus\";",
                        "return \"nim/bus\";",
                        "Broken.jar: the provider com.example.nimbus.NimbusProvider calls itself 'nim/bus'"),
                Arguments.of(
                        "NimbusProvider.java",
                        "return \"nimbus\";",
                        "return \"nimbs\";",
                        "Broken.jar: the provider com.example.nimbus.NimbusProvider has no com/example/nimbus/nimbs.schema.json"),
                Arguments.of(
                        "NimbusProvider.java",
                        "return \"nimbus\";",
                        "throw new IllegalStateException();",
                        "Broken.jar: the provider com.example.nimbus.NimbusProvider cannot be made: java.lang.IllegalStateException"));
    }

    @ParameterizedTest
    @MethodSource
    void mistakes(String part, String right, String wrong, String says) throws Exception {
        String inFolder = "com/example/nimbus/" + part;
        Map<String, String> parts = nimbusParts();
        String source = example("com/example/nimbus/NimbusProvider.java");
        if (part.endsWith(".java")) {
            source = source.replaceFirst(right, wrong);
        } else {
            parts.put(inFolder, parts.get(inFolder).replaceFirst(right, wrong));
        }
        Path broken = Path.of(jar("com/example/nimbus/NimbusProvider.java", "Broken", source, parts)
                .toURI());
        Path elsewhere = Files.move(broken, home.resolve("Broken.jar"), StandardCopyOption.REPLACE_EXISTING);
        try (URLClassLoader with = with(elsewhere.toUri().toURL())) {
            Thread.currentThread().setContextClassLoader(with);
            assertThat(StartCheck.of(home, home.resolve("config/passcourier.yaml"), Clock.systemUTC())
                            .findings())
                    .filteredOn(finding -> finding.level() == Finding.Level.ERROR)
                    .first()
                    .asString()
                    .contains(says);
        } finally {
            Thread.currentThread().setContextClassLoader(extended);
        }
    }

    private static ReloadAnswer reload(boolean dryRun) throws Exception {
        return ControlClient.of(home.resolve("data"), Clock.systemUTC())
                .order(ReloadOrder.NAME, new ReloadOrder(dryRun), ReloadAnswer.class, Duration.ofMinutes(5));
    }

    private static void layOut() throws IOException {
        copy(Path.of("routes"), home.resolve("routes"));
        put("config/application.properties", Files.readString(Path.of("config/application.properties")));
        put(
                "config/passcourier.yaml",
                example("config/passcourier.yaml").replace("components: [file,", "components: [probe, file,"));
        put("routes/local/inventory.camel.yaml", example("routes/local/inventory.camel.yaml"));
        put("routes/local/store.camel.yaml", example("routes/local/store.camel.yaml"));
        put(
                "routes/local/collector.camel.yaml",
                example("routes/local/collector.camel.yaml")
                        .replace("      steps:\n", "      steps:\n        - to: probe:all\n"));
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
    private static String example(String file) throws IOException {
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

    private static URL nimbus() throws IOException {
        String source = "com/example/nimbus/NimbusProvider.java";
        return jar(source, "NimbusProvider", example(source), nimbusParts());
    }

    private static Map<String, String> nimbusParts() throws IOException {
        Map<String, String> parts = new TreeMap<>();
        for (String part : List.of("com/example/nimbus/nimbus.schema.json", "com/example/nimbus/nimbus.camel.yaml")) {
            parts.put(part, example(part));
        }
        parts.put("META-INF/services/dev.passcourier.provider.ProviderType", "com.example.nimbus.NimbusProvider\n");
        return parts;
    }

    private static URLClassLoader with(URL provider) {
        return new URLClassLoader(new URL[] {provider, components.get(0), components.get(1)}, before);
    }

    private static URL line() throws IOException {
        String service = "META-INF/services/org/apache/camel/component/line";
        String source = "com/example/line/LineComponent.java";
        return jar(source, "LineComponent", example(source), Map.of(service, example(service)));
    }

    private static URL probe() throws IOException {
        return jar(
                "com/example/probe/ProbeComponent.java",
                "ProbeComponent",
                PROBE,
                Map.of(
                        "META-INF/services/org/apache/camel/component/probe",
                        "class=com.example.probe.ProbeComponent\n"));
    }

    private static void compile(Path into, String... arguments) {
        List<String> all = new ArrayList<>(
                List.of("-proc:none", "-cp", System.getProperty("java.class.path"), "-d", into.toString()));
        all.addAll(List.of(arguments));
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, all.toArray(String[]::new)))
                .isZero();
    }

    private static URL jar(String source, String name, String text, Map<String, String> resources) throws IOException {
        Path classes = Files.createDirectories(home.resolve("classes/" + name));
        compile(classes, put("source/" + source, text).toString());
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

    private static Path put(String name, String content) throws IOException {
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
