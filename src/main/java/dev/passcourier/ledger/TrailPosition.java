package dev.passcourier.ledger;

import java.sql.SQLException;
import java.util.List;

/** How far a trail has been applied. */
record TrailPosition(String trail, long sequence, String hash) {

    /** Of all trails that a ledger follows. */
    static List<TrailPosition> all(Sql sql) throws SQLException {
        return sql.query(
                "select trail, sequence, hash from applied order by trail",
                row -> new TrailPosition(row.getString(1), row.getLong(2), row.getString(3)));
    }
}
