package dev.passcourier.benchmark;

import dev.passcourier.sandbox.SandboxState;
import dev.passcourier.service.PlainArtemis;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/** What the subjects of a benchmark work with: a cloud, keys, and folders for each of them. */
final class World implements AutoCloseable {

    static final int INSTANCES = 500;

    private static final FileAttribute<Set<PosixFilePermission>> OURS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final String BROKER_PASSWORD = "benchmark-broker-password";
    private static final String REQUESTER = "ticketing";
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin/java").toString();

    private final Path directory;
    private final Path shipped;
    private final List<Subject> subjects = new ArrayList<>();
    private final KeyPair keyPair;
    private final KeyPair recipient;
    private final Subject cloud;
    private final String cloudUrl;
    private int folders;

    /**
     * With a running cloud.
     *
     * @param directory of our own, deleted at the end
     * @param shipped   the folder that is shipped
     */
    World(Path directory, Path shipped) throws IOException, GeneralSecurityException, InterruptedException {
        this.directory = directory;
        this.shipped = shipped.toAbsolutePath();
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        keyPair = rsa.generateKeyPair();
        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(new ECGenParameterSpec("secp256r1"));
        recipient = ec.generateKeyPair();
        put(
                directory.resolve("key.pem"),
                pem("PRIVATE KEY", keyPair.getPrivate().getEncoded()));
        Path ciphertexts = put(directory.resolve("ciphertexts"), ciphertexts());
        Path said = Files.createFile(directory.resolve("cloud.log"));
        cloud = keep(Subject.start(
                "cloud",
                0,
                "",
                said,
                Map.of(),
                List.of(
                        JAVA,
                        "-cp",
                        System.getProperty("java.class.path"),
                        CloudStub.class.getName(),
                        ciphertexts.toString())));
        cloud.awaitSaid("port ");
        cloudUrl = "http://127.0.0.1:" + Files.readString(said).trim().split(" ")[1];
    }

