package dev.passcourier.health;

import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All checks and how they stand. A change is logged once; what is read here was looked at by the {@link Probe}. */
public final class Checks {

    private static final Logger LOG = LoggerFactory.getLogger(Checks.class);

    private final Clock clock;
    private final Map<String, Look> looks = new LinkedHashMap<>();
    private final Map<String, CheckState> states = new LinkedHashMap<>();
    private Runnable changed = () -> {};

    /** None yet. */
    public Checks(Clock clock) {
        this.clock = clock;
    }

    /** Adds a check, up until somebody has looked. */
    public synchronized void add(String name, Stops stops, Look look) {
        looks.put(name, look);
        states.put(name, new CheckState(name, stops, null, clock.instant()));
    }

    /** Who is to be told of every change, from the thread that found it. */
    synchronized void onChange(Runnable told) {
        changed = told;
    }

    /** Looks at everything. A look that fails counts as trouble. */
    void look() {
        for (var each : looks().entrySet()) {
            set(each.getKey(), trouble(each.getValue()));
        }
    }

    /** A hop has failed for this reason: the check is down at once, until a look has proof of the contrary. */
    public void suspect(String name, String code) {
        Look look = looks().get(name);
        if (look != null) {
            look.suspect(code);
            set(name, new Trouble(code));
        }
    }

    /** How all checks stand, in the order they were added. */
    public synchronized List<CheckState> states() {
        return List.copyOf(states.values());
    }

    /** Whether no check is down that stops any of these. */
    public synchronized boolean allow(Collection<Stops> stopped) {
        return states.values().stream().allMatch(state -> state.isUp() || !stopped.contains(state.stops()));
    }

    private synchronized Map<String, Look> looks() {
        return new LinkedHashMap<>(looks);
    }

    private static @Nullable Trouble trouble(Look look) {
        try {
            return look.look().orElse(null);
        } catch (RuntimeException e) {
            return new Trouble("CHECK_FAILED");
        }
    }

    private void set(String name, @Nullable Trouble trouble) {
        Runnable told;
        synchronized (this) {
            CheckState before = Optional.ofNullable(states.get(name)).orElseThrow();
            if (Objects.equals(before.trouble(), trouble)) {
                return;
            }
            Instant since = sameKind(before.trouble(), trouble) ? before.since() : clock.instant();
            CheckState now = new CheckState(name, before.stops(), trouble, since);
            states.put(name, now);
            log(before, now);
            told = changed;
        }
        told.run();
    }

    private static boolean sameKind(@Nullable Trouble before, @Nullable Trouble now) {
        return before != null && now != null && before.code().equals(now.code());
    }

    private static void log(CheckState before, CheckState now) {
        Trouble trouble = now.trouble();
        if (trouble == null) {
            LOG.info("HEALTH_UP {}", now.name());
        } else if (sameKind(before.trouble(), trouble)) {
            LOG.debug("HEALTH_DOWN {} {}", now.name(), trouble.code());
        } else if (now.isGrave()) {
            LOG.error("HEALTH_DOWN {} {}", now.name(), trouble.code());
        } else {
            LOG.warn("HEALTH_DOWN {} {}", now.name(), trouble.code());
        }
    }
}
