package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.backup.BackupFile;
import dev.passcourier.backup.Manifest;
import dev.passcourier.cli.StartFailure;
import dev.passcourier.control.ControlClient;
import dev.passcourier.control.ControlJson;
import dev.passcourier.control.ControlServer;
import dev.passcourier.control.Orders;
import dev.passcourier.files.DurableFile;
import dev.passcourier.intake.DropDirectory;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.vault.ServiceKeys;
import dev.passcourier.vault.Vault;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is kept, or said to another process, in a form of which a later release may have another: of that release it is
 * refused by name. The operating page lists all of them, each under the name that it has here.
 */
class FormatsTest {

    private static final Clock CLOCK = Clock.systemUTC();

    /** Needs a broker: {@code EmbeddedBrokerTest} tests it. */
    private static final String MESSAGES = "messages in our own queues";

    @TempDir
    private Path scratch;

    /** Reads what a later release has written, in an empty directory, and answers what is said. */
    private interface Reading {
        String of(Path directory) throws Exception;
    }

    private static final Map<String, Reading> READINGS = readings();

    private static Map<String, Reading> readings() {
        Map<String, Reading> readings = new TreeMap<>();
        readings.put("data directory", FormatsTest::data);
        readings.put("audit trail", FormatsTest::trail);
        readings.put("ledger's tables", FormatsTest::ledger);
        readings.put("results under the service's own seal", FormatsTest::atRest);
        readings.put("files in hand of the drop directory", FormatsTest::fileInHand);
        readings.put(
                "backup",
                directory ->
                        backup(directory, "{\"format\":2,\"backup\":\"bkp_1\",\"product\":\"9.9\",\"later\":true}"));
        readings.put("data in a backup", directory -> {
            Manifest later =
                    new Manifest(1, "bkp_1", "9.9", Instant.EPOCH, 99, "", 0, "", "", true, true, true, List.of());
            return backup(directory, new String(ControlJson.bytes(later), StandardCharsets.UTF_8));
        });
        readings.put("orders to a running service", FormatsTest::order);
        readings.put("answers of a running service", FormatsTest::answer);
        return readings;
    }

    private static List<String> names() {
        return List.copyOf(READINGS.keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void ofALaterReleaseIsRefusedByName(String name) throws Exception {
        assertThat(READINGS.get(name).of(scratch))
                .startsWith(onThePage().get(name))
                .satisfies(said -> assertThat(said.lines()).hasSize(1));
    }

    @Test
    void areAllOnThePage() throws Exception {
        TreeSet<String> all = new TreeSet<>(names());
        all.add(MESSAGES);
        assertThat(onThePage().keySet()).isEqualTo(all);
        assertThat(onThePage()).containsEntry(MESSAGES, "DATA_NEWER");
    }

    /** The codes of the page's table. */
    private static Map<String, String> onThePage() throws Exception {
        String page = Files.readString(Path.of("config/OPERATING.md"));
        int from = page.indexOf("| form of | where its version is |");
        String table = page.substring(from, page.indexOf("\n\n", from));
        Map<String, String> codes = new TreeMap<>();
        for (MatchResult row : Pattern.compile("(?m)^\\| ([^|]+) \\|[^|]+\\| `([A-Z_]+)`")
                .matcher(table)
                .results()
                .toList()) {
            codes.put(row.group(1), row.group(2));
        }
        return codes;
    }

    private static String data(Path directory) throws Exception {
        Path data = directory.resolve("data");
        DataDirectory.open(data).close();
        Files.writeString(data.resolve("format"), "{\"format\":99,\"writtenBy\":\"9.9\"}");
        return refused(() -> DataDirectory.open(data).close());
    }

    private static String trail(Path directory) throws Exception {
        String record = "{\"seq\":1,\"time\":\"2026-01-01T00:00:00Z\",\"type\":\"LATER\",\"facts\":{},\"prev\":\""
                + "0".repeat(64) + "\"";
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(record.getBytes(StandardCharsets.US_ASCII));
        Files.writeString(
                directory.resolve("audit-000000000000001.jsonl"),
                record + ",\"hash\":\"" + HexFormat.of().formatHex(hash) + "\"}\n");
        return refused(() -> FileAuditTrail.open(directory, CLOCK).close());
    }

    private static String ledger(Path directory) throws Exception {
        Path ledger = directory.resolve("ledger");
        LedgerDatabase.h2(ledger).close();
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:h2:" + ledger.resolve("ledger") + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE",
                        "ledger",
                        "");
                Statement statement = connection.createStatement()) {
            statement.execute("insert into ledger_schema values (99)");
        }
        return refused(() -> LedgerDatabase.h2(ledger).close());
    }

    private static String atRest(Path directory) throws Exception {
        ServiceKeys keys = ServiceKeys.loadOrCreate(directory.resolve("signing.jwk"), directory.resolve("at-rest.key"));
        byte[] sealed = new byte[100];
        sealed[0] = 2;
        return String.valueOf(catchThrowable(
                        () -> new Vault(keys, CLOCK).openAtRest(sealed, "dlv_1").close())
                .getMessage());
    }

    private static String fileInHand(Path directory) throws Exception {
        Path drop = Files.createDirectory(directory.resolve("drop"), DurableFile.ownerOnlyDirectory(directory));
        DropDirectory.open(drop, List.of(), CLOCK);
        Files.writeString(drop.resolve("work/.4711.taken.json"), "{\"version\":2,\"parts\":[]}");
        return refused(() -> DropDirectory.open(drop, List.of(), CLOCK));
    }

    private static String backup(Path directory, String manifest) throws Exception {
        Path file = directory.resolve("backup.zip");
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String name : List.of("manifest.json", "manifest.jws")) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(manifest.getBytes(StandardCharsets.UTF_8));
            }
        }
        return String.valueOf(catchThrowable(() -> new BackupFile(file, null, List.of(), CLOCK).verify())
                .getMessage());
    }

    private static String order(Path directory) throws Exception {
        try (AutoCloseable server = ControlServer.listen(directory, new Orders(), CLOCK);
                SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(directory.resolve(ControlServer.SOCKET)));
            client.write(ByteBuffer.wrap(bytes("{\"version\":2,\"order\":\"backup\",\"later\":1}\n")));
            String reply = new String(Channels.newInputStream(client).readAllBytes(), StandardCharsets.UTF_8).strip();
            assertThat(reply).contains("\"reason\":\"REFUSED\"");
            return reply.replaceAll(".*\"says\":\"([^\"]+)\".*", "$1");
        }
    }

    /** What an order is about: nothing. */
    record Nothing() {}

    private static String answer(Path directory) throws Exception {
        try (ServerSocketChannel later = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            later.bind(UnixDomainSocketAddress.of(directory.resolve(ControlServer.SOCKET)));
            CompletableFuture<Void> answers = CompletableFuture.runAsync(() -> {
                try (SocketChannel client = later.accept()) {
                    client.read(ByteBuffer.allocate(4096));
                    client.write(ByteBuffer.wrap(bytes("{\"version\":2,\"later\":1}\n")));
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            Throwable refused = catchThrowable(() -> ControlClient.of(directory, CLOCK)
                    .order("backup", new Nothing(), Nothing.class, Duration.ofMinutes(1)));
            answers.join();
            return String.valueOf(refused.getMessage());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private interface Act {
        void run() throws Exception;
    }

    /** As the start says it. */
    private static String refused(Act act) {
        return StartFailure.text(catchThrowable(act::run));
    }
}
