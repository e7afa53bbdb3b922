package dev.passcourier.provider;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.config.ConfigurationException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a person's shell says of their account in a cloud, in the variables that the cloud's own tools read, and what they
 * gave on the command line instead. Secrets are told by reference only.
 *
 * @param variables gives null for what is not set
 * @param files     what the tools' own files say in their place: by the variable's name a value, or of a secret its
 *                  reference
 * @param given     from an option's name, such as {@code region}, to its value
 */
public record Environment(
        UnaryOperator<@Nullable String> variables, Map<String, String> files, Map<String, String> given) {

    /** The option's value, or that of the first variable that is set. */
    public Optional<String> text(String option, String... names) {
        return Optional.ofNullable(given.get(option))
                .or(() -> Arrays.stream(names)
                        .filter(files::containsKey)
                        .map(files::get)
                        .findFirst())
                .or(() -> first(names).map(variables));
    }

    /** The same, which must be there; {@code option} is empty if there is none. */
    public String needed(String option, String... names) throws ConfigurationException {
        Optional<String> text = text(option, names);
        if (text.isEmpty()) {
            throw new ConfigurationException(
                    "set " + String.join(" or ", names) + (option.isEmpty() ? "" : ", or give --" + option));
        }
        return text.get();
    }

    /** A reference to the first variable that is set. */
    public Optional<String> secret(String... names) {
        return Arrays.stream(names)
                .filter(files::containsKey)
                .map(files::get)
                .findFirst()
                .or(() -> first(names).map(name -> "{{env:" + name + "}}"));
    }

    /** The same, which must be there. */
    public String neededSecret(String... names) throws ConfigurationException {
        return secret(names).orElseThrow(() -> new ConfigurationException("set " + String.join(" or ", names)));
    }

    /** Settings to fill; {@code endpoint} and {@code identityEndpoint} are in it if they were given. */
    public ObjectNode settings() {
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        text("endpoint").ifPresent(url -> settings.put("endpoint", url));
        text("identity-endpoint").ifPresent(url -> settings.put("identityEndpoint", url));
        return settings;
    }

    private Optional<String> first(String... names) {
        return Arrays.stream(names)
                .filter(name -> {
                    String value = variables.apply(name);
                    return value != null && !value.isEmpty();
                })
                .findFirst();
    }
}
