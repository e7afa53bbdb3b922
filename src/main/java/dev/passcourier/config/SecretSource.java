package dev.passcourier.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what a {@link SecretRef} or another placeholder points at. */
final class SecretSource {

    /** A whole value that is one reference. */
    static final Pattern REFERENCE = Pattern.compile("\\{\\{(env|file):([^{}]+)}}");

    /** What Java puts in the place of bytes of the environment that are no text in its character set. */
    private static final char UNREADABLE = '\uFFFD';

    /** Largest file, in bytes. */
    static final int MAX_FILE = 1 << 16;

    /** What a file must be before it is read. */
    @FunctionalInterface
    private interface Guard {
        void check(Path file) throws ConfigurationException;
    }

    private SecretSource() {}

    /**
     * Reads the secret afresh.
     *
     * @return fresh bytes that the caller wipes
     */
    static byte[] read(String reference) throws ConfigurationException {
        return read(reference, System::getenv);
    }

    /** Reads the secret with an environment of its own, which gives null for what is not set. */
    static byte[] read(String reference, UnaryOperator<@Nullable String> environment) throws ConfigurationException {
        return read(reference, environment, FileGuard::secret);
    }

    /** Reads a value that is no secret: its file may be open to reading. */
    static byte[] readPlain(String reference, UnaryOperator<@Nullable String> environment)
            throws ConfigurationException {
        return read(reference, environment, FileGuard::trusted);
    }

    private static byte[] read(String reference, UnaryOperator<@Nullable String> environment, Guard guard)
            throws ConfigurationException {
        Matcher parts = REFERENCE.matcher(reference);
        if (!parts.matches()) {
            throw new ConfigurationException("is neither {{env:NAME}} nor {{file:path}}");
        }
        String name = parts.group(2);
        return parts.group(1).equals("env") ? variable(name, environment) : file(Path.of(name), guard);
    }

    private static byte[] variable(String name, UnaryOperator<@Nullable String> environment)
            throws ConfigurationException {
        String value = environment.apply(name);
        if (value == null || value.isEmpty()) {
            throw new ConfigurationException("environment variable " + name + " is not set");
        }
        if (value.indexOf(UNREADABLE) >= 0) {
            throw new ConfigurationException("environment variable " + name
                    + " holds bytes that Java cannot read in the"
                    + " locale's character set " + System.getProperty("sun.jnu.encoding") + "; set LC_ALL=C.UTF-8 for"
                    + " the service, or put the secret into a file and write {{file:path}}");
        }
        return value.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] file(Path path, Guard guard) throws ConfigurationException {
        guard.check(path);
        byte[] content = content(path);
        int length = withoutLineBreak(content);
        byte[] secret = Arrays.copyOf(content, length);
        Arrays.fill(content, (byte) 0);
        if (length == 0) {
            throw new ConfigurationException(path + " is empty");
        }
        return secret;
    }

    private static byte[] content(Path path) throws ConfigurationException {
        try {
            if (Files.size(path) > MAX_FILE) {
                throw new ConfigurationException(path + " is larger than 64 KiB");
            }
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new ConfigurationException(path + " cannot be read");
        }
    }

    private static int withoutLineBreak(byte[] content) {
        int length = content.length;
        if (length > 0 && content[length - 1] == '\n') {
            length--;
            if (length > 0 && content[length - 1] == '\r') {
                length--;
            }
        }
        return length;
    }
}
