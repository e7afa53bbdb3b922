package dev.passcourier.health;

import java.util.Map;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** One of our checks as Camel's health registry sees it. Reads what the probe has found and checks nothing itself. */
public final class CamelHealthCheck extends AbstractHealthCheck {

    /** The group of all our checks. */
    public static final String GROUP = "passcourier";

    private final Checks checks;

    private CamelHealthCheck(String name, Checks checks) {
        super(GROUP, name);
        this.checks = checks;
    }

    /** Registers all checks there are. */
    public static void register(CamelContext camel, Checks checks) {
        HealthCheckRegistry registry = HealthCheckRegistry.get(camel);
        for (CheckState state : checks.states()) {
            CamelHealthCheck check = new CamelHealthCheck(state.name(), checks);
            check.setCamelContext(camel);
            registry.register(check);
        }
    }

    /** A restart mends none of them. */
    @Override
    public boolean isLiveness() {
        return false;
    }

    /** What stops nothing is unknown rather than down: only its own queue waits. */
    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        Optional<CheckState> state = checks.states().stream()
                .filter(each -> each.name().equals(getId()))
                .findFirst();
        Optional<HealthProblem> problem = state.map(CheckState::problem);
        problem.ifPresentOrElse(
                found -> {
                    builder.detail("code", found.code());
                    builder.state(state.orElseThrow().isGrave() ? State.DOWN : State.UNKNOWN);
                },
                builder::up);
    }
}
