package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.FileAuditTrail;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerCommandTest {

    @TempDir
    Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeSettingsAndTrail() throws Exception {
        Files.createDirectory(home.resolve("config"));
        Files.writeString(home.resolve("config/passcourier.yaml"), "{}\n");
        Files.createDirectory(
                data(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        append("r1");
    }

    @Test
    void makesTheLedgerAndFindsItRight() {
        assertThat(run("rebuild")).isZero();
        assertThat(out.toString().lines()).containsExactly("RECORDS  REQUESTS  DELIVERIES", "1        1         0");
        assertThat(run("check")).isZero();
        assertThat(err.toString()).contains("1 records compared: no differences");
    }

    @Test
    void answersOneAndNamesWhatDiffers() throws Exception {
        run("rebuild");
        String url = "jdbc:h2:" + data().resolve("ledger/ledger") + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE";
        try (Connection connection = DriverManager.getConnection(url, "ledger", "");
                Statement statement = connection.createStatement()) {
            statement.execute("update request set attempts = 7");
        }
        assertThat(run("check")).isOne();
        assertThat(out.toString()).containsPattern("request +r1 +DIFFERENT +attempts");
        assertThat(err.toString()).contains("1 rows differ");
    }

    @Test
    void answersOneAndNamesAnOpenRequestThatIsInNoQueue() throws Exception {
        append(AuditEvent.Type.ASKED, Map.of(Fact.REQUEST, "r2", Fact.SOURCE, "JMS", Fact.REFERENCE, "ID:1"));
        run("rebuild");
        assertThat(run("check")).isOne();
        assertThat(out.toString()).containsPattern("queues +r2 +LOST");
        assertThat(err.toString()).contains("no differences", "1 open requests are in no queue");
    }

    @Test
    void answersTwoIfTheLedgerFollowsAnotherTrail() throws Exception {
        run("rebuild");
        Files.delete(data().resolve("audit/audit-000000000000001.jsonl"));
        append("r2");
        assertThat(run("rebuild")).isEqualTo(2);
        assertThat(err.toString()).contains("the ledger follows audit trails of other nodes too");
    }

    @Test
    void answersTwoWhileTheServiceRuns() throws Exception {
        try (FileChannel channel =
                        FileChannel.open(data().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertThat(run("rebuild")).isEqualTo(2);
            assertThat(run("check")).isEqualTo(2);
        }
        assertThat(err.toString()).contains("is in use by another process");
        assertThat(data().resolve("ledger")).doesNotExist();
    }

    @Test
    void answersTwoForADamagedTrail() throws Exception {
        Path file = data().resolve("audit/audit-000000000000001.jsonl");
        Files.writeString(file, Files.readString(file).replace("r1", "x1"));
        assertThat(run("rebuild")).isEqualTo(2);
        assertThat(err.toString()).contains("audit-000000000000001.jsonl:1 EDITED");
        assertThat(data().resolve("ledger")).doesNotExist();
        assertThat(data().resolve("ledger.rebuild")).doesNotExist();
    }

    @Test
    void answersTwoWithoutSettingsOrTrails() throws Exception {
        assertThat(run("check", "--trail", "nowhere")).isEqualTo(2);
        assertThat(err.toString()).contains("nowhere: there is no audit trail");
        Files.delete(data().resolve("audit/audit-000000000000001.jsonl"));
        Files.delete(data().resolve("audit/lock"));
        Files.delete(data().resolve("audit"));
        assertThat(run("rebuild")).isEqualTo(2);
        assertThat(err.toString()).contains("audit: there is no audit trail");
        Files.delete(home.resolve("config/passcourier.yaml"));
        assertThat(run("rebuild")).isEqualTo(2);
    }

    private void append(String request) throws Exception {
        append(AuditEvent.Type.ENDED, Map.of(Fact.REQUEST, request));
    }

    private void append(AuditEvent.Type type, Map<Fact, String> facts) throws Exception {
        try (FileAuditTrail trail = FileAuditTrail.open(data().resolve("audit"), Clock.systemUTC())) {
            trail.append(new AuditEvent(type, Instant.EPOCH, facts));
        }
    }

    private Path data() {
        return home.resolve("data");
    }

    private int run(String command, String... more) {
        String[] words = Stream.concat(
                        Stream.of(
                                "ledger",
                                command,
                                "--config",
                                home.resolve("config").toString()),
                        Stream.of(more))
                .toArray(String[]::new);
        return Passcourier.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(words);
    }
}
