package dev.passcourier.cli;

import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.provider.ProviderCatalog;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the settings are. */
final class SettingsPlace {

    @Option(names = "--config", paramLabel = "DIR", description = "folder of passcourier.yaml; default: config")
    private @Nullable Path config;

    /** Reads them, with everything they refer to. */
    Settings load(Clock clock) throws InvalidConfigurationException {
        Path folder = config == null ? Home.find().resolve("config") : config;
        return SettingsLoader.load(folder.resolve(SettingsLoader.FILE_NAME), ProviderCatalog.find(), clock);
    }
}
