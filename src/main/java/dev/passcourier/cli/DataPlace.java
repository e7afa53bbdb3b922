package dev.passcourier.cli;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.vault.ServiceKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where the service keeps its data: for commands that need no more of the settings, and none of their secrets. */
final class DataPlace {

    @Mixin
    private SettingsPlace settings = new SettingsPlace();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the service's data directory; default: as the settings say, or data, beside bin")
    private @Nullable Path data;

    /** The data directory, whether it is there or not. */
    Path directory() {
        if (data != null) {
            return data;
        }
        Path configured = SettingsLoader.dataDirectory(settings.file());
        return configured == null ? settings.home().resolve("data") : configured;
    }

    /**
     * The settings with all they refer to, secrets too: for what only a stopped service's own settings can do.
     *
     * @throws InvalidConfigurationException if they cannot be used
     * @throws ConfigurationException        if they are those of another data directory than the one that is named
     */
    Settings load(Clock clock) throws InvalidConfigurationException, ConfigurationException {
        Settings loaded = settings.load(clock);
        if (!isNamed(loaded.service().dataDirectory())) {
            throw new ConfigurationException("no service runs on " + data + ", and the settings " + settings.file()
                    + " are those of " + loaded.service().dataDirectory() + ": name the right ones with --config");
        }
        return loaded;
    }

    /** The settings as far as they can be read, or null; null too if the data directory was named without them. */
    @Nullable
    Settings settingsIfAny(Clock clock) {
        if (!Files.exists(settings.file()) || data != null && !isNamed(SettingsLoader.dataDirectory(settings.file()))) {
            return null;
        }
        Settings readable = SettingsLoader.glance(settings.file(), clock);
        return readable == null
                ? SettingsLoader.check(settings.file(), ProviderCatalog.find(), clock)
                        .settings()
                : readable;
    }

    /** Whether the settings' directory is the one that was named, if one was. */
    private boolean isNamed(@Nullable Path configured) {
        return data == null
                || configured != null
                        && data.toAbsolutePath()
                                .normalize()
                                .equals(configured.toAbsolutePath().normalize());
    }

    Path trail() {
        return directory().resolve("audit");
    }

    Path signer() {
        return keys().resolve("signing.pub.jwk");
    }

    /** The public halves of the service's signing key, and of those before and after it; those that are there. */
    List<Path> signers() {
        return ServiceKeys.publicSigningKeys(keys().resolve("signing.jwk"));
    }

    private Path keys() {
        return directory().resolve("keys");
    }

    /** Fails if there is no trail. */
    void demandTrail() throws CommandFailure {
        if (!Files.isDirectory(trail())) {
            throw new CommandFailure(trail() + ": there is no audit trail; name the data directory with --data");
        }
    }
}
