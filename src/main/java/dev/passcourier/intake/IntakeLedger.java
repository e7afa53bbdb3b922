package dev.passcourier.intake;

import dev.passcourier.request.Origin;
import java.time.Instant;
import java.util.Optional;

/** What the intake and its edges ask of the ledger. */
public interface IntakeLedger {

    /** Returns when the audit record with this sequence number has been applied to the ledger. */
    void awaitApplied(long sequence);

    /** What is known of a request's id, from its first ASKED record on, for one that comes from this origin. */
    Optional<Seen> request(String id, Origin origin);

    /**
     * The latest planned time of a schedule whose run reached the intake: of whose batch at least one request has been
     * asked. Empty if there is none.
     */
    Optional<Instant> lastFire(String schedule);

    /**
     * A request's id that is known.
     *
     * @param sameOrigin whether it was first asked by the origin in question
     * @param handedOn   true once a later stage has seen it, so that the intake's work is known to be done
     */
    record Seen(boolean sameOrigin, boolean handedOn) {}
}
