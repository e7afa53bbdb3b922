package dev.passcourier.health;

import dev.passcourier.vault.RecipientKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns of recipients' keys that expire soon, at the start and once a day. */
public final class KeyExpiry implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeyExpiry.class);
    /** What the log and the status page call it. */
    public static final String CODE = "KEY_EXPIRES";

    private static final Duration SOON = Duration.ofDays(30);

    private volatile Map<String, RecipientKey> recipients;
    private final Clock clock;
    private final ScheduledExecutorService daily = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "key-expiry");
        thread.setDaemon(true);
        return thread;
    });

    private KeyExpiry(Map<String, RecipientKey> recipients, Clock clock) {
        this.recipients = Map.copyOf(recipients);
        this.clock = clock;
    }

    /** Looks now and once a day until it is closed. */
    @SuppressWarnings("FutureReturnValueIgnored") // ends with the executor
    public static KeyExpiry watch(Map<String, RecipientKey> recipients, Clock clock) {
        KeyExpiry expiry = new KeyExpiry(recipients, clock);
        expiry.daily.scheduleAtFixedRate(expiry::warn, 0, 1, TimeUnit.DAYS);
        return expiry;
    }

    /** From now on of these. */
    public void watchInstead(Map<String, RecipientKey> others) {
        recipients = Map.copyOf(others);
    }

    /** Recipients whose keys expire within 30 days or have expired, by name, with the time. */
    public Map<String, Instant> expiring() {
        Instant limit = clock.instant().plus(SOON);
        Map<String, Instant> expiring = new TreeMap<>();
        recipients.forEach((name, key) -> {
            Instant end = key.expiresAt();
            if (end != null && end.isBefore(limit)) {
                expiring.put(name, end);
            }
        });
        return expiring;
    }

    /** All recipients, with the time at which their keys end if they do. */
    public Map<String, Optional<Instant>> ends() {
        Map<String, Optional<Instant>> ends = new TreeMap<>();
        recipients.forEach((name, key) -> ends.put(name, Optional.ofNullable(key.expiresAt())));
        return ends;
    }

    private void warn() {
        expiring().forEach((name, end) -> LOG.warn("{} recipient={} at={}", CODE, name, end));
    }

    @Override
    public void close() {
        daily.shutdownNow();
    }
}
