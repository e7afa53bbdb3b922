package dev.passcourier.health;

import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All checks and how they stand. A change is logged once; what is read here was found by the {@link Probe}. */
public final class Checks {

    private static final Logger LOG = LoggerFactory.getLogger(Checks.class);

    private final Clock clock;
    private final Map<String, HealthCheck> healthChecks = new LinkedHashMap<>();
    private final Map<String, CheckState> states = new LinkedHashMap<>();
    private Runnable changed = () -> {};

    /** None yet. */
    public Checks(Clock clock) {
        this.clock = clock;
    }

    /** Adds a check, up until it has run once. */
    public synchronized void add(String name, Stops stops, HealthCheck check) {
        healthChecks.put(name, check);
        states.put(name, new CheckState(name, stops, null, clock.instant()));
    }

    /** Takes a check out, if it is there. */
    public synchronized void remove(String name) {
        healthChecks.remove(name);
        states.remove(name);
    }

    /** Who is to be told of every change, from the thread that found it. */
    synchronized void onChange(Runnable told) {
        changed = told;
    }

    /** Runs all of them. One that fails counts as a problem. */
    void run() {
        for (var each : healthChecks().entrySet()) {
            set(each.getKey(), problem(each.getValue()));
        }
    }

    /** A hop has failed for this reason: the check is down at once, until a run has proof of the contrary. */
    public void suspect(String name, String code) {
        HealthCheck check = healthChecks().get(name);
        if (check != null) {
            check.suspect(code);
            set(name, new HealthProblem(code));
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

    private synchronized Map<String, HealthCheck> healthChecks() {
        return new LinkedHashMap<>(healthChecks);
    }

    private static @Nullable HealthProblem problem(HealthCheck check) {
        try {
            return check.check().orElse(null);
        } catch (RuntimeException e) {
            return new HealthProblem("CHECK_FAILED");
        }
    }

    private void set(String name, @Nullable HealthProblem problem) {
        Runnable told;
        synchronized (this) {
            CheckState before = states.get(name);
            if (before == null || Objects.equals(before.problem(), problem)) {
                return;
            }
            Instant since = sameKind(before.problem(), problem) ? before.since() : clock.instant();
            CheckState now = new CheckState(name, before.stops(), problem, since);
            states.put(name, now);
            log(before, now);
            told = changed;
        }
        told.run();
    }

    private static boolean sameKind(@Nullable HealthProblem before, @Nullable HealthProblem now) {
        return before != null && now != null && before.code().equals(now.code());
    }

    private static void log(CheckState before, CheckState now) {
        HealthProblem problem = now.problem();
        if (problem == null) {
            LOG.info("HEALTH_UP {}", now.name());
        } else if (sameKind(before.problem(), problem)) {
            LOG.debug("HEALTH_DOWN {} {}", now.name(), problem);
        } else if (now.isGrave()) {
            LOG.error("HEALTH_DOWN {} {}", now.name(), problem);
        } else {
            LOG.warn("HEALTH_DOWN {} {}", now.name(), problem);
        }
    }
}
