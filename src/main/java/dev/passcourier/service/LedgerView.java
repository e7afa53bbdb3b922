package dev.passcourier.service;

import dev.passcourier.intake.IntakeLedger;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.request.Origin;
import java.time.Instant;
import java.util.Optional;

/** The ledger as the intake sees it. */
final class LedgerView implements IntakeLedger {

    private final Ledger ledger;

    LedgerView(Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public void awaitApplied(long sequence) {
        ledger.awaitApplied(sequence);
    }

    @Override
    public Optional<Seen> request(String id, Origin origin) {
        return ledger.request(id).map(known -> new Seen(known.isOwnedBy(origin), known.handedOn()));
    }

    @Override
    public Optional<Instant> lastFire(String schedule) {
        return ledger.lastPlanned(schedule);
    }
}
