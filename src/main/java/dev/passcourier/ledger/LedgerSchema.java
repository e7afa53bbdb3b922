package dev.passcourier.ledger;

import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** The ledger's tables, the same for H2 and PostgreSQL. */
final class LedgerSchema {

    /** The tables are of a newer release than this. */
    static final String NEWER = "LEDGER_SCHEMA";

    /**
     * 2 since reports keep their runs, 3 since nodes share what clouds allow, 4 since machines have a table, 5 since nodes
     * take turns. Tables of earlier versions are added to where they are.
     */
    private static final int VERSION = 5;

    private static final int MACHINES_SINCE = 4;

    /** Class of the SQL states of tables and columns that are not there. */
    private static final String NOT_THERE = "42";

    private static final String VERSIONS = "create table if not exists ledger_schema (version int primary key)";
    private static final String INDEX = "create index if not exists ";

    private static final List<String> TABLES = List.of(
            """
            create table if not exists applied (
                trail varchar primary key,
                sequence bigint not null,
                hash varchar not null)\
            """,
            """
            create table if not exists request (
                id varchar primary key,
                account varchar,
                instance varchar,
                source varchar,
                reference varchar,
                sender varchar,
                batch varchar,
                line int,
                destinations varchar,
                state varchar not null,
                verdict varchar,
                code varchar,
                attempts int not null,
                asked_at timestamp with time zone not null,
                accepted_at timestamp with time zone,
                deadline timestamp with time zone,
                ended_at timestamp with time zone)\
            """,
            "alter table request add column if not exists rule varchar",
            "alter table request add column if not exists next_at timestamp with time zone",
            "alter table request add column if not exists allowed_by varchar",
            "create index if not exists request_by_account on request (account, instance)",
            "create index if not exists request_by_time on request (asked_at)",
            // What has not ended has no time of it, and is found so however many have.
            "create index if not exists request_by_end on request (ended_at)",
            "create index if not exists request_by_batch on request (batch, verdict, ended_at)",
            """
            create table if not exists delivery (
                delivery_id varchar not null,
                kind varchar not null,
                request varchar not null,
                alias varchar not null,
                state varchar not null,
                verdict varchar,
                code varchar,
                attempts int not null,
                begun_at timestamp with time zone not null,
                ended_at timestamp with time zone,
                primary key (delivery_id, kind))\
            """,
            "alter table delivery add column if not exists next_at timestamp with time zone",
            "create index if not exists delivery_by_request on delivery (request)",
            "create index if not exists delivery_by_end on delivery (ended_at)",
            """
            create table if not exists batch (
                id varchar primary key,
                source varchar not null,
                name varchar not null,
                planned timestamp with time zone,
                total int not null,
                taken_at timestamp with time zone not null,
                reported_at timestamp with time zone)\
            """,
            "create index if not exists batch_by_report on batch (reported_at)",
            "create index if not exists batch_by_name on batch (name)",
            """
            create table if not exists batch_line (
                batch varchar not null,
                line int not null,
                request varchar,
                owns boolean not null,
                account varchar,
                instance varchar,
                verdict varchar,
                code varchar,
                ended_at timestamp with time zone,
                primary key (batch, line))\
            """,
            "create index if not exists batch_line_by_verdict on batch_line (batch, verdict, ended_at)",
            """
            create table if not exists fingerprint (
                hmac varchar primary key,
                provider varchar not null,
                account varchar not null,
                instance varchar not null,
                seen_at timestamp with time zone not null)\
            """,
            // What is known of a machine for ever, when the requests that said so are no longer listed.
            """
            create table if not exists machine (
                account varchar not null,
                instance varchar not null,
                sender varchar,
                source varchar,
                allowed_by varchar,
                alias varchar,
                begun_at timestamp with time zone,
                ended_at timestamp with time zone,
                primary key (account, instance))\
            """,
            """
            create table if not exists report_run (
                id varchar primary key,
                name varchar not null,
                planned timestamp with time zone,
                started_at timestamp with time zone not null,
                deadline timestamp with time zone not null,
                total int not null,
                ended_at timestamp with time zone)\
            """,
            "alter table report_run add column if not exists nonce varchar default '' not null",
            "create index if not exists report_run_by_name on report_run (name, started_at)",
            // Of megabytes each, and H2 reads a row whole: runs are listed without.
            """
            create table if not exists report_document (
                run varchar primary key,
                document varchar not null)\
            """,
            """
            create table if not exists report_line (
                run varchar not null,
                line int not null,
                account varchar not null,
                instance varchar not null,
                instance_name varchar,
                key_name varchar,
                parameters varchar not null,
                request varchar,
                trail varchar,
                sequence bigint,
                inspected_at timestamp with time zone,
                opened_by varchar,
                key_algorithm varchar,
                key_bits int,
                key_fingerprint varchar,
                length_class varchar,
                strength_class varchar,
                fingerprint varchar,
                record_since timestamp with time zone,
                primary key (run, line))\
            """,
            "create index if not exists report_line_by_machine on report_line (account, instance, inspected_at)",
            """
            create table if not exists node (
                id varchar primary key,
                name varchar not null,
                version varchar not null,
                settings varchar not null,
                started_at timestamp with time zone not null,
                seen_at timestamp with time zone not null,
                lease_until timestamp with time zone not null,
                takes boolean not null,
                stopped_at timestamp with time zone)\
            """,
            """
            create table if not exists account_share (
                account varchar not null,
                node varchar not null,
                calls int not null,
                primary key (account, node))\
            """,
            "alter table account_share drop column if exists turns",
            """
            create table if not exists account_turn (
                account varchar primary key,
                next_turn timestamp with time zone not null)\
            """,
            """
            create table if not exists account_rest (
                account varchar primary key,
                paused_until timestamp with time zone not null,
                broken_by varchar)\
            """);

