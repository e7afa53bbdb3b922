package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;

/** Turns checked settings into typed records. */
public final class SettingsMapper {

    private SettingsMapper() {}

    /**
     * Maps a part of the settings.
     *
     * @throws ConfigurationException naming what does not fit
     */
    public static <T> T read(JsonNode settings, Class<T> type) throws ConfigurationException {
        throw new ConfigurationException(type.getSimpleName());
    }
}
