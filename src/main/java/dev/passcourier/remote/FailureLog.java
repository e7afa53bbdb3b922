package dev.passcourier.remote;

import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Logs what failed at another end, once per attempt and in one form whatever the end is:
 *
 * <pre>NOT_FETCHED request=chg-4711 account=huawei instance=i-1 attempt=2 code=Ecs.0114 next=2026-11-22T08:00:30Z said="…"</pre>
 *
 * Each account and destination may fill {@value #LINES} lines a minute; how many more there were stands as
 * {@code unsaid=} in its next line.
 */
public final class FailureLog {

    /** For each account or destination, in a minute. */
    public static final int LINES = 30;

    private final Logger log;
    private final Map<String, Quota> quotas = new ConcurrentHashMap<>();

    /** Logs to {@code log}. */
    public FailureLog(Logger log) {
        this.log = log;
    }

    /**
     * One attempt.
     *
     * @param event   {@code NOT_FETCHED} or {@code NOT_DELIVERED}
     * @param at      the account or destination whose quota it fills
     * @param facts   ids, in the order of the line; empty ones are left out
     * @param outcome what happened
     */
    public void attempt(String event, String at, Map<String, String> facts, Outcome outcome) {
        Quota quota = quotas.computeIfAbsent(at, name -> new Quota());
        if (!quota.lines.tryConsume(1)) {
            quota.unsaid.incrementAndGet();
            return;
        }
        StringBuilder line = new StringBuilder(event);
        facts.forEach((name, value) -> append(line, name, value));
        append(line, "code", outcome.code());
        append(
                line,
                "next",
                outcome.next() == null
                        ? ""
                        : outcome.next().truncatedTo(ChronoUnit.SECONDS).toString());
        append(line, "end", outcome.end());
        if (!outcome.said().isEmpty()) {
            line.append(" said=\"").append(outcome.said().replace('"', '\'')).append('"');
        }
        long unsaid = quota.unsaid.getAndSet(0);
        append(line, "unsaid", unsaid == 0 ? "" : Long.toString(unsaid));
        if (outcome.next() == null) {
            log.warn("{}", line);
        } else {
            log.info("{}", line);
        }
    }

    private static void append(StringBuilder line, String name, String value) {
        if (!value.isEmpty()) {
            line.append(' ').append(name).append('=').append(value);
        }
    }

    /**
     * What came of an attempt.
     *
     * @param code ours or the documented one of the other end
     * @param next when it is tried again, or null if it is not
     * @param end  how it ended, or empty if it is tried again
     * @param said the other end's words, as {@link RemoteText} leaves them; or empty
     */
    public record Outcome(String code, @Nullable Instant next, String end, String said) {}

    private static final class Quota {

        private final Bucket lines = Bucket.builder()
                .addLimit(limit -> limit.capacity(LINES).refillGreedy(LINES, Duration.ofMinutes(1)))
                .build();

        private final AtomicLong unsaid = new AtomicLong();
    }
}
