package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.passcourier.files.EncodedText;
import dev.passcourier.files.EncodedText.Encoding;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what a {@link SecretRef} or another placeholder points at. */
final class SecretSource {

    /** A whole value that is one reference. */
    static final Pattern REFERENCE = Pattern.compile("\\{\\{(env|file):([^{}]+)}}");

    /**
     * A value inside a YAML file that belongs to other programs: its path, and the value's keys after a number sign,
     * separated by slashes. Not for settings.
     */
    static final Pattern IN_YAML = Pattern.compile("\\{\\{yaml:([^{}#]+)#([^{}#]+)}}");

    /** What Java puts in the place of bytes of the environment that are no text in its character set. */
    private static final char UNREADABLE = '\uFFFD';

    /** What editors, shells and web pages leave at the ends of a secret, by its name. */
    private static final Map<String, byte[]> STRANGE = strange();

    /** Largest file, in bytes. */
    static final int MAX_FILE = 1 << 16;

    /** What a file must be before it is read. */
    @FunctionalInterface
    private interface Guard {
        void check(Path file) throws ConfigurationException;
    }

    private SecretSource() {}

    private static Map<String, byte[]> strange() {
        Map<String, byte[]> strange = new LinkedHashMap<>();
        strange.put("a carriage return", new byte[] {'\r'});
        strange.put("a line end beside the one that is left out", new byte[] {'\n'});
        strange.put("a blank", new byte[] {' '});
        strange.put("a tab", new byte[] {'\t'});
        strange.put("a NUL", new byte[] {0});
        strange.put("a no-break space", "\u00A0".getBytes(StandardCharsets.UTF_8));
        strange.put("a zero-width space", "\u200B".getBytes(StandardCharsets.UTF_8));
        strange.put("a byte-order mark", "\uFEFF".getBytes(StandardCharsets.UTF_8));
        strange.put("\\n as two characters", new byte[] {'\\', 'n'});
        return strange;
    }

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
        return read(reference, environment, FileGuard::secret, false);
    }

    /** Reads a value that is no secret: its file may be open to reading. */
    static byte[] readPlain(String reference, UnaryOperator<@Nullable String> environment)
            throws ConfigurationException {
        return read(reference, environment, FileGuard::trusted, true);
    }

    /**
     * What a secret begins or ends with that seldom belongs to one, without telling anything else of it.
     *
     * @param secret as {@link #read} gave it
     * @return a part of a sentence, such as {@code ends with a carriage return}
     */
    static Optional<String> remark(byte[] secret) {
        Encoding encoding = Encoding.of(secret);
        if (encoding.isWide()) {
            return Optional.of("is " + encoding.words() + ", as Windows PowerShell's > writes it");
        }
        boolean isQuoted =
                secret.length > 1 && secret[0] == secret[secret.length - 1] && (secret[0] == '"' || secret[0] == '\'');
        if (isQuoted) {
            return Optional.of("begins and ends with a quotation mark");
        }
        String begins = strange(secret, true);
        String ends = strange(secret, false);
        if (begins.isEmpty() && ends.isEmpty()) {
            return Optional.empty();
        }
        String both = begins.isEmpty() || ends.isEmpty() ? "" : " and ";
        return Optional.of(
                (begins.isEmpty() ? "" : "begins with " + begins) + both + (ends.isEmpty() ? "" : "ends with " + ends));
    }

    private static String strange(byte[] secret, boolean atStart) {
        for (Map.Entry<String, byte[]> each : STRANGE.entrySet()) {
            byte[] bytes = each.getValue();
            int at = atStart ? 0 : secret.length - bytes.length;
            if (at >= 0
                    && secret.length >= bytes.length
                    && Arrays.equals(secret, at, at + bytes.length, bytes, 0, bytes.length)) {
                return each.getKey();
            }
        }
        return "";
    }

    private static byte[] read(
            String reference, UnaryOperator<@Nullable String> environment, Guard guard, boolean isText)
            throws ConfigurationException {
        Matcher yaml = IN_YAML.matcher(reference);
        if (yaml.matches()) {
            return inYaml(Path.of(yaml.group(1)), "/" + yaml.group(2));
        }
        Matcher parts = REFERENCE.matcher(reference);
        if (!parts.matches()) {
            throw new ConfigurationException("is neither {{env:NAME}} nor {{file:path}}");
        }
        String name = parts.group(2);
        return parts.group(1).equals("env") ? variable(name, environment) : file(Path.of(name), guard, isText);
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
        byte[] secret = withoutLineBreak(withoutMark(value.getBytes(StandardCharsets.UTF_8)));
        if (secret.length == 0) {
            throw new ConfigurationException("environment variable " + name + " is empty");
        }
        return secret;
    }

    /** Others keep such files open to reading; that nobody else may write them is all that can be demanded. */
    private static byte[] inYaml(Path path, String pointer) throws ConfigurationException {
        JsonNode value = YamlText.read(path).at(pointer);
        if (!value.isValueNode() || value.asText().isEmpty()) {
            throw new ConfigurationException(
                    path + " has no value at " + pointer.substring(1).replace('/', '.'));
        }
        return value.asText().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] file(Path path, Guard guard, boolean isText) throws ConfigurationException {
        guard.check(path);
        byte[] content = content(path);
        byte[] secret = withoutLineBreak(withoutMark(isText ? text(path, content) : content));
        if (secret.length == 0) {
            throw new ConfigurationException(path + " is empty");
        }
        return secret;
    }

    private static byte[] text(Path path, byte[] content) throws ConfigurationException {
        try {
            return EncodedText.utf8(content);
        } catch (CharacterCodingException e) {
            throw new ConfigurationException(path + " is no text in UTF-8 or UTF-16; save it as UTF-8");
        }
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

    /** Without the mark that editors put in front of UTF-8; the given bytes are wiped. */
    private static byte[] withoutMark(byte[] content) {
        boolean isMarked = Encoding.of(content) == Encoding.UTF_8_MARKED;
        return part(content, isMarked ? 3 : 0, content.length);
    }

    /** Without one line break at the end, which editors and {@code echo} add; the given bytes are wiped. */
    private static byte[] withoutLineBreak(byte[] content) {
        int length = content.length;
        if (length > 0 && content[length - 1] == '\n') {
            length--;
            if (length > 0 && content[length - 1] == '\r') {
                length--;
            }
        }
        return part(content, 0, length);
    }

    private static byte[] part(byte[] content, int from, int to) {
        byte[] part = Arrays.copyOfRange(content, from, to);
        Arrays.fill(content, (byte) 0);
        return part;
    }
}
