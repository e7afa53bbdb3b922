package dev.passcourier.killloop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Which kill comes when: chosen by a seed, so that a run can be repeated. */
final class KillPlan {

    /** Where a kill falls. */
    enum Kind {
        /** While a thread stands at a named point. */
        POINT,
        /** At any moment while it works, after it had the time to finish what it found. */
        MOMENT,
        /** While it starts. */
        START,
        /** While it stops, after it had the time to finish what it found. */
        STOP
    }

    /**
     * One kill.
     *
     * @param point the point, or empty
     * @param hit   at which passage
     * @param delay how long after the start, or after it is up, or after the stop began
     */
    record Kill(Kind kind, String point, int hit, Duration delay) {

        /** No kill. */
        static final Kill NONE = new Kill(Kind.STOP, "", 1, Duration.ZERO);

        /** Whether it comes when all is done, amid new requests. Five kills in a row may quarantine what is in hand. */
        boolean isAfterCalm() {
            return kind == Kind.MOMENT || kind == Kind.STOP;
        }

        @Override
        public String toString() {
            return kind == Kind.POINT ? point + " #" + hit : kind + " + " + delay.toMillis() + " ms";
        }
    }

    /** Nodes that every request passes: any of the first passages. */
    private static final List<String> BUSY = List.of(
            "intake-arrival",
            "intake-check",
            "intake-hand-on",
            "hand-on-address",
            "hand-on-send",
            "fetch-arrival",
            "fetch-take",
            "fetch-ask",
            "fetch-decrypt-and-seal",
            "fetch-settle",
            "fetch-hand-on",
            "call-send",
            "kakaocloud-call",
            "zstack-call",
            "tencent-gse-call",
            "huawei-ecs-call",
            "outbox-compose",
            "outbox-send",
            "file-sink-write",
            "webhook-sink-post",
            "outbox-outcome",
            "outbox-hand-on",
            "jms-sink-send",
            "jms-sink-outcome",
            "FileAuditTrail.append",
            "LedgerProjector.apply",
            "ActiveMQSession.commit");

    /** What happens once in a while: its first passage. */
    private static final List<String> RARE = List.of(
            "email-sink-send",
            "request-file-source-take",
            "request-schedule-source-run",
            "request-schedule-catch-up-run",
            "report-hand-over",
            "DropDirectory.claim",
            "BatchHandOver.record",
            "JmsIntakeSender.send",
            "TakeBatchFileStep.take",
            "BatchResults.write",
            "BatchReporter.reported");

    /** The worst places come first, so that the short form visits them. */
    private static final List<String> FIRST = List.of(
            "after webhook-sink-post",
            "after JmsIntakeSender.send",
            "before ActiveMQSession.commit",
            "after DropDirectory.claim",
            "after email-sink-send",
            "after intake-hand-on",
            "after BatchHandOver.record",
            "after fetch-settle");

    private static final int PASSAGES = 12;

    private final Random random;
    private final List<String> points = new ArrayList<>();

    KillPlan(Random random) {
        this.random = random;
        for (List<String> places : List.of(BUSY, RARE)) {
            for (String place : places) {
                points.add("before " + place);
                points.add("after " + place);
            }
        }
        points.removeAll(FIRST);
        Collections.shuffle(points, random);
        points.addAll(0, FIRST);
    }

    /** How many points there are. */
    int size() {
        return points.size();
    }

    /** The kill of a cycle: two in three at a point, the others at a moment, in a start, in a stop. */
    Kill kill(int cycle) {
        return switch (cycle % 12) {
            case 2, 8 -> new Kill(Kind.MOMENT, "", 1, millis(3000));
            case 5 -> new Kill(Kind.STOP, "", 1, millis(1500));
            case 11 -> new Kill(Kind.START, "", 1, millis(3500));
            default -> atPoint(cycle - (cycle + 1) / 3);
        };
    }

    private Kill atPoint(int number) {
        String point = points.get(number % points.size());
        boolean busy = BUSY.contains(point.substring(point.indexOf(' ') + 1));
        return new Kill(Kind.POINT, point, busy ? 1 + random.nextInt(PASSAGES) : 1, Duration.ZERO);
    }

    private Duration millis(int most) {
        return Duration.ofMillis(random.nextInt(most));
    }
}
