package dev.passcourier.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.config.AccountType;
import dev.passcourier.config.ConfigurationException;
import java.net.URI;
import java.time.Clock;
import java.util.Map;

/**
 * A cloud that accounts can be of. Found by package scan: a public class with a public no-argument constructor anywhere
 * below {@code dev.passcourier.provider} is a provider, no list is edited; one in a jar of its own is named there in
 * {@code META-INF/services}. Beside it stand {@code <id>.schema.json} in
 * the same resource folder, the JSON Schema of the account's {@code settings}, and the route template
 * {@code provider-<id>} in {@code routes/provider/<id>.camel.yaml}, or, of one in a jar, in {@code <id>.camel.yaml} beside it.
 */
public interface ProviderType extends AccountType {

    /** The id that accounts name, in kebab case. */
    String id();

    /** Calls per second unless the account says otherwise. */
    double defaultRate();

    /**
     * The fixed base URLs of an account, without trailing slash: {@code api}, and {@code sign-in} if the protocol has a
     * {@link SignIn}. Each becomes an instance of the route template {@code call}.
     */
    Map<String, URI> endpoints(AccountSettings account) throws ConfigurationException;

    /** What the account's instance of the route template is given beside {@code account}, such as an API's version. */
    default Map<String, String> routeParameters(AccountSettings account) throws ConfigurationException {
        return Map.of();
    }

    /**
     * The part of an account's settings that says who asks: accounts alike in it are one user, or one key, to the cloud.
     * Holds no secret, only references.
     */
    default JsonNode credentials(JsonNode settings) {
        return settings.path("auth");
    }

    /**
     * Settings of an account that is in no settings file: the one that the cloud's own tools would take from the
     * environment. With them may be {@code trust}, a file of certificate authorities, which is the account's.
     *
     * @throws ConfigurationException saying what to set
     */
    default ObjectNode settings(Environment environment) throws ConfigurationException {
        throw new ConfigurationException(
                "no variables are known that describe an account of " + id() + ": name one in the settings");
    }

    /** Whether these settings leave it to the sign-in to say where the API is: as the session's fact {@code api}. */
    default boolean learnsEndpoint(AccountSettings account) throws ConfigurationException {
        return false;
    }

    /** The protocol for one account. */
    CloudProtocol protocol(AccountSettings account) throws ConfigurationException;

    @Override
    default Map<String, URI> endpoints(String account, JsonNode settings, Clock clock) throws ConfigurationException {
        return endpoints(new AccountSettings(account, settings, clock));
    }

    @Override
    default void demandUsable(String account, JsonNode settings, Clock clock) throws ConfigurationException {
        protocol(new AccountSettings(account, settings, clock));
    }
}
