package dev.passcourier.ledger;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/** Tells the audit trail what happened, one second after the other. */
public final class Story {

    private final AuditTrail trail;
    private Instant now;
    private long last;

    public Story(AuditTrail trail) {
        this(trail, Instant.parse("2026-11-01T10:00:00Z"));
    }

    public Story(AuditTrail trail, Instant begin) {
        this.trail = trail;
        this.now = begin;
    }

    /** Number of the last record. */
    public long last() {
        return last;
    }

    public Story batch(String id, String source, String name, int count) {
        return tell(
                AuditEvent.Type.BATCH_TAKEN,
                Fact.BATCH,
                id,
                Fact.SOURCE,
                source,
                Fact.NAME,
                name,
                Fact.COUNT,
                count,
                Fact.PLANNED,
                "2026-11-01T10:00:00Z");
    }

    public Story asked(String id, String reference) {
        return tell(
                AuditEvent.Type.ASKED,
                Fact.REQUEST,
                id,
                Fact.ACCOUNT,
                "acc",
                Fact.INSTANCE,
                "i-" + id,
                Fact.SOURCE,
                "JMS",
                Fact.REFERENCE,
                reference);
    }

    public Story askedLine(String id, String batch, int line) {
        return tell(
                AuditEvent.Type.ASKED,
                Fact.REQUEST,
                id,
                Fact.ACCOUNT,
                "acc",
                Fact.INSTANCE,
                "i-" + id,
                Fact.SOURCE,
                "FILE",
                Fact.REFERENCE,
                batch + ":" + line,
                Fact.BATCH,
                batch,
                Fact.LINE,
                line);
    }

    public Story allowed(String id, String destinations) {
        return tell(
                AuditEvent.Type.ALLOWED,
                Fact.REQUEST,
                id,
                Fact.RULE,
                "r",
                Fact.DESTINATIONS,
                destinations,
                Fact.DEADLINE,
                "2026-11-01T12:00:00Z");
    }

    public Story fetching(String id, int attempt) {
        return tell(
                AuditEvent.Type.FETCHING,
                Fact.REQUEST,
                id,
                Fact.ACCOUNT,
                "acc",
                Fact.INSTANCE,
                "i-" + id,
                Fact.ATTEMPT,
                attempt);
    }

    public Story opened(String id, String fingerprint) {
        return opening(AuditEvent.Type.OPENING, id, Fact.FINGERPRINT, fingerprint)
                .opening(AuditEvent.Type.OPENED, id, Fact.KEY, "SHA256:k");
    }

    /** As trails say it that were written before the key was on record. */
    public Story openedByUnknownKey(String id, String fingerprint) {
        return opening(AuditEvent.Type.OPENED, id, Fact.FINGERPRINT, fingerprint);
    }

    private Story opening(AuditEvent.Type type, String id, Fact fact, Object value) {
        return tell(
                type, Fact.REQUEST, id, Fact.PROVIDER, "p", Fact.ACCOUNT, "acc", Fact.INSTANCE, "i-" + id, fact, value);
    }

    public Story sealed(String id, String alias) {
        return tell(AuditEvent.Type.SEALED, Fact.REQUEST, id, Fact.ALIAS, alias, Fact.DELIVERY, id + "-" + alias);
    }

    public Story delivering(String id, String alias, int attempt) {
        return delivery(AuditEvent.Type.DELIVERING, id, alias, "RESULT", "", attempt);
    }

    public Story delivered(String id, String alias, int attempt) {
        return delivery(AuditEvent.Type.DELIVERED, id, alias, "RESULT", "OK", attempt);
    }

    public Story delivery(AuditEvent.Type type, String id, String alias, String kind, String code, int attempt) {
        return tell(
                type,
                Fact.REQUEST,
                id,
                Fact.ALIAS,
                alias,
                Fact.DELIVERY,
                id + "-" + alias,
                Fact.KIND,
                kind,
                Fact.CODE,
                code,
                Fact.ATTEMPT,
                attempt);
    }

    public Story failed(String id, String alias, String verdict) {
        return tell(
                AuditEvent.Type.DELIVERY_FAILED,
                Fact.REQUEST,
                id,
                Fact.ALIAS,
                alias,
                Fact.DELIVERY,
                id + "-" + alias,
                Fact.KIND,
                "RESULT",
                Fact.CODE,
                "SMTP_550",
                Fact.VERDICT,
                verdict);
    }

    public Story ended(String id, String verdict, String code) {
        return tell(AuditEvent.Type.ENDED, Fact.REQUEST, id, Fact.VERDICT, verdict, Fact.CODE, code, Fact.ATTEMPT, 3);
    }

    public Story endedLine(String batch, int line, String code) {
        return tell(
                AuditEvent.Type.ENDED, Fact.BATCH, batch, Fact.LINE, line, Fact.VERDICT, "REFUSED", Fact.CODE, code);
    }

    /** The whole happy way. */
    public Story handedOver(String id, String destinations) {
        allowed(id, destinations).fetching(id, 1).opened(id, "fp-" + id);
        for (String alias : destinations.split(",", -1)) {
            sealed(id, alias);
        }
        for (String alias : destinations.split(",", -1)) {
            delivering(id, alias, 1).delivered(id, alias, 1);
        }
        return this;
    }

    public Story tell(AuditEvent.Type type, Object... facts) {
        Map<Fact, String> byName = new EnumMap<>(Fact.class);
        for (int i = 0; i < facts.length; i += 2) {
            byName.put((Fact) facts[i], String.valueOf(facts[i + 1]));
        }
        now = now.plusSeconds(1);
        last = trail.append(new AuditEvent(type, now, byName));
        return this;
    }
}
