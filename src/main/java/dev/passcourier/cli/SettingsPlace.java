package dev.passcourier.cli;

import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.provider.ProviderCatalog;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the settings are. */
final class SettingsPlace {

    @Option(
            names = "--config",
            paramLabel = "DIR",
            description = "folder of passcourier.yaml; default: config, beside bin")
    private @Nullable Path config;

    /** Reads them, with everything they refer to. */
    Settings load(Clock clock) throws InvalidConfigurationException {
        return SettingsLoader.load(file(), ProviderCatalog.find(), clock);
    }

    /** The folder that relative paths in the settings count from: the one that holds theirs. */
    Path home() {
        return Objects.requireNonNull(file().toAbsolutePath().normalize().getParent())
                .resolveSibling("");
    }

    /** The file itself, whether it is there or not. */
    Path file() {
        Path folder = config == null ? Home.find().resolve("config") : config;
        return folder.resolve(SettingsLoader.FILE_NAME);
    }
}
