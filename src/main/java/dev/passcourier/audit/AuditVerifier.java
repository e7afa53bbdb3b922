package dev.passcourier.audit;

import dev.passcourier.audit.AuditCut.Before;
import dev.passcourier.audit.AuditDamage.Kind;
import dev.passcourier.audit.AuditEvent.Fact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a trail whole and checks numbers, chain and hashes, the signatures of its checkpoints, and that it reaches its
 * head. Finds edited, removed, moved and inserted records, missing files, a cut end, and a chain made anew by somebody
 * without the service's key. Records after the last checkpoint are not signed yet. Somebody who has the key, or who
 * puts an older trail and its older head back together, is found only with a head or a hash kept elsewhere. A trail whose
 * beginning was archived is read from its cut on, or with the archive from its first record; the cut's signature, and that
 * it is the one on record, are checked either way.
 */
public final class AuditVerifier {

    private static final int ATTEMPTS = 3;

    private final AuditFiles files;
    private final Demands demands;

    /** Hashes of the last archived records, by number. */
    private final Map<Long, String> cuts = new HashMap<>();

    private final List<AuditRecord> goals = new ArrayList<>();
    private @Nullable AuditRecord last;
    private @Nullable AuditRecord checkpoint;
    private @Nullable AuditRecord unsigned;
    private String trail = "";
    private @Nullable AuditCut cut;
    private @Nullable Before stated;
    private AuditReader reader;

    private AuditVerifier(AuditFiles files, Demands demands) {
        this.files = files;
        this.demands = demands;
        reader = AuditReader.whole(files.directory());
    }

