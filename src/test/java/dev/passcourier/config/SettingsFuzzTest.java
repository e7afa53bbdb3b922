package dev.passcourier.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.passcourier.fuzz.Refusal;
import dev.passcourier.provider.ProviderCatalog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class SettingsFuzzTest {

    @TempDir
    static Path home;

    private static SettingsLoader loader;

    @BeforeAll
    static void prepare() {
        loader = new SettingsLoader(ProviderCatalog.find(), name -> null, Clock.systemUTC());
    }

    @FuzzTest
    void anyFileIsSettingsOrFindingsWithAPlace(byte[] yaml) throws Exception {
        Path file = home.resolve("config/passcourier.yaml");
        Files.createDirectories(file.getParent());
        Files.write(file, yaml);
        try {
            assertThat(loader.read(file)).isNotNull();
        } catch (InvalidConfigurationException refused) {
            Refusal.standsAlone(refused);
            assertThat(refused.findings()).isNotEmpty().allSatisfy(finding -> {
                assertThat(finding.line()).isPositive();
                assertThat(finding.message()).isNotEmpty().hasSizeLessThan(400);
            });
        }
    }
}
