package dev.passcourier.service;

import dev.passcourier.intake.IntakeLedger;
import dev.passcourier.ledger.KnownRequest;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.request.Origin;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The ledger as the intake sees it. */
final class LedgerView implements IntakeLedger {

    private static final Set<RequestState> AT_THE_INTAKE = EnumSet.of(RequestState.ASKED, RequestState.ALLOWED);

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
        return ledger.request(id).map(known -> new Seen(known.isOwnedBy(origin), handedOn(known)));
    }

    @Override
    public Optional<Instant> lastFire(String schedule) {
        return ledger.lastPlanned(schedule);
    }

    /** What the intake itself refused has ended without ever being fetched: its hop may have been rolled back. */
    private boolean handedOn(KnownRequest known) {
        if (known.state() == RequestState.ENDED) {
            return ledger.requests(java.util.List.of(known.id())).stream().anyMatch(row -> row.attempts() > 0);
        }
        return !AT_THE_INTAKE.contains(known.state());
    }
}
