package dev.passcourier.ledger;

import dev.passcourier.audit.AuditCarry;
import dev.passcourier.audit.AuditCut;
import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditReader;
import dev.passcourier.audit.AuditRecord;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads several trails as one, each in its own order, the earlier record first. */
final class MergedTrails implements Closeable {

    private final List<Source> sources = new ArrayList<>();
    private final @Nullable Map<String, Long> upTo;

    private MergedTrails(@Nullable Map<String, Long> upTo) {
        this.upTo = upTo;
    }

    static MergedTrails open(List<Path> trails, @Nullable Map<String, Long> upTo) throws IOException, AuditDamage {
        MergedTrails merged = new MergedTrails(upTo);
        try {
            for (Path trail : trails) {
                Source source = merged.new Source(AuditReader.whole(trail));
                merged.sources.add(source);
                source.begin();
            }
            return merged;
        } catch (IOException | AuditDamage | RuntimeException e) {
            merged.close();
            throw e;
        }
    }

    /** The trails' names; a trail without records has none yet. */
    static List<String> names(List<Path> trails) throws IOException, AuditDamage {
        try (MergedTrails merged = open(trails, Map.of())) {
            return merged.sources.stream()
                    .map(source -> source.name)
                    .filter(name -> !name.isEmpty())
                    .toList();
        }
    }

    /** What was carried over from records that are archived, to be put in before the first record. */
    List<AuditCarry> carries() throws IOException, AuditDamage {
        List<AuditCarry> carries = new ArrayList<>();
        for (Source source : sources) {
            if (source.last > 0) {
                source.reader.carry().ifPresent(carries::add);
            }
        }
        return carries;
    }

    @Nullable
    AuditRecord next() throws IOException, AuditDamage {
        while (true) {
            Source earliest = sources.stream()
                    .filter(source -> source.next != null)
                    .min(Comparator.comparing(Source::time))
                    .orElse(null);
            AuditRecord record = earliest == null ? null : earliest.take();
            if (record == null || !earliest.spent.has(record)) {
                return record;
            }
        }
    }

    /** The last record taken of each trail. */
    List<TrailPosition> positions() {
        return sources.stream()
                .filter(source -> source.taken != null)
                .map(source -> Objects.requireNonNull(source.taken))
                .toList();
    }

    @Override
    public void close() throws IOException {
        for (Source source : sources) {
            source.reader.close();
        }
    }

    /** One trail. */
    private final class Source {

        private final AuditReader reader;
        private String name = "";
        private long last = Long.MAX_VALUE;
        private @Nullable AuditRecord next;
        private @Nullable TrailPosition taken;
        private LedgerCarry.Spent spent = LedgerCarry.Spent.NONE;

        Source(AuditReader reader) {
            this.reader = reader;
        }

        void begin() throws IOException, AuditDamage {
            AuditRecord first = reader.next();
            if (first == null) {
                return;
            }
            name = reader.name();
            last = upTo == null ? Long.MAX_VALUE : upTo.getOrDefault(name, 0L);
            next = last >= first.sequence() ? first : null;
            Optional<AuditCarry> carry = last > 0 ? reader.carry() : Optional.empty();
            if (carry.isPresent()) {
                AuditCut cut = carry.get().cut();
                if (last < cut.last()) {
                    throw new LedgerException("LEDGER_BEHIND_CUT");
                }
                taken = new TrailPosition(name, cut.last(), cut.hash());
                spent = LedgerCarry.spent(carry.get());
            }
        }

        Instant time() {
            return Objects.requireNonNull(next).event().at();
        }

        AuditRecord take() throws IOException, AuditDamage {
            AuditRecord record = Objects.requireNonNull(next);
            taken = new TrailPosition(name, record.sequence(), record.hash());
            next = record.sequence() < last ? reader.next() : null;
            return record;
        }
    }
}
