package dev.passcourier.config;

/** Reads what a {@link SecretRef} points at. */
final class SecretSource {

    private SecretSource() {}

    static byte[] read(String reference) throws ConfigurationException {
        throw new ConfigurationException(reference);
    }
}
