package dev.passcourier.health;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code /health} as JSON. */
final class StatusJson {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private StatusJson() {}

    static byte[] of(List<CheckState> states) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("status", states.stream().anyMatch(CheckState::isGrave) ? "DOWN" : "UP");
        var checks = root.putArray("checks");
        for (CheckState state : states) {
            ObjectNode check = checks.addObject();
            check.put("name", state.name());
            check.put("status", state.isUp() ? "UP" : "DOWN");
            check.put("stops", state.stops().name());
            check.put("since", state.since().toString());
            Trouble trouble = state.trouble();
            if (trouble != null) {
                check.put("code", trouble.code());
                if (trouble.until() != null) {
                    check.put("until", trouble.until().toString());
                }
            }
        }
        return (root + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
