package dev.passcourier.ledger;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A table that a trail's records make, and what tells its rows apart. */
enum LedgerTable {
    REQUEST("request", List.of("id")),
    DELIVERY("delivery", List.of("delivery_id", "kind")),
    BATCH("batch", List.of("id")),
    BATCH_LINE("batch_line", List.of("batch", "line")),
    FINGERPRINT("fingerprint", List.of("hmac")),
    MACHINE("machine", List.of("account", "instance"));

    /** Columns that earlier releases did not fill: of their rows the trail makes more than they have. */
    private static final Set<String> ADDED = Set.of("allowed_by");

    /** Tables that no trail makes, and that a ledger made again takes over from the one before; with the run's column. */
    static final Map<String, String> KEPT = Map.of("report_run", "id", "report_document", "run", "report_line", "run");

    private final String table;

    @SuppressWarnings("ImmutableEnumChecker") // List.of cannot be changed
    private final List<String> key;

    LedgerTable(String table, List<String> key) {
        this.table = table;
        this.key = key;
    }

    /** The name in SQL. */
    String table() {
        return table;
    }

    /** All rows in the order of their keys. */
    String all() {
        return "select * from " + table + " order by " + String.join(", ", key);
    }

    /** The row with a key. */
    String one() {
        return "select * from " + table + " where "
                + key.stream().map(column -> column + " = ?").collect(Collectors.joining(" and "));
    }

    @Nullable
    Object[] key(Map<String, @Nullable Object> row) {
        return key.stream().map(row::get).toArray();
    }

    /** The key for people. */
    String name(Map<String, @Nullable Object> row) {
        return key.stream().map(column -> String.valueOf(row.get(column))).collect(Collectors.joining("/"));
    }

    /** The statement that puts in a row with these columns. */
    String insert(Map<String, @Nullable Object> row) {
        return insert(table, row);
    }

    /** The same for any table. */
    static String insert(String table, Map<String, @Nullable Object> row) {
        return "insert into " + table + " (" + String.join(", ", row.keySet()) + ") values ("
                + row.keySet().stream().map(column -> "?").collect(Collectors.joining(", ")) + ")";
    }

    /** A row by its columns, times as instants. */
    static Map<String, @Nullable Object> row(ResultSet set) throws SQLException {
        ResultSetMetaData columns = set.getMetaData();
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            Object value = set.getObject(i);
            boolean time = value != null
                    && columns.getColumnTypeName(i).toLowerCase(Locale.ROOT).startsWith("timestamp");
            row.put(
                    columns.getColumnLabel(i),
                    time ? set.getObject(i, OffsetDateTime.class).toInstant() : value);
        }
        return row;
    }

    /** Names of the columns in which a row that was made from the trail differs from the one there is. */
    static List<String> differing(Map<String, @Nullable Object> made, Map<String, @Nullable Object> there) {
        List<String> columns = new ArrayList<>();
        made.forEach((column, value) -> {
            boolean isOlder = ADDED.contains(column) && there.get(column) == null;
            if (!isOlder && !Objects.equals(value, there.get(column))) {
                columns.add(column);
            }
        });
        return columns;
    }
}
