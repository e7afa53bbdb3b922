package dev.passcourier.vault;

/** Where a key file's passphrase comes from; asked only when the file is encrypted. */
@FunctionalInterface
public interface Passphrase {

    /**
     * Reads the passphrase.
     *
     * @return fresh UTF-8 bytes, which the vault wipes
     * @throws Exception if it cannot be read; only a {@link dev.passcourier.config.ConfigurationException}'s text is passed on
     */
    byte[] read() throws Exception;
}
