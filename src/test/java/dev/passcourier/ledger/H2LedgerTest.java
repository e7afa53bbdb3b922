package dev.passcourier.ledger;

import java.io.IOException;
import java.sql.SQLException;

class H2LedgerTest extends LedgerContract {

    @Override
    LedgerDatabase database() throws IOException, SQLException {
        return LedgerDatabase.h2(directory.resolve("ledger"));
    }
}
