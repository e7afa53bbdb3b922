package dev.passcourier.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.request.BatchLine;
import dev.passcourier.request.Origin;
import dev.passcourier.request.RefusalCode;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchHandOverTest {

    private final Fakes.Trail audit = new Fakes.Trail();

    @Test
    void recordsEachStepOnceHoweverManyStepsAreUnderWay() {
        BatchHandOver handOver = new BatchHandOver(
                "requests",
                audit,
                new Fakes.Sender(),
                batch -> Optional.empty(),
                batch -> false,
                new Fakes.HandClock("2026-03-01T12:00:00Z"));
        int steps = 101;
        List<Batch> batches = IntStream.range(0, 10)
                .mapToObj(number -> new Batch(
                        Origin.Source.FILE,
                        "batch-" + number,
                        number + ".csv",
                        null,
                        steps * BatchHandOver.STEP,
                        List.of(new BatchLine.Bad(1, RefusalCode.BATCH_COLUMNS, "", ""))))
                .toList();
        for (int poll = 0; poll < 2; poll++) {
            for (int step = 0; step < steps; step++) {
                for (Batch batch : batches) {
                    handOver.handOver(batch, step);
                }
            }
        }
        assertThat(audit.told(Fact.BATCH)).hasSize(10 + 10 * steps);
    }
}
