package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Clock;
import java.util.Map;

/**
 * What the settings' checks ask of a kind of account. Beside the class stands {@code <id>.schema.json}, the JSON Schema
 * of such an account's {@code settings}.
 */
public interface AccountType {

    /**
     * Where an account's calls would go, by their use.
     *
     * @param account  the account's name
     * @param settings valid against the schema, with secrets still as references
     * @throws ConfigurationException if the settings do not tell
     */
    Map<String, URI> endpoints(String account, JsonNode settings, Clock clock) throws ConfigurationException;

    /**
     * Whether the cloud has a call that clears its record of a password, and the route template {@code clear-<id>} makes
     * it. The machine keeps its password.
     */
    default boolean clears() {
        return false;
    }

    /**
     * Demands that an account can work with these settings. Reads what they refer to, and calls nobody.
     *
     * @throws ConfigurationException saying what is wrong with them
     */
    void demandUsable(String account, JsonNode settings, Clock clock) throws ConfigurationException;
}
