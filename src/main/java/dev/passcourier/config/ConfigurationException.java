package dev.passcourier.config;

/** The configuration cannot be used. The message names the setting and what to do, never a value of a secret. */
public final class ConfigurationException extends Exception {

    private static final long serialVersionUID = 1L;

    /** With the text for the operator. */
    public ConfigurationException(String message) {
        super(message);
    }
}
