package dev.passcourier.ledger;

import dev.passcourier.ledger.LedgerDifference.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares a ledger row by row with one that was made from the trail. */
final class LedgerComparison {

    private final Sql made;
    private final Sql kept;
    private final int most;
    private final List<LedgerDifference> first = new ArrayList<>();
    private long count;

    LedgerComparison(Sql made, Sql kept, int most) {
        this.made = made;
        this.kept = kept;
        this.most = most;
    }

    void compare() throws SQLException {
        for (LedgerTable table : LedgerTable.values()) {
            made.each(table.all(), row -> compareMade(table, LedgerTable.row(row)));
            kept.each(table.all(), row -> findUnknown(table, LedgerTable.row(row)));
        }
    }

    /** The first differences. */
    List<LedgerDifference> first() {
        return first;
    }

    /** How many rows differ. */
    long count() {
        return count;
    }

    private void compareMade(LedgerTable table, Map<String, @Nullable Object> row) throws SQLException {
        Optional<Map<String, @Nullable Object>> other = kept.first(table.one(), LedgerTable::row, table.key(row));
        if (other.isEmpty()) {
            note(table, row, Kind.MISSING, List.of());
            return;
        }
        List<String> columns = LedgerTable.differing(row, other.get());
        if (!columns.isEmpty()) {
            note(table, row, Kind.DIFFERENT, columns);
        }
    }

    private void findUnknown(LedgerTable table, Map<String, @Nullable Object> row) throws SQLException {
        if (made.first(table.one(), LedgerTable::row, table.key(row)).isEmpty()) {
            note(table, row, Kind.UNKNOWN, List.of());
        }
    }

    private void note(LedgerTable table, Map<String, @Nullable Object> row, Kind kind, List<String> columns) {
        count++;
        if (first.size() < most) {
            first.add(new LedgerDifference(table.table(), table.name(row), kind, columns));
        }
    }
}
