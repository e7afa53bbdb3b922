package dev.passcourier.config;

import com.fasterxml.jackson.annotation.JsonCreator;

/**
 * Where a secret is: <code>{{env:NAME}}</code> or <code>{{file:path}}</code>. The secret itself is read at every use
 * and never kept.
 *
 * @param reference the placeholder as written
 */
public record SecretRef(String reference) {

    /** From the placeholder as written in the settings file. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public SecretRef {}

    /**
     * Reads the secret; a file's last line break is not part of it.
     *
     * @return fresh bytes that the caller wipes
     * @throws ConfigurationException if the variable is not set, or the file is missing, too open or not ours
     */
    public byte[] read() throws ConfigurationException {
        return SecretSource.read(reference);
    }
}
