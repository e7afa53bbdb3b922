package dev.passcourier.report;

import dev.passcourier.ledger.LineResult;
import dev.passcourier.request.Advice;
import dev.passcourier.request.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.TreeMap;

/** What is worth telling of a batch that has ended, in as much memory whatever its size: counts, and the slowest lines. */
final class BatchTally implements BatchLines.Taker {

    private static final int SLOWEST = 10;

    private final Map<Verdict, Map<String, Long>> counts = new EnumMap<>(Verdict.class);
    private final PriorityQueue<LineResult> slowest = new PriorityQueue<>(Comparator.comparing(BatchTally::took));
    private long lines;

    /**
     * Lines that ended in the same way.
     *
     * @param code   why, or empty
     * @param advice what to do about them, or empty
     */
    record Count(Verdict verdict, String code, long lines, String advice) {}

    @Override
    public void take(LineResult line) {
        lines++;
        counts.computeIfAbsent(line.verdict() == null ? Verdict.FAILED : line.verdict(), verdict -> new TreeMap<>())
                .merge(Objects.requireNonNullElse(line.code(), ""), 1L, Long::sum);
        if (!took(line).isZero()) {
            slowest.add(line);
            if (slowest.size() > SLOWEST) {
                slowest.poll();
            }
        }
    }

    /** From acceptance to end; nothing for lines that were not accepted. */
    static Duration took(LineResult line) {
        return line.acceptedAt() == null || line.endedAt() == null
                ? Duration.ZERO
                : Duration.between(line.acceptedAt(), line.endedAt());
    }

    long lines() {
        return lines;
    }

    long delivered() {
        return counts.getOrDefault(Verdict.DELIVERED, Map.of()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** By verdict and code, most lines first. */
    List<Count> counts() {
        List<Count> all = new ArrayList<>();
        counts.forEach((verdict, codes) -> codes.forEach((code, number) -> all.add(
                new Count(verdict, code, number, verdict == Verdict.DELIVERED ? "" : Advice.on(verdict, code)))));
        all.sort(Comparator.comparingLong(Count::lines).reversed());
        return all;
    }

    /** The lines that took longest, slowest first. */
    List<LineResult> slowest() {
        List<LineResult> all = new ArrayList<>(slowest);
        all.sort(Comparator.comparing(BatchTally::took).reversed());
        return all;
    }
}
