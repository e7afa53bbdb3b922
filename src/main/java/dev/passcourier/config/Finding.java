package dev.passcourier.config;

/**
 * One thing that is wrong with a settings file. Holds keys and places, of values at most a host name or a single
 * character, and never a secret.
 *
 * @param file    the file as it was named to us
 * @param line    where the key is, from 1
 * @param column  where the key is, from 1
 * @param key     such as {@code accounts.prod.rate} or {@code destinations.hook.secrets[0]}; empty for the whole file
 * @param message what is wrong
 * @param hint    what to do
 */
public record Finding(String file, int line, int column, String key, String message, String hint) {

    /** The finding as one line, in the form that editors and terminals make clickable. */
    @Override
    public String toString() {
        String where = file + ":" + line + ":" + column + " ";
        return where + (key.isEmpty() ? "" : key + ": ") + message + "; " + hint;
    }
}
