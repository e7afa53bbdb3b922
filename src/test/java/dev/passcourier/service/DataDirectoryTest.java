package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.config.ConfigurationException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir
    private Path home;

    @Test
    void aServiceWaitsForACommandThatIsAtWorkThere() throws Exception {
        Path data = home.resolve("data");
        CompletableFuture<DataDirectory> service;
        try (DataDirectory command = DataDirectory.open(data)) {
            assertThatThrownBy(() -> DataDirectory.openForService(data, Duration.ZERO, CLOCK))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("in use by another process");
            service = CompletableFuture.supplyAsync(() -> start(data));
            assertThat(service).isNotDone();
        }
        service.get(1, TimeUnit.MINUTES).close();
    }

    @Test
    void aSecondServiceIsRefusedAtOnce() throws Exception {
        Path data = home.resolve("data");
        DataDirectory.open(data).close();
        try (DataDirectory running = DataDirectory.openForService(data, Duration.ofHours(1), CLOCK)) {
            assertThatThrownBy(() -> start(data)).hasRootCauseInstanceOf(ConfigurationException.class);
        }
    }

    private static DataDirectory start(Path data) {
        try {
            return DataDirectory.openForService(data, Duration.ofHours(1), CLOCK);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
