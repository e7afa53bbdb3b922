package dev.passcourier.rotation;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditException;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.control.ControlException.Reason;
import dev.passcourier.control.OrderException;
import dev.passcourier.rotation.RotationAnswer.KeyState;
import dev.passcourier.rotation.RotationOrder.Step;
import dev.passcourier.rotation.RotationOrder.What;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.ServiceKeys;
import dev.passcourier.vault.ServiceKeys.Overlap;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces the service's own keys while it works: the next one is made and published, then it is used, and the one before
 * goes once nothing needs it any more. Each step is recorded before it is taken.
 */
public final class RotationService {

    private static final Logger LOG = LoggerFactory.getLogger(RotationService.class);

    /** A password in hand when the keys were switched is sealed and recorded within this time. */
    private static final Duration IN_HAND = Duration.ofMinutes(2);

    private final ServiceKeys keys;
    private final FileAuditTrail trail;
    private final Undelivered undelivered;
    private final Duration resultLifetime;
    private final Clock clock;

    /** Knows which results may lie in queues. */
    @FunctionalInterface
    public interface Undelivered {

        /** How many results that were sealed up to then have not been delivered, and could be. */
        long sealedUntil(Instant time);
    }

    /**
     * Of a running service.
     *
     * @param trail          which the signing key signs
     * @param undelivered    asked before the at-rest key before may go
     * @param resultLifetime how long a sealed result is valid
     */
    public RotationService(
            ServiceKeys keys, FileAuditTrail trail, Undelivered undelivered, Duration resultLifetime, Clock clock) {
        this.keys = keys;
        this.trail = trail;
        this.undelivered = undelivered;
        this.resultLifetime = resultLifetime;
        this.clock = clock;
    }

    /**
     * Takes the step, if there is one.
     *
     * @param user who asks, for the audit trail
     * @return where each key stands then
     * @throws OrderException if the step cannot be taken now, or failed; it says what is in use then
     */
    public synchronized RotationAnswer carryOut(RotationOrder order, String user) throws OrderException {
        What what = order.what();
        Step step = order.step();
        try {
            if (what != null && step != null) {
                switch (step) {
                    case PREPARE -> prepare(what, user);
                    case SWITCH -> switchOver(what, user);
                    case RETIRE -> retire(what, user);
                }
            }
            return new RotationAnswer(List.of(signing(), atRest()));
        } catch (AuditException e) {
            throw new OrderException(
                    Reason.NOT_NOW,
                    String.valueOf(e.getMessage()),
                    "the audit trail cannot be written, and nothing is rotated without a record: see the health page");
        } catch (KeyLoadException e) {
            throw new OrderException("KEY_FILES", "the key files cannot be used: " + e.getMessage());
        }
    }

    private void prepare(What what, String user) throws KeyLoadException, OrderException {
        Overlap before = keys.overlap(what.kind());
        if (what == What.AT_REST_KEY && !before.old().isEmpty()) {
            throw new OrderException(
                    "OLD_KEY_KEPT",
                    "the at-rest key before, " + before.old().get(0)
                            + ", is still kept: take  rotate at-rest-key retire " + " first");
        }
        record(what, "PREPARED", user, before.current(), before.next());
        keys.prepare(what.kind(), clock.instant());
        LOG.info("ROTATED {} PREPARED {}", what, keys.overlap(what.kind()).next());
    }

    private void switchOver(What what, String user) throws KeyLoadException, OrderException {
        Overlap before = keys.overlap(what.kind());
        if (before.next() == null) {
            throw new OrderException(
                    "NOT_PREPARED",
                    "there is no next " + what + ": take  rotate " + what + " prepare  first"
                            + (what == What.SIGNING_KEY
                                    ? ", and give its public half to all who check results"
                                    : ", on several nodes on each of them"));
        }
        if (what == What.AT_REST_KEY && !before.old().isEmpty()) {
            throw new OrderException(
                    "OLD_KEY_KEPT", "of at-rest keys only one before is kept: take  rotate at-rest-key retire  first");
        }
        try {
            trail.appendSigned(
                    event(what, "SWITCHED", user, before.current(), before.next()),
                    () -> keys.switchOver(what.kind(), clock.instant()));
        } catch (KeyLoadException e) {
            record(what, "TAKEN_BACK", user, before.next(), before.current());
            throw e;
        }
        LOG.info("ROTATED {} SWITCHED {} to {}", what, before.current(), before.next());
        keys.publish();
    }

