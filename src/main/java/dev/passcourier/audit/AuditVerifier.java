package dev.passcourier.audit;

import dev.passcourier.audit.AuditDamage.Kind;
import dev.passcourier.audit.AuditEvent.Fact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a trail whole and checks numbers, chain and hashes, the signatures of its checkpoints, and that it reaches its
 * head. Finds edited, removed, moved and inserted records, missing files, a cut end, and a chain made anew by somebody
 * without the service's key. Records after the last checkpoint are not signed yet. Somebody who has the key, or who
 * puts an older trail and its older head back together, is found only with a head or a hash kept elsewhere.
 */
public final class AuditVerifier {

    private final AuditReader reader;
    private final Demands demands;
    private final List<AuditRecord> goals = new ArrayList<>();
    private @Nullable AuditRecord last;
    private @Nullable AuditRecord checkpoint;
    private @Nullable AuditRecord unsigned;
    private String trail = "";

    private AuditVerifier(AuditReader reader, Demands demands) {
        this.reader = reader;
        this.demands = demands;
    }

    /**
     * What the trail is checked against.
     *
     * @param keys     the keys that may sign checkpoints, or null to leave signatures unchecked
     * @param heads    files with a checkpoint that the trail must reach, besides its own head
     * @param signed   whether a trail without any checkpoint counts as damaged
     * @param expected a record that somebody wrote down elsewhere, or null
     * @param progress told the number of each record that was read
     */
    public record Demands(
            @Nullable CheckpointKeys keys,
            List<Path> heads,
            boolean signed,
            @Nullable Expected expected,
            LongConsumer progress) {

        /** Copies the list. */
        public Demands {
            heads = List.copyOf(heads);
        }

        /** The chain and the trail's own head only. */
        public static Demands chain() {
            return new Demands(null, List.of(), false, null, record -> {});
        }
    }

    /** Number and hash of a record that must be in the trail. */
    public record Expected(long sequence, String hash) {}

    /** The last good checkpoint: the number of the record that it is, its time, and the id of the key. */
    public record Signed(long sequence, Instant at, String keyId) {}

    /**
     * What was found.
     *
     * @param records    whole records up to the end or the damage
     * @param hash       of the last of them, or null if there is none
     * @param damage     the first damage, or null
     * @param unfinished whether the trail ends in half a line: torn by a kill, or being written right now
     * @param signed     the last checkpoint among the whole records, or null if there is none
     */
    public record Finding(
            long records,
            @Nullable String hash,
            @Nullable AuditDamage damage,
            boolean unfinished,
            @Nullable Signed signed) {

        /** How many whole records no checkpoint has signed yet. */
        public long unsigned() {
            return signed == null ? records : records - signed.sequence();
        }
    }

    /** Checks the chain of the trail in a directory and that it reaches its own head; it may be in use. */
    public static Finding verify(Path directory) throws IOException {
        return verify(directory, Demands.chain());
    }

    /** Checks the trail in a directory; it may be in use. */
    public static Finding verify(Path directory, Demands demands) throws IOException {
        try (AuditReader reader = AuditReader.whole(directory)) {
            return new AuditVerifier(reader, demands).find(directory);
        }
    }

    private Finding find(Path directory) throws IOException {
        AuditDamage damage = null;
        try {
            List<Path> heads = heads(directory);
            for (AuditRecord next = reader.next(); next != null; next = reader.next()) {
                check(next);
                demands.progress().accept(next.sequence());
            }
            checkEnd(directory, heads.isEmpty());
        } catch (AuditDamage e) {
            damage = e;
        }
        return new Finding(
                last == null ? 0 : last.sequence(),
                last == null ? null : last.hash(),
                damage,
                reader.unfinished(),
                signed());
    }

    /** Reads the heads before the trail, which may grow meanwhile. */
    private List<Path> heads(Path directory) throws IOException, AuditDamage {
        List<Path> heads = new ArrayList<>(demands.heads());
        Path own = AuditHead.beside(directory);
        if (Files.exists(own)) {
            heads.add(own);
        }
        for (Path head : heads) {
            AuditRecord goal = AuditHead.read(head);
            Kind wrong = demands.keys() == null
                    ? null
                    : Checkpoint.check(goal, goal.event().facts().getOrDefault(Fact.TRAIL, ""), demands.keys());
            if (wrong != null) {
                throw AuditHead.damage(head, wrong);
            }
            goals.add(goal);
        }
        return heads;
    }

    private void check(AuditRecord record) throws AuditDamage {
        if (last == null) {
            trail = record.previous();
        }
        boolean signs = Checkpoint.isOne(record);
        if (signs && demands.keys() != null) {
            demand(Checkpoint.check(record, trail, demands.keys()));
        }
        checkGoals(record);
        last = record;
        if (signs) {
            checkpoint = record;
            unsigned = null;
        } else if (unsigned == null) {
            unsigned = record;
        }
    }

    private void checkGoals(AuditRecord record) throws AuditDamage {
        for (AuditRecord goal : goals) {
            if (goal.sequence() == record.sequence() && !goal.hash().equals(record.hash())) {
                throw reader.here(Kind.OTHER_THAN_HEAD);
            }
        }
        Expected expected = demands.expected();
        if (expected != null
                && expected.sequence() == record.sequence()
                && !expected.hash().equals(record.hash())) {
            throw reader.here(Kind.OTHER_THAN_EXPECTED);
        }
    }

    private void demand(@Nullable Kind wrong) throws AuditDamage {
        if (wrong != null) {
            throw reader.here(wrong);
        }
    }

    private void checkEnd(Path directory, boolean headless) throws AuditDamage {
        long end = last == null ? 0 : last.sequence();
        Expected expected = demands.expected();
        if (goals.stream().anyMatch(goal -> goal.sequence() > end) || (expected != null && expected.sequence() > end)) {
            throw reader.beyond(Kind.CUT);
        }
        if (checkpoint == null) {
            demand(demands.signed() ? Kind.UNSIGNED : null);
        } else if (headless) {
            throw AuditHead.damage(AuditHead.beside(directory), Kind.NO_HEAD);
        } else if (last != null && unsigned != null && isOverdue(last, unsigned)) {
            throw reader.here(Kind.OVERDUE);
        }
    }

    private static boolean isOverdue(AuditRecord last, AuditRecord unsigned) {
        return CheckpointPace.USUAL.isOverdue(
                last.sequence() - unsigned.sequence() + 1,
                unsigned.event().at(),
                last.event().at());
    }

    private @Nullable Signed signed() {
        return checkpoint == null
                ? null
                : new Signed(
                        checkpoint.sequence(),
                        checkpoint.event().at(),
                        checkpoint.event().facts().getOrDefault(Fact.KEY, ""));
    }
}
