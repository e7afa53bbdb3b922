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

    @Option(
            names = "--config",
            paramLabel = "DIR",
            description = "folder of passcourier.yaml; default: config, beside bin")
    private @Nullable Path config;

    /** Reads them, with everything they refer to. */
    Settings load(Clock clock) throws InvalidConfigurationException {
        return SettingsLoader.load(file(), ProviderCatalog.find(), clock);
    }

    /**
     * Reads them as far as they can be read, for commands that need few of their parts: a secret that is missing here, or a
     * mistake in another part, is only told.
     *
     * @throws InvalidConfigurationException if nothing of them can be read
     */
    Settings readable(Clock clock, Output output) throws InvalidConfigurationException {
        SettingsLoader.Checked checked = SettingsLoader.check(file(), ProviderCatalog.find(), clock);
        Settings settings = checked.settings();
        if (settings == null) {
            return load(clock);
        }
        if (checked.findings().stop()) {
            output.error("the settings have mistakes, and what has one is left out here: run  passcourier validate");
        }
        return settings;
    }

    /** The folder that relative paths in the settings count from. */
    Path home() {
        return SettingsLoader.home(file());
    }

    /** Whether the person has named the folder, and does not only happen to have it beside the program. */
    boolean isNamed() {
        return config != null;
    }

    /** The file itself, whether it is there or not. */
    Path file() {
        Path folder = config == null ? Home.config() : config;
        return folder.resolve(SettingsLoader.FILE_NAME);
    }
}
