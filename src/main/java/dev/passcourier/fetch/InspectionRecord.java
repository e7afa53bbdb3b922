package dev.passcourier.fetch;

import dev.passcourier.ledger.Inspection;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.request.FetchWork;
import dev.passcourier.vault.PasswordQuality;
import dev.passcourier.vault.Vault;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** Keeps what inspections found, and how they ended, in the ledger's database, before their messages are settled. */
final class InspectionRecord {

    private final Ledger ledger;

    InspectionRecord(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * Keeps what was found. A second time, as after a rollback, replaces it.
     *
     * @param ciphertext fingerprint of what the cloud handed out, if it was encrypted
     */
    void inspected(FetchWork work, Vault.Inspected inspected, Optional<String> ciphertext, Instant now) {
        PasswordQuality quality = inspected.quality();
        Inspection.Key key = inspected.key() == null
                ? null
                : new Inspection.Key(
                        inspected.key().name(),
                        inspected.key().algorithm(),
                        inspected.key().bits(),
                        inspected.key().fingerprint());
        ledger.reports()
                .found(
                        run(work),
                        work.origin().line(),
                        new Inspection.Found(
                                now,
                                key,
                                quality == null ? null : quality.length().name(),
                                quality == null ? null : quality.strength().name(),
                                inspected.fingerprint(),
                                ciphertext.flatMap(ledger::firstSeen).orElse(null)));
    }

    /** Keeps which record of the trail tells the end. */
    void ended(FetchWork work, long sequence) {
        ledger.reports().ended(run(work), work.origin().line(), work.request().id(), sequence);
    }

    private static String run(FetchWork work) {
        return Objects.requireNonNull(work.origin().batch());
    }
}
