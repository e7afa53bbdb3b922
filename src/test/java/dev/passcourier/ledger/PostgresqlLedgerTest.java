package dev.passcourier.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.request.Verdict;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresqlLedgerTest extends LedgerContract {

    private static EmbeddedPostgres server;

    @BeforeAll
    static void startServer() throws IOException {
        server = EmbeddedPostgres.start();
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
    }

    @Override
    @BeforeEach
    void begin() throws Exception {
        forget();
        super.begin();
    }

    @Test
    void servesSeveralNodesWithATrailEach() throws Exception {
        try (FileAuditTrail otherTrail = FileAuditTrail.open(directory.resolve("other"), Clock.systemUTC());
                Ledger otherLedger = Ledger.follow(otherTrail, database())) {
            Story other = new Story(otherTrail);
            story.asked("r1", "ID:1").allowed("r1", "mail");
            caughtUp();
            other.asked("r1", "ID:2").fetching("r1", 1).opened("r1", "fp").sealed("r1", "mail");
            other.delivered("r1", "mail", 1);
            otherLedger.awaitApplied(other.last());
            assertThat(ledger.request("r1")).hasValueSatisfying(known -> {
                assertThat(known.reference()).isEqualTo("ID:1");
                assertThat(known.verdict()).isEqualTo(Verdict.DELIVERED);
            });
        }
    }

    @Test
    void refusesAUrlThatIsNotPostgresql() {
        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> LedgerDatabase.postgresql("jdbc:h2:mem:x;INIT=RUNSCRIPT FROM 'x'", null, null))
                .withMessage("LEDGER_URL");
    }

    @Test
    void signsInUnderANameBeyondAscii() throws Exception {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create role \"k\u00FCche-\uBE44\uBC00\" login");
        }

        String url = server.getJdbcUrl("postgres", "postgres").replaceFirst("[?&]user=[^&]*", "");
        assertThat(LedgerDatabase.version(url, "k\u00FCche-\uBE44\uBC00", null)).isNotBlank();
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> LedgerDatabase.version(url, "k?che-??", null));
    }

    @Override
    LedgerDatabase database() throws SQLException {
        return LedgerDatabase.postgresql(server.getJdbcUrl("postgres", "postgres"), "postgres", null);
    }

    @Override
    void forget() throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop schema public cascade; create schema public");
        }
    }
}
