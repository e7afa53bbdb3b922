package dev.passcourier.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Replaces {@code {{env:NAME}}} and {@code {{file:path}}} in values that are no secrets. */
final class Placeholders {

    private static final Pattern ANY = Pattern.compile("\\{\\{(.*?)}}");

    private final UnaryOperator<@Nullable String> environment;
    private final Path home;

    Placeholders(UnaryOperator<@Nullable String> environment, Path home) {
        this.environment = environment;
        this.home = home;
    }

    /**
     * Puts the values in.
     *
     * @throws ConfigurationException if one is unknown, not set or cannot be read
     */
    String resolve(String text) throws ConfigurationException {
        Matcher placeholder = ANY.matcher(text);
        StringBuilder resolved = new StringBuilder();
        while (placeholder.find()) {
            placeholder.appendReplacement(resolved, Matcher.quoteReplacement(value(placeholder.group())));
        }
        return placeholder.appendTail(resolved).toString();
    }

    /** A reference whose file counts from the home, not from the working directory. */
    String absolute(String reference) throws ConfigurationException {
        Matcher parts = SecretSource.REFERENCE.matcher(reference);
        return parts.matches() && parts.group(1).equals("file") ? "{{file:" + path(parts.group(2)) + "}}" : reference;
    }

    /** A path that counts from the home. */
    Path path(String text) throws ConfigurationException {
        try {
            return home.resolve(text).normalize();
        } catch (InvalidPathException e) {
            throw new ConfigurationException(NetworkName.strange(text)
                    .map(found -> "is no path in the locale's character set " + System.getProperty("sun.jnu.encoding")
                            + ": it holds " + found
                            + "; set LC_ALL=C.UTF-8 for the service, or delete the character if it does not belong")
                    .orElse("is not a path"));
        }
    }

    private String value(String reference) throws ConfigurationException {
        byte[] value = SecretSource.readPlain(absolute(reference), environment);
        try {
            return new String(value, StandardCharsets.UTF_8);
        } finally {
            Arrays.fill(value, (byte) 0);
        }
    }
}
