package dev.passcourier.cli;

import dev.passcourier.config.CloudsYaml;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.config.YamlText;
import dev.passcourier.provider.Environment;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.service.DirectAccount;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.Passphrase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The account that a command is about: one of the settings or, named as its provider, the one that the environment
 * describes in the variables that the cloud's own tools read.
 */
final class OwnAccountOptions {

    /** The provider whose tools have files, too. */
    private static final String OPENSTACK = "openstack-nova";

    @Mixin
    private SettingsPlace place = new SettingsPlace();

    @Option(
            names = "--private-key",
            paramLabel = "FILE",
            description = {
                "without settings: the key pair's private key, 0600, which opens the password;",
                "its passphrase is asked for on the terminal"
            })
    private @Nullable Path privateKey;

    @ArgGroup
    private @Nullable PassphraseOptions passphrase;

    @Option(
            names = "--region",
            paramLabel = "REGION",
            description = "without settings: the cloud's region, instead of the variable's")
    private @Nullable String region;

    @Option(
            names = "--project-id",
            paramLabel = "ID",
            description = "without settings: the project's id, instead of the variable's")
    private @Nullable String projectId;

    @Option(
            names = "--cloud",
            paramLabel = "NAME",
            description = "without settings: which cloud of clouds.yaml, instead of OS_CLOUD")
    private @Nullable String cloud;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "without settings: the API's address, for a cloud that is compatible")
    private @Nullable String endpoint;

    @Option(names = "--identity-endpoint", paramLabel = "URL", description = "without settings: the sign-in's address")
    private @Nullable String identityEndpoint;

    @Option(
            names = "--trust",
            paramLabel = "FILE",
            description = "without settings: PEM file with the only certificate authorities to trust")
    private @Nullable String trust;

    @Option(names = "--insecure", description = "without settings: allow http: endpoints beyond this machine")
    private boolean insecure;

    /**
     * The account with this name.
     *
     * @throws CommandFailure if there is none
     */
    DirectAccount open(String name, Clock clock) throws CommandFailure, ConfigurationException, KeyLoadException {
        Map<String, ProviderType> providers = ProviderCatalog.find();
        ProviderType type = providers.get(name);
        if (type != null && !isInSettings(name)) {
            return DirectAccount.own(Home.find(), type, environment(name), keys(), ownData(), insecure, clock);
        }
        Path data = SettingsLoader.dataDirectory(place.file());
        if (data == null) {
            throw new CommandFailure(place.file() + " is not there or cannot be read; without settings, an account is"
                    + " named as its provider: " + String.join(", ", providers.keySet()));
        }
        return DirectAccount.of(Home.find(), data, name, () -> known(name, providers, clock), clock);
    }

    private DirectAccount.Known known(String name, Map<String, ProviderType> providers, Clock clock)
            throws CommandFailure, InvalidConfigurationException, KeyLoadException {
        Settings settings = place.load(clock);
        Settings.Account account = settings.accounts().get(name);
        if (account == null) {
            throw new CommandFailure("the settings have no account " + name + ", only "
                    + String.join(", ", new TreeSet<>(settings.accounts().keySet())));
        }
        return DirectAccount.Known.of(settings, name, providers.get(account.provider()));
    }

    /**
     * A provider's name means the environment, unless the settings have given it to an account. Installed settings that
     * this user may not read are not theirs.
     */
    private boolean isInSettings(String name) throws ConfigurationException {
        if (!place.isNamed() && !Files.isReadable(place.file())) {
            return false;
        }
        return Files.exists(place.file())
                && YamlText.read(place.file()).path("accounts").has(name);
    }

    private KeyRing keys() throws KeyLoadException {
        if (privateKey == null) {
            return KeyRing.empty();
        }
        Passphrase source = passphrase == null ? PassphraseOptions.prompt() : passphrase.source();
        return KeyRing.load("own", List.of(new KeyRing.Source(privateKey, source)));
    }

    private Environment environment(String provider) throws ConfigurationException {
        Map<String, String> given = new HashMap<>();
        put(given, "region", region);
        put(given, "project-id", projectId);
        put(given, "endpoint", endpoint);
        put(given, "identity-endpoint", identityEndpoint);
        put(given, "trust", trust);
        String inFile = cloud == null ? System.getenv("OS_CLOUD") : cloud;
        Map<String, String> files = provider.equals(OPENSTACK) && inFile != null && !inFile.isEmpty()
                ? CloudsYaml.read(inFile, System::getenv, personsHome())
                : Map.of();
        return new Environment(System::getenv, files, given);
    }

    private static void put(Map<String, String> given, String option, @Nullable String value) {
        if (value != null) {
            given.put(option, value);
        }
    }

    private static Path personsHome() {
        return Path.of(System.getProperty("user.home"));
    }

    /** Where the trail and the signing key of a person's own commands are. */
    private static Path ownData() {
        return personsHome().resolve(".passcourier/data");
    }
}
