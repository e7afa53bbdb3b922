package dev.passcourier.ledger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import com.zaxxer.hikari.util.Credentials;
import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipInputStream;
import javax.sql.DataSource;
import org.h2.api.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the ledger's tables are. The ledger can always be made again from the audit trail, so the database needs whole
 * transactions but no sync of its own.
 */
public final class LedgerDatabase implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LedgerDatabase.class);
    private static final int CONNECTIONS = 4;
    private static final int SILENCE_SECONDS = 10;

    /** For what other nodes wait for: each statement takes milliseconds, and none is worth more of their time than this. */
    private static final String BRIEFLY = "set lock_timeout = '2s'; set statement_timeout = '5s';"
            + " set idle_in_transaction_session_timeout = '3s'; set synchronous_commit = on";

    private static final int BRIEF_CONNECTIONS = 3;
    private static final int BRIEF_SILENCE_SECONDS = 6;
    private static final String POSTGRESQL = "jdbc:postgresql:";
    /** The file of H2, in its directory. */
    public static final String H2_FILE = "ledger.mv.db";

    private static final Set<Integer> UNREADABLE = Set.of(ErrorCode.FILE_CORRUPTED_1, ErrorCode.FILE_VERSION_ERROR_1);
    private static final String H2_SETTINGS =
            ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0;QUERY_CACHE_SIZE=64";

    /**
     * What H2 says when an index names a row that is not there, as after some kills. It tries again by itself until the
     * lock's time is over; nobody else writes, so that no lock is ever waited for.
     */
    private static final Set<Integer> INCONSISTENT = Set.of(
            ErrorCode.LOCK_TIMEOUT_1,
            ErrorCode.CONCURRENT_UPDATE_1,
            ErrorCode.ROW_NOT_FOUND_IN_PRIMARY_INDEX,
            ErrorCode.ROW_NOT_FOUND_WHEN_DELETING_1,
            ErrorCode.FILE_CORRUPTED_1,
            ErrorCode.GENERAL_ERROR_1);

    /** Of the H2 file, or null for every other database. */
    private final @Nullable Path directory;

    private volatile HikariDataSource source;

    /** Reads a password. */
    @FunctionalInterface
    public interface Password {

        /**
         * As it is now.
         *
         * @return fresh bytes of UTF-8 that the caller wipes
         * @throws Exception if it cannot be read, saying why
         */
        byte[] read() throws Exception;
    }

    /** What is done before anything else. */
    @FunctionalInterface
    private interface Preparation {
        void on(DataSource source) throws SQLException;
    }

    private LedgerDatabase(HikariDataSource source, @Nullable Path directory, Preparation first) throws SQLException {
        this.source = source;
        this.directory = directory;
        try {
            first.on(source);
        } catch (SQLException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    /**
     * H2 in a directory of its own, made 0700 if it is not there. A database that cannot be read any more is put aside
     * and begun anew: the ledger is then replayed from the audit trail.
     */
    public static LedgerDatabase h2(Path directory) throws IOException, SQLException {
        if (directory.toString().indexOf(';') >= 0) {
            throw new LedgerException("LEDGER_PATH");
        }
        if (!Files.isDirectory(directory)) {
            Files.createDirectory(directory, DurableFile.ownerOnlyDirectory(directory));
        }
        try {
            return openH2(directory);
        } catch (SQLException e) {
            if (!UNREADABLE.contains(e.getErrorCode())) {
                throw e;
            }
            putAside(directory);
            return openH2(directory);
        }
    }

    /**
     * H2 in this directory as it is, to be read only: nothing of it is changed, and nothing made anew.
     *
     * @throws SQLException if there is none, another process has it open, or it is of another version
     */
    static LedgerDatabase h2ReadOnly(Path directory) throws SQLException {
        if (directory.toString().indexOf(';') >= 0) {
            throw new LedgerException("LEDGER_PATH");
        }
        HikariConfig config = h2Config("jdbc:h2:" + directory.toAbsolutePath() + "/ledger" + H2_SETTINGS
                + ";IFEXISTS=TRUE;ACCESS_MODE_DATA=r");
        config.setMaximumPoolSize(1);
        return open(config, directory, LedgerSchema::demand);
    }

    private static void putAside(Path directory) throws IOException {
        LOG.warn("The ledger cannot be read and is made anew from the audit trail");
        Path file = directory.resolve(H2_FILE);
        if (Files.exists(file)) {
            Files.move(file, file.resolveSibling(H2_FILE + ".unreadable"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** With H2's asynchronous files: an interrupted reader would close plain ones for everybody. */
    private static LedgerDatabase openH2(Path directory) throws IOException, SQLException {
        LedgerDatabase database =
                openOnceUnread("jdbc:h2:async:" + directory.toAbsolutePath() + "/ledger" + H2_SETTINGS, directory);
        try {
            keepToOurselves(directory.resolve(H2_FILE));
            return database;
        } catch (IOException e) {
            database.close();
            throw e;
        }
    }

    /** A command that reads it while no service runs has it for a moment: then it is tried again, for ten seconds. */
    private static LedgerDatabase openOnceUnread(String url, Path directory) throws SQLException {
        try {
            return open(h2Config(url), directory);
        } catch (SQLException e) {
            if (e.getErrorCode() != ErrorCode.DATABASE_ALREADY_OPEN_1) {
                throw e;
            }
            HikariConfig patient = h2Config(url);
            patient.setInitializationFailTimeout(TimeUnit.SECONDS.toMillis(SILENCE_SECONDS));
            return open(patient, directory);
        }
    }

    private static void keepToOurselves(Path file) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
    }

    /** H2 in memory, empty, gone when it is closed. */
    static LedgerDatabase memory() throws SQLException {
        return open(h2Config("jdbc:h2:mem:" + UUID.randomUUID() + H2_SETTINGS), null);
    }

    /**
     * PostgreSQL.
     *
     * @param url      {@code jdbc:postgresql:…} without a password
     * @param password read for each new connection; null for none
     */
    public static LedgerDatabase postgresql(String url, @Nullable String user, @Nullable Password password)
            throws SQLException {
        return postgresql(url, user, password, 6 * SILENCE_SECONDS);
    }

    /** The same with a time that the server may be silent in every later act. */
    static LedgerDatabase postgresql(String url, @Nullable String user, @Nullable Password password, int silenceSeconds)
            throws SQLException {
        return open(postgresqlConfig(url, user, password, silenceSeconds), null, source -> {
            List<String> missing = Sql.inTransaction(source, LedgerSchema::missing);
            if (!missing.isEmpty()) {
                LOG.info(
                        "LEDGER_INDICES {} are built once; with many requests this takes minutes, and the start waits",
                        String.join(", ", missing));
            }
            LedgerSchema.create(source, true);
        });
    }

    /**
     * PostgreSQL as it is, to be read only: nothing there is changed or locked against a service that uses it.
     *
     * @param password as for {@link #postgresql}
     * @throws LedgerException if its tables are of another release
     */
    public static LedgerDatabase postgresqlReadOnly(String url, @Nullable String user, @Nullable Password password)
            throws SQLException {
        HikariConfig config = postgresqlConfig(url, user, password, 6 * SILENCE_SECONDS);
        config.setReadOnly(true);
        config.setMaximumPoolSize(1);
        return open(config, null, LedgerSchema::demand);
    }

    /**
     * Further connections to the same PostgreSQL, for statements that other nodes wait for. The server ends the session of
     * a node that hangs amid a transaction, within seconds, and a node does not wait longer for the lock of another.
     * Whoever opens them closes them; they are opened also while the database is away.
     */
    HikariDataSource briefly() {
        HikariConfig config = postgresqlConfig(
                ((PGSimpleDataSource) source.getDataSource()).getURL(),
                source.getCredentialsProvider(),
                BRIEF_SILENCE_SECONDS);
        config.setPoolName("nodes");
        config.setMaximumPoolSize(BRIEF_CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(TimeUnit.SECONDS.toMillis(BRIEF_SILENCE_SECONDS));
        config.setInitializationFailTimeout(-1);
        config.setConnectionInitSql(BRIEFLY);
        return new HikariDataSource(config);
    }

    private static HikariConfig postgresqlConfig(
            String url, @Nullable String user, @Nullable Password password, int silenceSeconds) {
        if (!url.startsWith(POSTGRESQL)) {
            throw new LedgerException("LEDGER_URL");
        }
        return postgresqlConfig(
                url,
                () -> {
                    try {
                        return Credentials.of(user, text(password));
                    } catch (Exception e) {
                        throw new IllegalStateException("the ledger's password: " + e.getMessage(), e);
                    }
                },
                silenceSeconds);
    }

    private static HikariConfig postgresqlConfig(String url, HikariCredentialsProvider who, int silenceSeconds) {
        PGSimpleDataSource server = new PGSimpleDataSource();
        server.setURL(url);
        // A server that takes the connection and says nothing must not hold up the start, or the ledger, for ever.
        server.setConnectTimeout(SILENCE_SECONDS);
        server.setLoginTimeout(SILENCE_SECONDS);
        server.setSocketTimeout(silenceSeconds);
        // Also while an index is built, which has no other limit.
        server.setTcpKeepAlive(true);
        HikariConfig config = config();
        // And no URL for the pool: with one it would keep the first password for as long as it lives.
        config.setDataSource(server);
        config.setCredentialsProvider(who);
        return config;
    }

    /** The driver wants text; nobody keeps it when the connection has been made. */
    private static @Nullable String text(@Nullable Password password) throws Exception {
        if (password == null) {
            return null;
        }
        byte[] bytes = password.read();
        try {
            return new String(bytes, StandardCharsets.UTF_8);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * The version of a PostgreSQL that lets us in; changes nothing there.
     *
     * @param password as UTF-8, or null for none; stays the caller's, who wipes it
     */
    public static String version(String url, @Nullable String user, byte @Nullable [] password) throws SQLException {
        Properties account = new Properties();
        if (user != null) {
            account.setProperty("user", user);
        }
        if (password != null) {
            account.setProperty("password", new String(password, StandardCharsets.UTF_8));
        }
        account.setProperty("connectTimeout", Integer.toString(SILENCE_SECONDS));
        account.setProperty("socketTimeout", Integer.toString(SILENCE_SECONDS));
        try (Connection connection = DriverManager.getConnection(url, account)) {
            return connection.getMetaData().getDatabaseProductVersion();
        }
    }

    private static HikariConfig h2Config(String url) {
        HikariConfig config = config();
        config.setJdbcUrl(url);
        config.setUsername("ledger");
        config.setPassword("");
        return config;
    }

    private static HikariConfig config() {
        HikariConfig config = new HikariConfig();
        config.setPoolName("ledger");
        config.setMaximumPoolSize(CONNECTIONS);
        config.setAutoCommit(false);
        config.setConnectionTimeout(TimeUnit.SECONDS.toMillis(SILENCE_SECONDS));
        return config;
    }

    private static LedgerDatabase open(HikariConfig config, @Nullable Path directory) throws SQLException {
        return open(config, directory, source -> LedgerSchema.create(source, false));
    }

    private static LedgerDatabase open(HikariConfig config, @Nullable Path directory, Preparation first)
            throws SQLException {
        try {
            return new LedgerDatabase(new HikariDataSource(config), directory, first);
        } catch (HikariPool.PoolInitializationException e) {
            if (e.getCause() instanceof SQLException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Whether other nodes may work on it too. */
    boolean isShared() {
        return source.getDataSource() instanceof PGSimpleDataSource;
    }

    /**
     * Copies the file of H2 as it is after some transaction, while it is at work.
     *
     * @param target made, 0600
     * @return false if the database is none of our own
     */
    boolean copyTo(Path target) throws SQLException, IOException {
        if (directory == null) {
            return false;
        }
        Path packed = target.resolveSibling(target.getFileName() + ".zip");
        try (Connection connection = source.getConnection();
                PreparedStatement backup = connection.prepareStatement("backup to ?")) {
            backup.setString(1, packed.toString());
            backup.execute();
            connection.commit();
            try (ZipInputStream in = new ZipInputStream(Files.newInputStream(packed))) {
                in.getNextEntry();
                DurableFile.write(target, in::transferTo);
            }
            return true;
        } finally {
            Files.deleteIfExists(packed);
        }
    }

    /** Runs work in one transaction, rolled back if it fails. */
    <T> T inTransaction(Sql.Work<T> work) throws SQLException {
        return Sql.inTransaction(source, work);
    }

    /**
     * The same for questions.
     *
     * @throws LedgerException if the database does not answer
     */
    <T> T read(Sql.Work<T> work) {
        try {
            return inTransaction(work);
        } catch (SQLException e) {
            throw new LedgerException("LEDGER_DATABASE");
        }
    }

    /**
     * Lets go of all connections. H2 stays closed after a failed write until the last of the old ones is gone; then the
     * next one opens the file again. Opens it too if {@link #beginAnew} could not.
     */
    void renew() throws SQLException, IOException {
        if (source.isClosed() && directory != null) {
            source = openH2(directory).source;
        } else {
            source.getHikariPoolMXBean().softEvictConnections();
        }
    }

    /** Whether this failure can mean that the database contradicts itself, so that no trying again will help. */
    boolean mayBeInconsistent(SQLException failure) {
        return directory != null && INCONSISTENT.contains(failure.getErrorCode());
    }

    /** Puts the H2 file aside and begins an empty one, to be filled from the audit trail. */
    void beginAnew() throws SQLException, IOException {
        if (directory == null) {
            throw new IllegalStateException("only a file of our own is put aside");
        }
        source.close();
        putAside(directory);
        source = openH2(directory).source;
    }

    @Override
    public void close() {
        source.close();
    }
}