    private String ciphertexts() throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, keyPair.getPublic());
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < INSTANCES; i++) {
            byte[] password = ("Benchmark-" + i + "!").getBytes(StandardCharsets.UTF_8);
            lines.append(Base64.getEncoder().encodeToString(cipher.doFinal(password)))
                    .append('\n');
        }
        return lines.toString();
    }

    Subject cloud() {
        return cloud;
    }

    /** Sets how the cloud behaves from now on; its counts begin anew. */
    void cloud(int latencyMillis, int allowedPerSecond) throws IOException, InterruptedException {
        get("/control/" + latencyMillis + "/" + allowedPerSecond);
    }

    /** Calls, throttled ones among them, and the most that came within a second. */
    int[] cloudCounts() throws IOException, InterruptedException {
        return Stream.of(get("/control").split(" ")).mapToInt(Integer::parseInt).toArray();
    }

    private String get(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(cloudUrl + path)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** Starts the hand-written program with an empty broker. */
    Subject handWritten() throws IOException {
        Path home = folder("hand-written");
        int port = SandboxState.freePorts(1);
        return keep(Subject.start(
                "hand-written",
                port,
                "",
                home.resolve("log"),
                Map.of(),
                List.of(
                        JAVA,
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HandWritten.class.getName(),
                        String.valueOf(port),
                        home.toString(),
                        cloudUrl,
                        directory.resolve("key.pem").toString())));
    }

    /**
     * How a service is set up.
     *
     * @param drop where it takes batches from, or null
     */
    record Setup(
            int accounts,
            int destinations,
            String options,
            @Nullable Path drop) {

        static final Setup USUAL = new Setup(4, 1, "-Xmx512m");

        Setup(int accounts, int destinations, String options) {
            this(accounts, destinations, options, null);
        }
    }

    /** A folder to drop batches into. */
    Path drop() throws IOException {
        return Files.createDirectories(folder("drop").resolve("drop"), OURS);
    }

    /** What is measured: the libraries that matter most, by the names of their files. */
    String versions() throws IOException {
        try (Stream<Path> jars = Files.walk(shipped.resolve("lib"))) {
            return jars.map(jar -> jar.getFileName().toString())
                    .filter(jar -> jar.matches("(passcourier|camel-core|artemis-server|h2|Amazon.*)-[0-9].*[.]jar"))
                    .map(jar -> jar.replace(".jar", ""))
                    .sorted()
                    .collect(Collectors.joining(", "));
        }
    }

    /**
     * Starts the service as it is shipped with an empty broker. Its accounts are {@code a0} and so on with 16 requests in
     * hand and 1,000 calls a second each, and {@code slow100} and {@code slow20} with as many calls a second.
     */
    Subject service(Setup setup) throws IOException {
        Path home = folder("service");
        int port = SandboxState.freePorts(1);
        return keep(Subject.start(
                "service",
                port,
                BROKER_PASSWORD,
                home.resolve("log"),
                Map.of("PASSCOURIER_OPTS", setup.options(), "JAVA_HOME", System.getProperty("java.home")),
                List.of(
                        shipped.resolve("bin/passcourier").toString(),
                        "run",
                        "--config",
                        settings(home, port, setup).toString())));
    }

    /** An external broker and a database that nodes work on together. */
    final class Backbone implements AutoCloseable {

        private final EmbeddedPostgres database;
        private final Subject broker;
        private final int port;

        private Backbone() throws IOException, InterruptedException {
            Path home = folder("broker");
            database = EmbeddedPostgres.builder()
                    .setPGStartupWait(Duration.ofMinutes(1))
                    .start();
            broker = keep(Subject.start(
                    "broker",
                    0,
                    BROKER_PASSWORD,
                    home.resolve("log"),
                    Map.of("PASSWORD", BROKER_PASSWORD),
                    List.of(
                            JAVA,
                            "-Xmx512m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            PlainBroker.class.getName(),
                            home.resolve("data").toString())));
            broker.awaitSaid("port ");
            port = Integer.parseInt(Files.readAllLines(home.resolve("log")).stream()
                    .filter(line -> line.startsWith("port "))
                    .findFirst()
                    .orElseThrow()
                    .substring("port ".length()));
        }

        /** Starts the service as it is shipped, as one more node. */
        Subject node() throws IOException {
            Path home = folder("node");
            Path config = settings(home, 0, Setup.USUAL);
            Path file = config.resolve("passcourier.yaml");
            String alone = Files.readString(file);
            put(
                    file,
                    alone.replaceFirst(
                                            "(?s)broker:.*?(?=\nkeyRings:)",
                                            "broker: {url: \"tcp://127.0.0.1:" + port + "\", user: "
                                                    + PlainArtemis.COURIER + ", password: \"{{file:broker}}\"}\n")
                                    .replace("users: [benchmark]", "users: [" + REQUESTER + "]")
                            + "ledger: {url: \"" + "jdbc:postgresql://localhost:" + database.getPort()
                            + "/postgres\", user: postgres,"
                            + " password: \"{{file:sk}}\"}\n");
            return keep(Subject.start(
                    "node",
                    0,
                    "",
                    home.resolve("log"),
                    Map.of("PASSCOURIER_OPTS", Setup.USUAL.options(), "JAVA_HOME", System.getProperty("java.home")),
                    List.of(shipped.resolve("bin/passcourier").toString(), "run", "--config", config.toString())));
        }

        /** These nodes as what loads are put on. */
        Subject behind(List<Subject> nodes) {
            return Subject.behind(broker, port, REQUESTER, nodes);
        }

        @Override
        public void close() throws IOException {
            end(broker);
            database.close();
        }
    }

    /** Starts an empty broker and an empty database. */
    Backbone backbone() throws IOException, InterruptedException {
        return new Backbone();
    }

    private Path settings(Path home, int port, Setup setup) throws IOException {
        Path config = Files.createDirectories(home.resolve("config"));
        put(home.resolve("broker"), BROKER_PASSWORD);
        put(home.resolve("sk"), "benchmark-secret-key");
        Files.copy(directory.resolve("key.pem"), home.resolve("key.pem"));
        put(
                home.resolve("recipient.pem"),
                pem("PUBLIC KEY", recipient.getPublic().getEncoded()));
        List<String> names = IntStream.range(0, setup.accounts())
                .mapToObj(number -> "a" + number)
                .toList();
        String accounts = names.stream().map(name -> account(name, 1000, 16)).collect(Collectors.joining())
                + account("slow100", 100, 32)
                + account("slow20", 20, 16);
        String destinations = IntStream.range(0, setup.destinations())
                .mapToObj(
                        number -> "  " + (number == 0 ? "out" : "out" + number) + ": {type: jms, seal: reader, queue: "
                                + (number == 0 ? Load.RESULTS : Load.RESULTS + number) + "}\n")
                .collect(Collectors.joining());
        String text = """
                broker:
                  acceptor: {host: 127.0.0.1, port: @port@}
                  users:
                    benchmark: {password: "{{file:broker}}", roles: [requester, collector]}
                keyRings:
                  all: {keys: [{path: key.pem}], accounts: [@names@]}
                accounts:
                @accounts@recipients:
                  reader: {key: recipient.pem}
                destinations:
                @destinations@@sources@policy:
                  rules:
                    - {name: dropped, sources: [file], accounts: ["*"], instances: ["i-*"], destinations: ["*"]}
                    - {name: benchmark, sources: [jms], users: [benchmark], accounts: ["*"], instances: ["i-*"], destinations: ["*"]}
                """;
        put(
                config.resolve("passcourier.yaml"),
                text.replace("@port@", String.valueOf(port))
                        .replace("@names@", String.join(", ", names) + ", slow100, slow20")
                        .replace("@accounts@", accounts)
                        .replace("@destinations@", destinations)
                        .replace(
                                "@sources@",
                                setup.drop() == null
                                        ? ""
                                        : "sources:\n  file: {directory: \"" + setup.drop() + "\"}\n"));
        return config;
    }

    private String account(String name, int rate, int concurrency) {
        return "  " + name + ": {provider: huawei-ecs, keyRing: all, rate: " + rate + ", concurrency: " + concurrency
                + ", settings: {region: r, projectId: p, endpoint: \"" + cloudUrl
                + "\", auth: {type: aksk, accessKey: AK, secretKey: \"{{file:sk}}\"}}}\n";
    }

    /** Runs a command of the shipped folder to its end. Returns the seconds it took. */
    double seconds(int expectedCode, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(shipped.resolve("bin/passcourier").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        long start = System.nanoTime();
        Process process = builder.start();
        String said;
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            said = reader.lines().collect(Collectors.joining("\n"));
        }
        int code = process.waitFor();
        double seconds = (System.nanoTime() - start) / 1e9;
        if (code != expectedCode) {
            throw new IOException(command + " ended with " + code + ":\n" + said);
        }
        return seconds;
    }

    /** A folder with settings that {@code validate} finds nothing to say against. */
    Path validSettings() throws IOException {
        return settings(folder("validate"), 0, Setup.USUAL);
    }

    /** The key with which results are opened. */
    Path recipientKey() throws IOException {
        return put(
                directory.resolve("recipient.private.pem"),
                pem("PRIVATE KEY", recipient.getPrivate().getEncoded()));
    }

    Path file(String name, String content) throws IOException {
        return put(directory.resolve(name), content);
    }

    /** Ends a subject before its time. */
    void end(Subject subject) {
        subject.close();
        subjects.remove(subject);
    }

    private Subject keep(Subject subject) {
        subjects.add(subject);
        return subject;
    }

    private Path folder(String name) throws IOException {
        Path made = Files.createDirectories(directory.resolve(name + "-" + folders++), OURS);
        Files.createFile(made.resolve("log"));
        return made;
    }

    private static Path put(Path file, String content) throws IOException {
        Files.writeString(file, content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type + "-----\n";
    }

    @Override
    public void close() throws IOException {
        List.copyOf(subjects).forEach(this::end);
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
