package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.passcourier.backup.DataFormat;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.secrecy.CapturedOutput;
import java.io.IOException;
import java.nio.file.Files;
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
        try (CapturedOutput output = new CapturedOutput();
                DataDirectory command = DataDirectory.open(data)) {
            assertThatThrownBy(() -> DataDirectory.openForService(data, Duration.ZERO, CLOCK))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("in use by another process");
            service = CompletableFuture.supplyAsync(() -> start(data));
            await().until(() -> output.log().contains("START_WAITS"));
            assertThat(service).isNotDone();
        }
        service.get(1, TimeUnit.MINUTES).close();
    }

    @Test
    void aServiceWaitsForAHolderThatHasNotSaidYetWhatItIs() throws Exception {
        Path data = home.resolve("data");
        CompletableFuture<DataDirectory> service;
        try (CapturedOutput output = new CapturedOutput();
                DataDirectory command = DataDirectory.open(data)) {
            Files.writeString(data.resolve("lock"), "");
            service = CompletableFuture.supplyAsync(() -> start(data));
            await().until(() -> output.log().contains("START_WAITS") || service.isDone());
            assertThat(service).isNotDone();
        }
        service.get(1, TimeUnit.MINUTES).close();
    }

    @Test
    void ofANewerReleaseIsRefusedByName() throws Exception {
        Path data = home.resolve("data");
        DataDirectory.open(data).close();
        assertThat(data.resolve("format")).content().contains("\"format\":" + DataFormat.NEWEST);
        Files.writeString(data.resolve("format"), "{\"format\":9,\"writtenBy\":\"7.1\"}");
        assertThatThrownBy(() -> DataDirectory.openForService(data, Duration.ZERO, CLOCK))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("DATA_NEWER version 9 of ")
                .hasMessageContaining("written by Passcourier 7.1")
                .hasMessageEndingWith("; use that version, or restore the backup made before the upgrade");
        assertThat(data.resolve("format")).content().contains("7.1");
        DataDirectory.hold(data).close();
    }

    @Test
    void isFreeAfterADiskWasFull() throws Exception {
        Path data = home.resolve("data");
        DataDirectory.open(data).close();
        Files.delete(data.resolve("lock"));
        Files.createSymbolicLink(data.resolve("lock"), Path.of("/dev/full"));

        for (int time = 0; time < 2; time++) {
            assertThatThrownBy(() -> DataDirectory.open(data))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left");
        }
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
