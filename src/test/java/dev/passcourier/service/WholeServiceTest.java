package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.provider.ProviderCatalog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeServiceTest {

    @TempDir
    Path directory;

    @Test
    void aBatchIsDelivered() throws Exception {
        try (DemoWorld world = DemoWorld.start(directory.resolve("demo"), Clock.systemUTC())) {
            var settings = SettingsLoader.load(world.settings(), ProviderCatalog.find(), Clock.systemUTC());
            try (PasscourierService service =
                    PasscourierService.start(Path.of("").toAbsolutePath(), settings, Clock.systemUTC())) {
                Files.writeString(
                        world.home().resolve("drop/batch.csv"),
                        "id,account,instance,deliverTo\nb-1,kakao,5b0f7c1e-0000-4000-8000-000000000001,archive ops-mail hook\n");
                await().atMost(Duration.ofSeconds(90)).until(() -> service.ledger().newest(20).stream()
                        .anyMatch(row -> row.state() == RequestState.ENDED));
                System.out.println(service.ledger().newest(20));
                System.out.println(service.ledger().deliveriesByDestination());
                assertThat(world.mailbox().received()).isNotEmpty();
            }
        } catch (InvalidConfigurationException e) {
            e.findings().forEach(System.out::println);
            throw e;
        }
    }
}
