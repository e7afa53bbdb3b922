package dev.passcourier.provider;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import java.util.Arrays;
import java.util.Locale;

/** Reads secrets that travel as the value of an HTTP header, which carries printable ASCII only. */
public final class HeaderSecret {

    private HeaderSecret() {}

    /**
     * Reads one afresh. A header has to be a {@code String}, so the secret becomes one: meant for ids, and for tokens
     * that live for minutes by themselves.
     *
     * @param setting the setting's name, for the operator
     * @throws ConfigurationException if it cannot be read, or has a byte that a header would not carry as it is
     */
    public static String read(String setting, SecretRef reference) throws ConfigurationException {
        byte[] bytes = reference.read();
        try {
            StringBuilder text = new StringBuilder(bytes.length);
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] < '!' || bytes[i] > '~') {
                    throw new ConfigurationException(String.format(
                            Locale.ROOT,
                            "%s: byte %d is 0x%02X, and an HTTP header carries printable ASCII without blanks only;"
                                    + " copy it anew from the cloud's console, on one line",
                            setting,
                            i + 1,
                            bytes[i] & 0xFF));
                }
                text.append((char) bytes[i]);
            }
            return text.toString();
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