    /** Fills the table of machines from a ledger of an earlier version. */
    private static final List<String> MACHINES = List.of("""
        insert into machine (account, instance, sender, source, allowed_by, alias, begun_at, ended_at)
        select account, instance, sender, source, allowed_by, alias, begun_at, ended_at from (
            select r.account, r.instance, r.sender, r.source, r.allowed_by, d.alias, d.begun_at, d.ended_at,
                row_number() over (partition by r.account, r.instance order by d.ended_at desc, d.alias) as place
            from request r join delivery d on d.request = r.id
            where d.kind = 'RESULT' and d.state = 'DELIVERED' and d.ended_at is not null
                and r.source is not null and r.account is not null and r.instance is not null) latest
        where place = 1 on conflict do nothing\
        """, """
        insert into machine (account, instance)
        select distinct account, instance from request
        where accepted_at is not null and source is not null and source <> 'REPORT'
            and account is not null and instance is not null
        on conflict do nothing\
        """);

    private LedgerSchema() {}

    /**
     * Makes the tables and indices that are not there yet, each in a transaction of its own, however long it takes.
     *
     * @param shared whether other nodes may do the same at the same time
     * @throws LedgerException {@code LEDGER_SCHEMA} if they are of a newer release; nothing is changed then
     */
    static void create(DataSource source, boolean shared) throws SQLException {
        String lock = shared ? "ledger_schema" : null;
        Sql.patiently(source, lock, List.of(VERSIONS));
        int before = Sql.inTransaction(source, LedgerSchema::demandVersion);
        Sql.patiently(source, lock, TABLES);
        if (before < MACHINES_SINCE) {
            Sql.patiently(source, lock, MACHINES);
        }
        Sql.inTransaction(
                source, sql -> sql.update("insert into ledger_schema values (?) on conflict do nothing", VERSION));
    }

    /** Indices that a ledger in PostgreSQL lacks; none of one that has no tables yet. */
    static List<String> missing(Sql sql) throws SQLException {
        List<String> there = sql.query(
                "select indexname from pg_indexes where schemaname = current_schema()", row -> row.getString(1));
        return TABLES.stream()
                .filter(statement -> statement.startsWith(INDEX) && !there.isEmpty())
                .map(statement -> statement.substring(INDEX.length(), statement.indexOf(" on ")))
                .filter(index -> !there.contains(index))
                .toList();
    }

    /**
     * Demands tables with all that a reader needs, and changes nothing.
     *
     * @throws LedgerException {@code LEDGER_SCHEMA} if they are of a newer release, {@code LEDGER_SCHEMA_OLD} if they are
     *     not there or of an earlier one
     */
    static void demand(DataSource source) throws SQLException {
        try {
            Sql.inTransaction(source, LedgerSchema::demandVersion);
            Sql.inTransaction(
                    source,
                    sql -> sql.query(
                            "select r.next_at, r.allowed_by, d.next_at, n.nonce, p.run, k.takes, m.alias from request"
                                    + " r, delivery d, report_run n, report_document p, node k, machine m where 1 = 0",
                            row -> row));
        } catch (SQLException e) {
            if (String.valueOf(e.getSQLState()).startsWith(NOT_THERE)) {
                throw new LedgerException("LEDGER_SCHEMA_OLD");
            }
            throw e;
        }
    }

    private static int demandVersion(Sql sql) throws SQLException {
        int newest = sql.query("select max(version) from ledger_schema", row -> row.getInt(1))
                .get(0);
        if (newest > VERSION) {
            throw new LedgerException(NEWER);
        }
        return newest;
    }
}
