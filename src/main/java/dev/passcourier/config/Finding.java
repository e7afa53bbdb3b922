package dev.passcourier.config;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * One thing that was found in the settings or in what they refer to. Holds keys and places, of values at most a host
 * name or a single character, and never a secret.
 *
 * @param level   what it means for the start
 * @param file    the file as it was named to us, or empty if it is about none
 * @param line    where the key is, from 1
 * @param column  where the key is, from 1
 * @param key     such as {@code accounts.prod.rate} or {@code destinations.hook.secrets[0]}; empty for the whole file
 * @param message what was found
 * @param hint    what to do; empty if there is nothing to add
 */
public record Finding(Level level, String file, int line, int column, String key, String message, String hint) {

    /** What a finding means for the start. */
    public enum Level {
        /** It stops the start. */
        ERROR,
        /** The service starts, and something will most likely not work. */
        WARNING,
        /** Something worth knowing. */
        NOTE;

        /** In lower case. */
        @JsonValue
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The finding as one line, in the form that editors and terminals make clickable. */
    @Override
    public String toString() {
        String where = file.isEmpty() ? "" : file + ":" + line + ":" + column + " ";
        String kind = level == Level.ERROR ? "" : level + ": ";
        String what = key.isEmpty() ? message : key + ": " + message;
        return where + kind + what + (hint.isEmpty() ? "" : "; " + hint);
    }
}
