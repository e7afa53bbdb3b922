package dev.passcourier.provider;

import com.fasterxml.jackson.databind.JsonNode;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SettingsMapper;
import java.time.Clock;

/**
 * What a provider gets to know of an account.
 *
 * @param account  the account's name
 * @param settings the account's {@code settings}, valid against the provider's schema, with secrets still as references
 * @param clock    the only source of time
 */
public record AccountSettings(String account, JsonNode settings, Clock clock) {

    /**
     * The settings as the provider's own type; secrets are {@link dev.passcourier.config.SecretRef} components.
     *
     * @throws ConfigurationException if they do not fit the type
     */
    public <T> T as(Class<T> type) throws ConfigurationException {
        return SettingsMapper.read(settings, type);
    }
}
