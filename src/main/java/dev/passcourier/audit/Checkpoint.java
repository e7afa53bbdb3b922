package dev.passcourier.audit;

import dev.passcourier.audit.AuditDamage.Kind;
import dev.passcourier.audit.AuditEvent.Fact;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A record that signs the record before it, and through the chain all others. What is signed is a text of lines:
 * {@code passcourier audit checkpoint 1}, the trail's name, the number and the hash of the record before, the time, and
 * the key's id, each with a line break. No signed result can be taken for it: a JWS has no line breaks.
 */
final class Checkpoint {

    private static final Set<Fact> FACTS = Set.of(Fact.TRAIL, Fact.KEY, Fact.SIGNATURE);

    private Checkpoint() {}

    /** Signs the record with this number and hash. */
    static AuditEvent sign(CheckpointSigner signer, String trail, long sequence, String hash, Instant now) {
        String statement = statement(trail, sequence, hash, now, signer.keyId());
        return new AuditEvent(
                AuditEvent.Type.CHECKPOINT,
                now,
                Map.of(Fact.TRAIL, trail, Fact.KEY, signer.keyId(), Fact.SIGNATURE, signer.sign(statement)));
    }

    static boolean isOne(AuditRecord record) {
        return record.event().type() == AuditEvent.Type.CHECKPOINT;
    }

    /** What is wrong with it, or null. Everything it says is signed or follows from what is. */
    static @Nullable Kind check(AuditRecord record, String trail, CheckpointKeys keys) {
        Map<Fact, String> facts = record.event().facts();
        if (!facts.keySet().equals(FACTS) || !trail.equals(facts.get(Fact.TRAIL))) {
            return Kind.SIGNATURE;
        }
        String key = String.valueOf(facts.get(Fact.KEY));
        if (!keys.knows(key)) {
            return Kind.SIGNER;
        }
        String statement = statement(
                trail, record.sequence() - 1, record.previous(), record.event().at(), key);
        return keys.hasSigned(key, statement, String.valueOf(facts.get(Fact.SIGNATURE))) ? null : Kind.SIGNATURE;
    }

    private static String statement(String trail, long sequence, String hash, Instant at, String key) {
        return String.join(
                "\n", "passcourier audit checkpoint 1", trail, Long.toString(sequence), hash, at.toString(), key, "");
    }
}
