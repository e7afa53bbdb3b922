package dev.passcourier.ledger;

import java.util.List;

/**
 * A row that is not as the trail makes it.
 *
 * @param table   where
 * @param key     which row: its ids, separated by a slash
 * @param kind    what is wrong
 * @param columns names of the columns that differ; empty unless the row is {@link Kind#DIFFERENT}
 */
public record LedgerDifference(String table, String key, Kind kind, List<String> columns) {

    /** Copies the list. */
    public LedgerDifference {
        columns = List.copyOf(columns);
    }

    /** What is wrong with a row. */
    public enum Kind {
        /** The trail makes it, and the ledger does not have it. */
        MISSING,
        /** The ledger has it, and the trail does not make it. */
        UNKNOWN,
        /** Both have it, with other values. */
        DIFFERENT
    }
}
