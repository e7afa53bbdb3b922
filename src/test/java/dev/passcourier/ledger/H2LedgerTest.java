package dev.passcourier.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.request.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class H2LedgerTest extends LedgerContract {

    @Override
    LedgerDatabase database() throws IOException, SQLException {
        return LedgerDatabase.h2(directory.resolve("ledger"));
    }

    @Test
    void beginsAnewWhenItsFileCannotBeRead() throws Exception {
        story.asked("r1", "ID:1");
        caughtUp();
        ledger.close();
        Path file = directory.resolve("ledger/ledger.mv.db");
        Files.write(file, new byte[(int) Files.size(file)]);
        ledger = Ledger.follow(trail, database());
        caughtUp();
        assertThat(ledger.request("r1")).isPresent();
        assertThat(directory.resolve("ledger/ledger.mv.db.unreadable")).exists();
    }

    /** A row that somebody else has locked looks to us like a row that a kill has left out of its index. */
    @Test
    void beginsAnewWhenItContradictsItself() throws Exception {
        List<Verdict> told = new CopyOnWriteArrayList<>();
        ledger.onEnd(ended -> told.add(ended.verdict()));
        story.asked("r1", "ID:1").asked("r0", "ID:0").ended("r0", "DENIED", "HTTP_403");
        caughtUp();
        Path aside = directory.resolve("ledger/ledger.mv.db.unreadable");
        try (Connection other = DriverManager.getConnection(
                "jdbc:h2:async:" + directory.resolve("ledger/ledger") + ";DB_CLOSE_ON_EXIT=FALSE", "ledger", "")) {
            other.setAutoCommit(false);
            try (Statement statement = other.createStatement()) {
                statement.executeUpdate("update \"request\" set \"state\" = 'ASKED'");
            }
            story.allowed("r1", "mail");
            await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(aside));
        }
        await().atMost(Duration.ofSeconds(60))
                .ignoreException(LedgerException.class)
                .untilAsserted(() -> assertThat(ledger.requests(List.of("r1")))
                        .singleElement()
                        .extracting(RequestRow::state)
                        .isEqualTo(RequestState.ALLOWED));
        story.ended("r1", "NOT_SET", "HTTP_404");
        caughtUp();
        assertThat(told).as("what had ended before is not told again").containsExactly(Verdict.DENIED, Verdict.NOT_SET);
    }

    @Test
    void isReadWhileItIsStoppedAndStaysAsItIs() throws Exception {
        story.asked("r1", "ID:1");
        caughtUp();
        ledger.close();
        Path file = directory.resolve("ledger/ledger.mv.db");
        byte[] before = Files.readAllBytes(file);
        try (LedgerStatus status = LedgerStatus.readOnly(directory.resolve("ledger"))) {
            assertThat(status.request("r1")).isPresent();
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> LedgerStatus.readOnly(directory.resolve("none")));
        assertThat(directory.resolve("none")).doesNotExist();
        ledger = Ledger.follow(trail, database());
    }

    @Test
    void waitsForACommandThatReadsIt() throws Exception {
        caughtUp();
        ledger.close();
        ExecutorService service = Executors.newSingleThreadExecutor();
        try {
            Future<LedgerDatabase> opened;
            try (LedgerStatus reading = LedgerStatus.readOnly(directory.resolve("ledger"))) {
                opened = service.submit(this::database);
                assertThatExceptionOfType(TimeoutException.class)
                        .isThrownBy(() -> opened.get(300, TimeUnit.MILLISECONDS));
                assertThat(reading.accounts()).isEmpty();
            }
            ledger = Ledger.follow(trail, opened.get(60, TimeUnit.SECONDS));
        } finally {
            service.shutdownNow();
        }
    }

    @Test
    void keepsItsFilesToItself() throws Exception {
        assertThat(modes("ledger")).isEqualTo("rwx------");
        assertThat(modes("ledger/ledger.mv.db")).isEqualTo("rw-------");
    }

    @Test
    void stopsWhenTheTrailIsNotTheOneItFollowed() throws Exception {
        story.asked("r1", "ID:1").asked("r2", "ID:2").asked("r3", "ID:3");
        caughtUp();
        ledger.close();
        trail.close();
        Path file = directory.resolve("audit/audit-000000000000001.jsonl");
        List<String> lines = Files.readAllLines(file);
        Files.writeString(file, lines.get(0) + "\n");
        trail = FileAuditTrail.open(directory.resolve("audit"), Clock.systemUTC());
        ledger = Ledger.follow(trail, database());
        assertStops("LEDGER_AHEAD_OF_TRAIL");

        Story other = new Story(trail);
        other.asked("x2", "ID:2").asked("x3", "ID:3").asked("x4", "ID:4");
        ledger.close();
        ledger = Ledger.follow(trail, database());
        assertStops("LEDGER_OF_ANOTHER_TRAIL");
    }

    private void assertStops(String code) {
        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> ledger.awaitApplied(3))
                .withMessage(code);
        assertThat(ledger.broken()).contains(code);
    }

    private String modes(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name)));
    }

    @Override
    void forget() throws IOException {
        Files.delete(directory.resolve("ledger/ledger.mv.db"));
    }
}
