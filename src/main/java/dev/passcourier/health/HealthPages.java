package dev.passcourier.health;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.health.StatusServer.Reply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** {@code /health} and the probes of orchestrators, as JSON: 200 or 503, and why. */
public final class HealthPages {

    /** Where an orchestrator asks whether a restart would help. */
    public static final String LIVE = "/health/live";

    /** Where it asks whether work is taken. */
    public static final String READY = "/health/ready";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Checks checks;
    private final ServiceGate gate;
    private final Liveness liveness;

    /** From the checks, and from whether work is taken. */
    public HealthPages(Checks checks, ServiceGate gate, Liveness liveness) {
        this.checks = checks;
        this.gate = gate;
        this.liveness = liveness;
    }

    /** Adds them. */
    public void addTo(StatusServer server) {
        server.page("/health", this::health);
        server.probe(LIVE, details -> probe(liveCauses(), details));
        server.probe(READY, details -> probe(readyCauses(), details));
    }

    /** How all checks stand. */
    private Reply health() {
        List<CheckState> states = checks.states();
        boolean isUp = gate.closed().isEmpty() && states.stream().noneMatch(CheckState::isGrave);
        ObjectNode root = status(isUp);
        ArrayNode all = root.putArray("checks");
        for (CheckState state : states) {
            ObjectNode check = all.addObject();
            check.put("name", state.name());
            check.put("status", state.isUp() ? "UP" : "DOWN");
            check.put("stops", state.stops().name());
            check.put("since", state.since().toString());
            tell(check, Optional.ofNullable(state.problem()));
        }
        return json(isUp, root);
    }

    private ArrayNode liveCauses() {
        ArrayNode causes = MAPPER.createArrayNode();
        liveness.causes().forEach(cause -> tell(causes.addObject(), Optional.of(cause)));
        return causes;
    }

    /** Whether work can be taken. An account or destination that is down keeps only its own queue waiting. */
    private ArrayNode readyCauses() {
        ArrayNode causes = MAPPER.createArrayNode();
        gate.closed().ifPresent(cause -> tell(causes.addObject(), Optional.of(cause)));
        for (CheckState state : checks.states()) {
            if (!state.isUp() && state.stops() == Stops.EVERYTHING) {
                ObjectNode cause = causes.addObject()
                        .put("check", state.name())
                        .put("since", state.since().toString());
                tell(cause, Optional.ofNullable(state.problem()));
            }
        }
        return causes;
    }

    private static Reply probe(ArrayNode causes, boolean details) {
        boolean isUp = causes.isEmpty();
        ObjectNode root = status(isUp);
        if (details) {
            root.set("causes", causes);
        }
        return json(isUp, root);
    }

    private static ObjectNode status(boolean isUp) {
        return MAPPER.createObjectNode().put("status", isUp ? "UP" : "DOWN");
    }

    private static void tell(ObjectNode object, Optional<HealthProblem> found) {
        found.ifPresent(problem -> {
            object.put("code", problem.code());
            if (problem.until() != null) {
                object.put("until", problem.until().toString());
            }
            if (!problem.says().isEmpty()) {
                object.put("says", problem.says());
            }
        });
    }

    private static Reply json(boolean isUp, ObjectNode root) {
        return new Reply(isUp ? 200 : 503, "application/json", (root + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
