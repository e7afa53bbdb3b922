package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.control.ControlException;
import dev.passcourier.status.StatusAnswer;
import dev.passcourier.status.StatusOrder;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusReaderTest {

    @TempDir
    private Path home;

    @Test
    void aServiceThatIsStartingIsToldFromNone() throws Exception {
        Path data = home.resolve("data");
        try (DataDirectory starting = DataDirectory.open(data)) {
            ControlException e = catchThrowableOfType(ControlException.class, () -> ask(data));
            assertThat(e.reason()).isEqualTo(ControlException.Reason.NOT_NOW);
            assertThat(e).hasMessageContaining("is starting").hasMessageContaining(data.toString());
        }
        assertThatThrownBy(() -> ask(data))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no service runs");
    }

    private static StatusAnswer ask(Path data) throws Exception {
        return StatusReader.answer(data, () -> null, new StatusOrder(null), Clock.systemUTC());
    }
}