    /**
     * What the trail is checked against.
     *
     * @param keys     the keys that may sign checkpoints, or null to leave signatures unchecked
     * @param heads    files with a checkpoint that the trail must reach, besides its own head
     * @param signed   whether a trail without any checkpoint counts as damaged
     * @param expected a record that somebody wrote down elsewhere, or null
     * @param archive  with the beginning of the trail, or null to check it from its cut on
     * @param progress told the number of each record that was read
     */
    public record Demands(
            @Nullable CheckpointKeys keys,
            List<Path> heads,
            boolean signed,
            @Nullable Expected expected,
            @Nullable Path archive,
            LongConsumer progress) {

        /** Copies the list. */
        public Demands {
            heads = List.copyOf(heads);
        }

        /** The chain and the trail's own head only. */
        public static Demands chain() {
            return new Demands(null, List.of(), false, null, null, record -> {});
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
     * @param cut        after which the trail was checked, or which the archive goes up to; null if nothing was archived
     */
    public record Finding(
            long records,
            @Nullable String hash,
            @Nullable AuditDamage damage,
            boolean unfinished,
            @Nullable Signed signed,
            @Nullable AuditCut cut) {

        /** How many whole records no checkpoint has signed yet. A cut's signature is one, too. */
        public long unsigned() {
            long last = cut == null ? 0 : cut.last();
            return Math.max(0, records - Math.max(last, signed == null ? 0 : signed.sequence()));
        }
    }

    /** Checks the chain of the trail in a directory and that it reaches its own head; it may be in use. */
    public static Finding verify(Path directory) throws IOException {
        return verify(directory, Demands.chain());
    }

    /** Checks the trail in a directory; it may be in use. */
    public static Finding verify(Path directory, Demands demands) throws IOException {
        AuditFiles files = new AuditFiles(directory);
        for (int i = 1; ; i++) {
            Finding finding = new AuditVerifier(files, demands).find();
            AuditDamage damage = finding.damage();
            boolean isCutMeanwhile = damage != null
                    && (damage.kind() == Kind.MISSING || damage.kind() == Kind.OTHER_CUT)
                    && !Objects.equals(finding.cut(), cutIfAny(files));
            if (!isCutMeanwhile || i == ATTEMPTS) {
                return finding;
            }
        }
    }

    private static @Nullable AuditCut cutIfAny(AuditFiles files) throws IOException {
        try {
            return files.cut();
        } catch (AuditDamage e) {
            return null;
        }
    }

    private Finding find() throws IOException {
        AuditDamage damage = null;
        boolean unfinished = false;
        try {
            cut = files.cut();
            checkCuts();
            List<Path> heads = heads(files.directory());
            try (AuditReader opened = AuditReader.whole(files.directory(), demands.archive())) {
                reader = opened;
                readToEnd();
                checkOnRecord();
                unfinished = reader.unfinished();
                checkEnd(files.directory(), heads.isEmpty());
            }
        } catch (AuditDamage e) {
            damage = putBack(e);
        }
        return new Finding(
                last == null ? 0 : last.sequence(),
                last == null ? null : last.hash(),
                damage,
                unfinished,
                signed(),
                cut);
    }

    private void readToEnd() throws IOException, AuditDamage {
        for (AuditRecord next = reader.next(); next != null; next = reader.next()) {
            check(next);
            demands.progress().accept(next.sequence());
        }
    }

    /** The signatures of the cuts, and what was carried over at the last. */
    private void checkCuts() throws IOException, AuditDamage {
        if (cut == null) {
            return;
        }
        trail = cut.trail();
        Path archive = demands.archive();
        for (AuditCut each : archive == null ? List.of(cut) : AuditArchive.cuts(files, archive)) {
            Kind wrong = demands.keys() == null ? null : each.check(demands.keys());
            if (wrong != null) {
                throw AuditCut.damage(
                        each.equals(cut)
                                ? cutFile()
                                : Objects.requireNonNull(archive).resolve(each.archiveName()),
                        wrong);
            }
            cuts.put(each.last(), each.hash());
        }
    }

    private Path cutFile() {
        return files.directory().resolve(AuditCut.NAME);
    }

    /** The last cut that the trail has on record must be the one there is; one that was just made is seen by reading on. */
    private void checkOnRecord() throws IOException, AuditDamage {
        AuditCut now = files.cut();
        AuditCut proposed = files.proposed();
        readToEnd();
        Before there = now == null ? null : new Before(now.last(), now.digest());
        Before coming = proposed == null ? null : new Before(proposed.last(), proposed.digest());
        if (!Objects.equals(stated, there) && (stated == null || !stated.equals(coming))) {
            throw AuditCut.damage(cutFile(), Kind.OTHER_CUT);
        }
        if (now != null) {
            AuditArchive.carry(files, now);
        }
    }

    /** Records are missing behind a cut that is not the last one on record: then that is what is wrong. */
    private AuditDamage putBack(AuditDamage missing) throws IOException {
        try {
            Before onRecord = missing.kind() == Kind.MISSING && last == null ? files.stated() : null;
            boolean isOther = onRecord != null && (cut == null || onRecord.last() != cut.last());
            return isOther ? AuditCut.damage(cutFile(), Kind.OTHER_CUT) : missing;
        } catch (AuditDamage e) {
            return missing;
        }
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
        if (last == null && record.sequence() == 1) {
            demand(cut == null || trail.equals(record.previous()) ? null : Kind.OUT_OF_CHAIN);
            trail = record.previous();
        }
        boolean signs = Checkpoint.isOne(record);
        if (signs && demands.keys() != null) {
            demand(Checkpoint.check(record, trail, demands.keys()));
        }
        checkGoals(record);
        demand(record.hash().equals(cuts.getOrDefault(record.sequence(), record.hash())) ? null : Kind.OTHER_CUT);
        Before states = AuditCut.stated(record.event());
        stated = states == null ? stated : states;
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
        long begin = cut == null || demands.archive() != null ? 0 : cut.last();
        if (goals.stream().anyMatch(goal -> goal.sequence() <= begin)
                || (expected != null && expected.sequence() <= begin)) {
            throw AuditCut.damage(cutFile(), Kind.ARCHIVED);
        }
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
