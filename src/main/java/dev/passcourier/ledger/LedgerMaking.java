package dev.passcourier.ledger;

import dev.passcourier.audit.AuditCarry;
import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Applies whole trails to an empty ledger, record by record in the order of their times. */
final class LedgerMaking {

    private static final int STEP = 5000;

    private final LedgerDatabase fresh;
    private final LongConsumer progress;
    private long records;

    LedgerMaking(LedgerDatabase fresh, LongConsumer progress) {
        this.fresh = fresh;
        this.progress = progress;
    }

    /**
     * Applies the trails.
     *
     * @param upTo how far each trail is applied, by its name, 0 for one that is not named; null for all to their ends
     * @return how many records were applied
     */
    long apply(List<Path> trails, @Nullable Map<String, Long> upTo) throws IOException, AuditDamage, SQLException {
        try (MergedTrails merged = MergedTrails.open(trails, upTo)) {
            for (AuditCarry carry : merged.carries()) {
                begin(carry);
            }
            List<AuditRecord> step = new ArrayList<>();
            for (AuditRecord next = merged.next(); next != null; next = merged.next()) {
                step.add(next);
                if (step.size() == STEP) {
                    apply(step);
                    step.clear();
                }
            }
            apply(step);
            List<TrailPosition> ends = merged.positions();
            fresh.inTransaction(sql -> note(sql, ends));
            return records;
        }
    }

    private void begin(AuditCarry carry) throws IOException, SQLException {
        try {
            fresh.inTransaction(sql -> {
                try {
                    LedgerCarry.apply(carry, sql);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return null;
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void apply(List<AuditRecord> step) throws SQLException {
        fresh.inTransaction(sql -> {
            Projection projection = new Projection(sql);
            for (AuditRecord record : step) {
                projection.apply(record.event());
            }
            return step.size();
        });
        records += step.size();
        progress.accept(records);
    }

    private static int note(Sql sql, List<TrailPosition> ends) throws SQLException {
        Projection projection = new Projection(sql);
        for (TrailPosition end : ends) {
            projection.position(end.trail(), end.sequence(), end.hash());
        }
        return ends.size();
    }
}