    private void retire(What what, String user) throws KeyLoadException, OrderException {
        if (what == What.SIGNING_KEY) {
            throw new OrderException(
                    "NOTHING_TO_RETIRE",
                    "of a signing key before only the public half is kept, and it stays: the audit trail is verified with"
                            + " it. Those who check results drop it when  rotate  says that nothing needs it");
        }
        KeyState key = atRest();
        String old = key.old();
        if (old == null) {
            throw new OrderException("NOTHING_TO_RETIRE", "no at-rest key before is kept");
        }
        if (key.waiting() > 0) {
            throw new OrderException(
                    Reason.NOT_NOW,
                    "OLD_KEY_NEEDED",
                    key.waiting() + " results that may be sealed with " + old
                            + " are not delivered, or failed and can be"
                            + " returned; without it they are lost. Nothing needs it after " + key.until());
        }
        record(what, "RETIRED", user, old, key.current());
        keys.retire();
        LOG.info("ROTATED {} RETIRED {}", what, old);
    }

    private KeyState signing() throws KeyLoadException {
        Overlap overlap = keys.overlap(ServiceKeys.Kind.SIGNING);
        Instant until = end(overlap);
        String old = overlap.old().isEmpty() ? null : overlap.old().get(0);
        boolean overlaps = until != null && clock.instant().isBefore(until);
        String next = overlap.next() != null
                ? "give the next key's public half to all who check results, then  rotate signing-key switch"
                : overlaps
                        ? "results signed with the key before are valid until " + until
                                + ": who checks results keeps both public halves until then"
                        : "rotate signing-key prepare  makes the next one"
                                + (old == null ? "" : "; who checks results may drop those before");
        return new KeyState(
                What.SIGNING_KEY.toString(),
                overlap.current(),
                overlap.next(),
                overlap.preparedAt(),
                old,
                overlap.switchedAt(),
                0,
                until,
                next);
    }

    private KeyState atRest() throws KeyLoadException {
        Overlap overlap = keys.overlap(ServiceKeys.Kind.AT_REST);
        Instant switched = overlap.switchedAt();
        Instant until = end(overlap);
        long waiting = switched == null ? 0 : waiting(switched, until);
        String next = overlap.next() != null
                ? "rotate at-rest-key switch" + "  (of several nodes: after each has the next key)"
                : switched == null
                        ? "rotate at-rest-key prepare  makes the next one"
                        : waiting > 0
                                ? "wait: " + waiting + " results may be sealed with the key before, until " + until
                                        + " at the latest"
                                : "rotate at-rest-key retire  (of several nodes: after each has switched)";
        return new KeyState(
                What.AT_REST_KEY.toString(),
                overlap.current(),
                overlap.next(),
                overlap.preparedAt(),
                overlap.old().isEmpty() ? null : overlap.old().get(0),
                switched,
                waiting,
                until,
                next);
    }

    /** When the last result that the key before signed or sealed is not valid any more. */
    private @Nullable Instant end(Overlap overlap) {
        Instant switched = overlap.switchedAt();
        return switched == null ? null : switched.plus(IN_HAND).plus(resultLifetime);
    }

    private long waiting(Instant switched, @Nullable Instant until) {
        Instant now = clock.instant();
        if (until != null && now.isAfter(until)) {
            return 0;
        }
        long sealed = undelivered.sealedUntil(switched.plus(IN_HAND));
        // What was in hand then may not be on record yet.
        return now.isBefore(switched.plus(IN_HAND)) ? Math.max(1, sealed) : sealed;
    }

    private void record(What what, String code, String user, @Nullable String before, @Nullable String after) {
        trail.append(event(what, code, user, before, after));
    }

    private AuditEvent event(What what, String code, String user, @Nullable String before, @Nullable String after) {
        Map<Fact, String> facts = new EnumMap<>(Fact.class);
        facts.put(Fact.NAME, what.toString());
        facts.put(Fact.CODE, code);
        facts.put(Fact.USER, user);
        if (before != null) {
            facts.put(Fact.BEFORE, before);
        }
        if (after != null) {
            facts.put(Fact.AFTER, after);
        }
        return new AuditEvent(AuditEvent.Type.ROTATED, clock.instant(), facts);
    }
}
