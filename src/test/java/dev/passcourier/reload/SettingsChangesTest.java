package dev.passcourier.reload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.config.SettingsLoader;
import dev.passcourier.provider.ProviderCatalog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsChangesTest {

    private static final String OURS_ALONE = "rw-------";

    @TempDir
    private Path home;

    private Path secret;

    @BeforeEach
    void layOut() throws Exception {
        secret = Files.createFile(
                home.resolve("secret"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OURS_ALONE)));
        Files.writeString(secret, "a-secret-of-16-letters-or-more");
    }

    /** Or a rotated password would stand in the way of every reload until the next restart. */
    @Test
    void whatIsReadAtEachUseIsNoChangeWhenItsFileIsWrittenAnew() throws Exception {
        String settings = """
            broker: {url: "tcp://broker:61617?sslEnabled=true", user: courier, password: "{{file:secret}}"}
            sources: {jms: {url: "tcp://bus:61617?sslEnabled=true", user: courier, password: "{{file:secret}}"}}
            ledger: {url: "jdbc:postgresql://db/ledger", user: courier, password: "{{file:secret}}"}
            service: {status: {port: 0, token: "{{file:secret}}"}}
            """;
        SettingsFacts before = facts(settings);
        Files.writeString(secret, "another-secret-of-16-letters");

        SettingsChanges changes = SettingsChanges.between(before, facts(settings));
        assertThat(changes.changes()).isEmpty();
        assertThat(changes.restart()).isEmpty();
    }

    private SettingsFacts facts(String yaml) throws Exception {
        Path file = Files.writeString(home.resolve(SettingsLoader.FILE_NAME), yaml);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(OURS_ALONE));
        return SettingsFacts.of(
                SettingsLoader.load(file, ProviderCatalog.find(), Clock.systemUTC()), Map.of(), Map.of());
    }
}
