package dev.passcourier.ledger;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.outbox.OutboxItem.Kind;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Applies events to the tables. An act may be recorded twice, because a hop can roll back after its record: then the
 * second record changes nothing, or shows the repeated work. What a recipient has got is never taken back.
 */
final class Projection {

    private final Sql sql;
    private final BatchTable batches;
    private final RequestTable requests;
    private final DeliveryTable deliveries;
    private final MachineTable machines;
    private final Consumer<Ledger.Ended> ends;

    Projection(Sql sql) {
        this(sql, ended -> {});
    }

    /** Tells {@code ends} of each request that ends by what is applied. */
    Projection(Sql sql, Consumer<Ledger.Ended> ends) {
        this.sql = sql;
        this.ends = ends;
        batches = new BatchTable(sql);
        requests = new RequestTable(sql, ends);
        deliveries = new DeliveryTable(sql);
        machines = new MachineTable(sql);
    }

    void apply(AuditEvent event) throws SQLException {
        Facts facts = new Facts(event);
        switch (event.type()) {
            case BATCH_TAKEN -> batches.taken(facts);
            case ASKED -> asked(facts);
            case ALLOWED -> allowed(facts);
            case FETCHING -> requests.progress(facts, RequestState.FETCHING);
            case POSTPONED -> requests.progress(facts, RequestState.POSTPONED);
            case OPENING -> opening(facts);
            case OPENED -> opened(facts);
            case INSPECTED -> requests.progress(facts, RequestState.OPENED);
            case SEALED -> sealed(facts);
            case DELIVERING, DELIVERED, DELIVERY_POSTPONED, DELIVERY_FAILED -> delivery(facts, event.type());
            case ENDED -> ended(facts);
            case BATCH_REPORTED -> batches.reported(facts);
            case QUARANTINED -> quarantined(facts);
            case REDRIVEN -> redriven(facts);
            case RETENTION -> LedgerAging.apply(sql, facts);
            case GET,
                    GOT,
                    NOT_GOT,
                    CLEARING,
                    CLEARED,
                    CLEAR_POSTPONED,
                    NOT_CLEARED,
                    REPAIRED,
                    BACKED_UP,
                    RESTORED,
                    CHECKPOINT,
                    RELOADED,
                    ROTATED,
                    RESUMED -> {
                // Of interest to people only.
            }
        }
    }

    private void asked(Facts facts) throws SQLException {
        requests.asked(facts);
        if (facts.has(Fact.BATCH)) {
            batches.line(facts, requests.owns(facts));
        }
    }

    private void allowed(Facts facts) throws SQLException {
        requests.allowed(facts);
        machines.asked(facts);
        requests.endByDeliveries(facts.text(Fact.REQUEST), deliveries);
    }

    private void opened(Facts facts) throws SQLException {
        requests.progress(facts, RequestState.OPENED);
        if (!facts.has(Fact.KEY)) {
            // An answer in clear, or a trail from before keys were named. A ledger from then has a row without HMAC for
            // the former, and must be what its trail makes of it today.
            seen(facts);
        }
    }

    private void opening(Facts facts) throws SQLException {
        if (facts.has(Fact.FINGERPRINT)) {
            seen(facts);
        }
    }

    /** Keeps whose ciphertext it was first. */
    private void seen(Facts facts) throws SQLException {
        sql.update(
                "insert into fingerprint (hmac, provider, account, instance, seen_at) values (?, ?, ?, ?, ?)"
                        + " on conflict do nothing",
                facts.text(Fact.FINGERPRINT),
                facts.text(Fact.PROVIDER),
                facts.text(Fact.ACCOUNT),
                facts.text(Fact.INSTANCE),
                facts.at());
    }

    private void sealed(Facts facts) throws SQLException {
        requests.progress(facts, RequestState.SEALED);
        deliveries.begin(facts);
    }

    private void delivery(Facts facts, AuditEvent.Type type) throws SQLException {
        switch (type) {
            case DELIVERING -> deliveries.change(facts, DeliveryState.DELIVERING, null);
            case DELIVERY_POSTPONED -> deliveries.change(facts, DeliveryState.POSTPONED, null);
            case DELIVERED -> {
                deliveries.change(facts, DeliveryState.DELIVERED, facts.at());
                machines.handedOver(facts);
            }
            default -> deliveries.change(facts, DeliveryState.FAILED, facts.at());
        }
        if (facts.kind() == Kind.RESULT && type != AuditEvent.Type.DELIVERING) {
            requests.endByDeliveries(facts.text(Fact.REQUEST), deliveries);
        }
    }

    /** Nobody works on it any more, so it is an end: a batch must not wait for it. */
    private void quarantined(Facts facts) throws SQLException {
        if (facts.has(Fact.DELIVERY)) {
            delivery(facts, AuditEvent.Type.DELIVERY_FAILED);
        } else if (facts.has(Fact.REQUEST)) {
            requests.ended(facts);
            deliveries.forgetUnsent(facts.text(Fact.REQUEST));
        } else if (facts.has(Fact.BATCH) && batches.ownRequest(facts).isEmpty()) {
            batches.line(facts, false);
            batches.lineFailed(facts);
        } else {
            requests.endedAtTheIntake(atTheIntake(facts), facts);
        }
    }

    /** Somebody works on it again, unless all of it was delivered. */
    private void redriven(Facts facts) throws SQLException {
        if (facts.has(Fact.DELIVERY)) {
            deliveries.change(facts, DeliveryState.SEALED, null);
            if (facts.kind() == Kind.RESULT) {
                requests.reopened(facts.text(Fact.REQUEST), RequestState.SEALED, facts);
            }
        } else if (facts.has(Fact.REQUEST)) {
            requests.reopened(facts.text(Fact.REQUEST), RequestState.ALLOWED, facts);
        } else {
            batches.lineReopened(facts);
            requests.reopened(atTheIntake(facts), RequestState.ASKED, facts);
        }
    }

    /** The request of a message that the intake did not get to hand on, or an empty text if it was not even asked. */
    private String atTheIntake(Facts facts) throws SQLException {
        return (facts.has(Fact.BATCH) ? batches.ownRequest(facts) : requests.ofMessage(facts)).orElse("");
    }

    /** A duplicate's end belongs to its line only; the request's row is its owner's. */
    private void ended(Facts facts) throws SQLException {
        boolean owns = facts.has(Fact.REQUEST) && requests.owns(facts);
        if (owns) {
            requests.ended(facts);
            deliveries.forgetUnsent(facts.text(Fact.REQUEST));
        }
        if (facts.has(Fact.BATCH)) {
            batches.line(facts, owns);
            batches.lineEnded(facts, owns);
        }
        if (!owns && !facts.has(Fact.NAME)) {
            ends.accept(Ledger.Ended.of(null, source(facts), facts.text(Fact.VERDICT)));
        }
    }

    /** Of what was refused before it had a request of its own; a line that could not be read does not say it itself. */
    private @Nullable String source(Facts facts) throws SQLException {
        return facts.has(Fact.SOURCE)
                ? facts.maybe(Fact.SOURCE)
                : sql.first("select source from batch where id = ?", row -> row.getString(1), facts.text(Fact.BATCH))
                        .orElse(null);
    }

    /** Notes how far the trail has been applied. */
    void position(String trail, long sequence, String hash) throws SQLException {
        if (sql.update("update applied set sequence = ?, hash = ? where trail = ?", sequence, hash, trail) == 0) {
            sql.update("insert into applied (trail, sequence, hash) values (?, ?, ?)", trail, sequence, hash);
        }
    }
}
