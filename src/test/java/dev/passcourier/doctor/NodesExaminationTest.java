package dev.passcourier.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.ledger.NodeStatus;
import dev.passcourier.ledger.NodeStatus.State;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodesExaminationTest {

    private static NodeStatus node(String id, String version, String settings, State state) {
        return new NodeStatus(id, "host-" + id, version, settings, Instant.EPOCH, Instant.EPOCH, state);
    }

    private static Diagnosis diagnosis(NodeStatus... nodes) {
        return LocalExaminations.nodes("nodes", List.of(nodes));
    }

    @Test
    void nodesThatAreAlikeAreWell() {
        assertThat(diagnosis(node("a", "1.1", "cafe", State.UP), node("b", "1.1", "cafe", State.WAITS)))
                .isEqualTo(
                        Diagnosis.ok("nodes", "host-a a up, 1.1, settings cafe; host-b b waits, 1.1, settings cafe"));
    }

    @Test
    void whoWasStoppedMayHaveBeenDifferent() {
        assertThat(diagnosis(node("a", "1.1", "cafe", State.UP), node("b", "1.0", "beef", State.STOPPED))
                        .level())
                .isEqualTo(Diagnosis.Level.OK);
    }

    @Test
    void differentReleasesSettingsAndSilenceAreTold() {
        Diagnosis found = diagnosis(
                node("a", "1.1", "cafe", State.UP),
                node("b", "1.0", "cafe", State.UP),
                node("c", "1.1", "beef", State.SILENT));
        assertThat(found.level()).isEqualTo(Diagnosis.Level.WARN);
        assertThat(found.says()).contains("several releases", "settings differ", "one is silent");
    }
}
