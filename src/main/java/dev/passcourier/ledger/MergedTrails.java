package dev.passcourier.ledger;

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

    @Nullable
    AuditRecord next() throws IOException, AuditDamage {
        Source earliest = sources.stream()
                .filter(source -> source.next != null)
                .min(Comparator.comparing(Source::time))
                .orElse(null);
        return earliest == null ? null : earliest.take();
    }

    /** The last record taken of each trail. */
    List<TrailPosition> positions() {
        return sources.stream()
                .filter(source -> source.taken != null)
                .map(source -> {
                    AuditRecord taken = Objects.requireNonNull(source.taken);
                    return new TrailPosition(source.name, taken.sequence(), taken.hash());
                })
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
        private @Nullable AuditRecord taken;

        Source(AuditReader reader) {
            this.reader = reader;
        }

        void begin() throws IOException, AuditDamage {
            AuditRecord first = reader.next();
            if (first != null) {
                name = first.previous();
                last = upTo == null ? Long.MAX_VALUE : upTo.getOrDefault(name, 0L);
                next = last >= 1 ? first : null;
            }
        }

        Instant time() {
            return Objects.requireNonNull(next).event().at();
        }

        AuditRecord take() throws IOException, AuditDamage {
            AuditRecord record = Objects.requireNonNull(next);
            taken = record;
            next = record.sequence() < last ? reader.next() : null;
            return record;
        }
    }
}
