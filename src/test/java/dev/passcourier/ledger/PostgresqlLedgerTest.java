package dev.passcourier.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.request.Verdict;
import dev.passcourier.secrecy.CapturedOutput;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

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

    /** Two nodes that hold what the other one needs: the one that waited first is given up. */
    @Test
    void isInNoTroubleWhenTheDatabaseGivesItUpForAnotherNode() throws Exception {
        story.asked("r0", "ID:0").asked("r1", "ID:1").asked("r2", "ID:2");
        caughtUp();
        try (Connection first = server.getPostgresDatabase().getConnection();
                Connection other = server.getPostgresDatabase().getConnection();
                CapturedOutput said = new CapturedOutput()) {
            hold(first, "r0");
            hold(other, "r2");
            story.allowed("r0", "mail");
            awaitSomebodyBehind(first);
            story.allowed("r1", "mail").allowed("r2", "mail");
            first.commit();
            awaitSomebodyBehind(other);
            hold(other, "r1");
            other.commit();
            caughtUp();
            assertThat(said.log()).doesNotContain("trying again");
        }
        assertThat(ledger.requests(List.of("r2")).get(0).state()).isEqualTo(RequestState.ALLOWED);
    }

    private static void hold(Connection node, String request) throws SQLException {
        node.setAutoCommit(false);
        try (Statement statement = node.createStatement()) {
            statement.execute("set deadlock_timeout = '60s'");
            statement.execute("update request set id = id where id = '" + request + "'");
        }
    }

    private static void awaitSomebodyBehind(Connection node) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    try (Connection connection = server.getPostgresDatabase().getConnection();
                            Statement statement = connection.createStatement();
                            ResultSet rows = statement.executeQuery("select count(*) from pg_stat_activity where "
                                    + node.unwrap(PGConnection.class).getBackendPID()
                                    + " = any(pg_blocking_pids(pid))")) {
                        rows.next();
                        return rows.getInt(1) == 1;
                    }
                });
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

    /** PostgreSQL asks for it when a connection is made; later ones are made whenever the pool will. */
    @Test
    void aPasswordThatIsChangedThereAndInItsFileCountsWithoutARestart() throws Exception {
        Path file = Files.writeString(directory.resolve("courier.password"), "before");
        execute("create role courier login superuser password 'before'");
        demandPasswordOf("courier");
        String url = url().replaceFirst("[?&]user=[^&]*", "");
        try (LedgerDatabase database = LedgerDatabase.postgresql(url, "courier", () -> Files.readAllBytes(file))) {
            String before = session(database);
            execute("alter role courier password 'after'");
            assertThat(session(database)).as("while its connections last").isEqualTo(before);
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> LedgerDatabase.version(url, "courier", Files.readAllBytes(file)));

            Files.writeString(file, "after");
            database.renew();
            assertThat(session(database)).startsWith("courier").isNotEqualTo(before);
        }
    }

    private static String session(LedgerDatabase database) throws SQLException {
        return database.inTransaction(
                sql -> sql.first("select current_user || pg_backend_pid()", row -> row.getString(1))
                        .orElseThrow());
    }

    private static void demandPasswordOf(String role) throws Exception {
        Path rules;
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show hba_file")) {
            row.next();
            rules = Path.of(row.getString(1));
        }
        Files.writeString(rules, "host all " + role + " all scram-sha-256\n" + Files.readString(rules));
        execute("select pg_reload_conf()");
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            try {
                LedgerDatabase.version(server.getJdbcUrl(role, "postgres"), role, null);
                return false;
            } catch (SQLException refused) {
                return true;
            }
        });
    }

    /** As of releases before these indices were there; building them may take longer than a statement may otherwise. */
    @Test
    void bringsAnOldLedgerUpToDateHoweverLongThatTakes() throws Exception {
        story.asked("r1", "ID:1");
        caughtUp();
        ledger.close();
        asOfAnEarlierRelease();
        try (Connection busy = server.getPostgresDatabase().getConnection();
                Statement statement = busy.createStatement()) {
            busy.setAutoCommit(false);
            statement.execute("lock table request in share update exclusive mode");
            CompletableFuture<Void> done = CompletableFuture.runAsync(() -> sleepAndCommit(busy, statement));
            ledger = Ledger.follow(trail, LedgerDatabase.postgresql(url(), "postgres", null, 1));
            done.join();
        }

        assertThat(indices()).contains("request_by_end", "delivery_by_end", "batch_line_by_verdict");
        assertThat(ledger.status().request("r1")).isPresent();
    }

    @Test
    void nodesThatAreUpgradedAtOnceAllStart() throws Exception {
        ledger.close();
        forget();
        CyclicBarrier together = new CyclicBarrier(4);
        List<CompletableFuture<Void>> starts = new ArrayList<>();
        ExecutorService nodes = Executors.newFixedThreadPool(4);
        try {
            for (int node = 0; node < 4; node++) {
                starts.add(CompletableFuture.runAsync(
                        () -> {
                            try {
                                together.await();
                                database().close();
                            } catch (Exception e) {
                                throw new CompletionException(e);
                            }
                        },
                        nodes));
            }
            assertThat(CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new)))
                    .succeedsWithin(Duration.ofSeconds(60));
        } finally {
            nodes.shutdown();
        }
        ledger = Ledger.follow(trail, database());
    }

    @Test
    void whatHasBeenBuiltStaysBuiltWhenALaterIndexFails() throws Exception {
        ledger.close();
        asOfAnEarlierRelease();
        execute("drop index batch_by_name", "alter table batch rename column name to title");
        assertThatExceptionOfType(SQLException.class).isThrownBy(this::database);

        assertThat(indices()).contains("request_by_end", "delivery_by_end").doesNotContain("batch_by_name");

        execute("alter table batch rename column title to name");
        ledger = Ledger.follow(trail, database());
        assertThat(indices()).contains("batch_by_name", "batch_line_by_verdict");
    }

    @Test
    void aReaderChangesNothing() throws Exception {
        story.asked("r1", "ID:1");
        caughtUp();
        execute("drop index request_by_end");
        try (LedgerDatabase reader = LedgerDatabase.postgresqlReadOnly(url(), "postgres", null)) {
            assertThat(new LedgerStatus(reader).request("r1")).isPresent();
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> reader.inTransaction(sql -> sql.update("delete from request")))
                    .satisfies(refused -> assertThat(refused.getSQLState()).isEqualTo("25006"));
        }
        assertThat(indices()).doesNotContain("request_by_end");
    }

    @Test
    void aReaderRefusesTablesOfAnEarlierRelease() throws Exception {
        execute("alter table request drop column next_at");
        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> LedgerDatabase.postgresqlReadOnly(url(), "postgres", null))
                .withMessage("LEDGER_SCHEMA_OLD")
                .matches(e -> !e.isOfNewerRelease());
    }

    @Test
    void tablesOfANewerReleaseAreRefusedByNameAndLeftAsTheyAre() throws Exception {
        execute("insert into ledger_schema values (1000)", "drop index request_by_end");
        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> LedgerDatabase.postgresqlReadOnly(url(), "postgres", null))
                .matches(LedgerException::isOfNewerRelease);
        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(this::database)
                .matches(LedgerException::isOfNewerRelease);
        assertThat(indices()).doesNotContain("request_by_end");
    }

    private static void asOfAnEarlierRelease() throws SQLException {
        execute(
                "drop index request_by_end, request_by_batch, delivery_by_end, batch_line_by_verdict",
                "alter table request drop column next_at",
                "alter table delivery drop column next_at");
    }

    private static void sleepAndCommit(Connection busy, Statement statement) {
        try {
            statement.execute("select pg_sleep(2.5)");
            busy.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void execute(String... statements) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    private static List<String> indices() throws SQLException {
        List<String> names = new ArrayList<>();
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("select indexname from pg_indexes where schemaname = 'public'")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    private static String url() {
        return server.getJdbcUrl("postgres", "postgres");
    }

    @Override
    LedgerDatabase database() throws SQLException {
        return LedgerDatabase.postgresql(url(), "postgres", null);
    }

    @Override
    void forget() throws SQLException {
        execute("drop schema public cascade; create schema public");
    }
}
