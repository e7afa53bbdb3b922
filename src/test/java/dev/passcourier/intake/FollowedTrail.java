package dev.passcourier.intake;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.LedgerDatabase;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;

/** A real audit trail with the real ledger that follows it; shows what is recorded, and can be told to be full. */
final class FollowedTrail extends Fakes.Trail implements AutoCloseable {

    private final FileAuditTrail file;
    private final Ledger ledger;

    FollowedTrail(Path directory) throws Exception {
        file = FileAuditTrail.open(directory.resolve("audit"), Clock.systemUTC());
        ledger = Ledger.follow(file, LedgerDatabase.h2(directory.resolve("ledger")));
    }

    Ledger ledger() {
        return ledger;
    }

    @Override
    public synchronized long append(AuditEvent event) {
        super.append(event);
        return file.append(event);
    }

    /** The request's cloud is about to be asked. */
    void fetching(String request, Instant now) {
        ledger.awaitApplied(file.append(
                new AuditEvent(AuditEvent.Type.FETCHING, now, Map.of(Fact.REQUEST, request, Fact.ATTEMPT, "1"))));
    }

    @Override
    public void close() throws Exception {
        ledger.close();
        file.close();
    }
}
