package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@code clouds.yaml} and {@code secure.yaml} say of one OpenStack cloud, where OpenStack's own client looks
 * for them. Source: openstacksdk's configuration page. {@code profile} is not known.
 */
public final class CloudsYaml {

    private static final Set<String> SECRETS = Set.of("password", "application_credential_secret");

    private final UnaryOperator<@Nullable String> variables;
    private final Path home;
    private final Map<String, String> found = new TreeMap<>();

    private CloudsYaml(UnaryOperator<@Nullable String> variables, Path home) {
        this.variables = variables;
        this.home = home;
    }

    /**
     * What the files say, by the names of the variables that say the same: values, and of secrets references.
     *
     * @param cloud     its name in the files
     * @param variables gives null for what is not set
     * @param home      the person's home directory
     * @throws ConfigurationException if no file has it
     */
    public static Map<String, String> read(String cloud, UnaryOperator<@Nullable String> variables, Path home)
            throws ConfigurationException {
        CloudsYaml yaml = new CloudsYaml(variables, home);
        Path file = yaml.find("OS_CLIENT_CONFIG_FILE", "clouds.yaml")
                .orElseThrow(
                        () -> new ConfigurationException("there is no clouds.yaml here, in ~/.config/openstack or in"
                                + " /etc/openstack; set OS_CLIENT_CONFIG_FILE"));
        if (!yaml.take(file, cloud)) {
            throw new ConfigurationException(file + " has no cloud " + cloud);
        }
        Optional<Path> secure = yaml.find("OS_CLIENT_SECURE_FILE", "secure.yaml");
        if (secure.isPresent()) {
            yaml.take(secure.get(), cloud);
        }
        return yaml.found;
    }

    private Optional<Path> find(String variable, String name) {
        return Optional.ofNullable(variables.apply(variable)).map(Path::of).or(() -> Stream.of(
                        Path.of(""), home.resolve(".config/openstack"), Path.of("/etc/openstack"))
                .map(folder -> folder.resolve(name).toAbsolutePath())
                .filter(Files::isRegularFile)
                .findFirst());
    }

    /** Takes what a file says of a cloud over what was known; false if it says nothing. */
    private boolean take(Path file, String name) throws ConfigurationException {
        JsonNode cloud = YamlText.read(file).path("clouds").path(name);
        cloud.properties().forEach(each -> put(each.getKey(), each.getValue(), ""));
        cloud.path("auth")
                .properties()
                .forEach(each -> put(
                        each.getKey(),
                        each.getValue(),
                        SECRETS.contains(each.getKey())
                                ? "{{yaml:" + file + "#clouds/" + name + "/auth/" + each.getKey() + "}}"
                                : ""));
        return cloud.isObject();
    }

    private void put(String key, JsonNode value, String reference) {
        if (value.isValueNode() && !value.isNull()) {
            found.put("OS_" + key.toUpperCase(Locale.ROOT), reference.isEmpty() ? value.asText() : reference);
        }
    }
}
