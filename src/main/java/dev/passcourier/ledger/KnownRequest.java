package dev.passcourier.ledger;

import dev.passcourier.audit.AuditText;
import dev.passcourier.request.Origin;
import dev.passcourier.request.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * A request that has been asked.
 *
 * @param id        the request
 * @param source    kind of source of the first origin that asked, which owns the id
 * @param reference of that origin, as the audit trail holds it
 * @param state     how far it is
 * @param verdict   how it ended, or null while it has not
 * @param handedOn  true once the cloud was about to be asked, so that the intake's work is known to be done
 */
public record KnownRequest(
        String id,
        String source,
        String reference,
        RequestState state,
        @Nullable Verdict verdict,
        boolean handedOn) {

    /** Whether this origin owns the id: then it is the same request seen again, else a duplicate. */
    public boolean isOwnedBy(Origin origin) {
        return source.equals(origin.source().name()) && reference.equals(AuditText.clean(origin.reference()));
    }
}
