package dev.passcourier.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.file.Path;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Where a secret is: <code>{{env:NAME}}</code> or <code>{{file:path}}</code>. The secret itself is read at every use
 * and never kept.
 *
 * @param reference the placeholder; a relative path in it counts from the working directory, which is why
 *                  {@link SettingsLoader} makes it absolute
 */
public record SecretRef(@JsonValue String reference) {

    /**
     * From the placeholder.
     *
     * @throws IllegalArgumentException if it is none, so that a literal secret is never held or printed
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public SecretRef {
        if (!SecretSource.REFERENCE.matcher(reference).matches()
                && !SecretSource.IN_YAML.matcher(reference).matches()) {
            throw new IllegalArgumentException("not a reference to a secret");
        }
    }

    /** Whether a text of the settings is a reference to a secret. */
    public static boolean isOne(String text) {
        return SecretSource.REFERENCE.matcher(text).matches();
    }

    /** The file that it is in, or null of a variable of the environment. */
    public @Nullable Path file() {
        Matcher yaml = SecretSource.IN_YAML.matcher(reference);
        Matcher plain = SecretSource.REFERENCE.matcher(reference);
        if (yaml.matches()) {
            return Path.of(yaml.group(1));
        }
        return plain.matches() && plain.group(1).equals("file") ? Path.of(plain.group(2)) : null;
    }

    /**
     * Reads the secret; a byte-order mark at its start and one line break at its end are not part of it.
     *
     * @return fresh bytes that the caller wipes
     * @throws ConfigurationException if the variable is not set, or the file is missing, too open or not ours
     */
    public byte[] read() throws ConfigurationException {
        return SecretSource.read(reference);
    }
}
