package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a settings file, checks it whole and turns it into {@link Settings}. Uses files and environment, no network. */
public final class SettingsLoader {

    /** Name of the settings file in the configuration directory. */
    public static final String FILE_NAME = "passcourier.yaml";

    /** Largest settings file, in bytes. */
    static final int MAX_FILE = 1 << 20;

    /** What is left out together if a key in it is wrong: the rest can do without. */
    private static final Pattern PART = Pattern.compile(
            "(?:accounts|keyRings|recipients|destinations|schedules|policy\\.signers|broker\\.users)\\.[^.\\[]+"
                    + "|sources\\.[^.\\[]+|broker\\.acceptor|service\\.status|policy\\.rules"
                    + "|[^.\\[]+(?:\\.[^.\\[]+)?");

    /**
     * Settings that were looked at.
     *
     * @param findings what was found; whoever looks further adds to them
     * @param settings the settings, without those parts that cannot be read if {@code findings} stop the start; null if
     *                 nothing can be read
     * @param digest   SHA-256 of the file in hexadecimal, or empty if it cannot be read
     */
    public record Checked(Findings findings, @Nullable Settings settings, String digest) {}

    private final Map<String, ? extends AccountType> providers;
    private final SchemaParts schema;
    private final UnaryOperator<@Nullable String> environment;
    private final Clock clock;

    SettingsLoader(
            Map<String, ? extends AccountType> providers, UnaryOperator<@Nullable String> environment, Clock clock) {
        this.providers = providers;
        this.schema = new SchemaParts(SettingsSchema.of(providers));
        this.environment = environment;
        this.clock = clock;
    }

    /**
     * Loads the settings.
     *
     * @param file  usually {@code config/passcourier.yaml}; relative paths in it count from {@link #home}
     * @param providers the kinds of accounts there are, by id
     * @param clock tells whether a schedule's times have all passed
     * @throws InvalidConfigurationException with everything that is wrong
     */
    public static Settings load(Path file, Map<String, ? extends AccountType> providers, Clock clock)
            throws InvalidConfigurationException {
        return new SettingsLoader(providers, System::getenv, clock).read(file);
    }

    /**
     * Looks at the settings, and reads what can be read of them, so that everything that is wrong can be told at once.
     *
     * @param file      as for {@link #load}
     * @param providers as for {@link #load}
     * @param clock     as for {@link #load}
     */
    public static Checked check(Path file, Map<String, ? extends AccountType> providers, Clock clock) {
        return new SettingsLoader(providers, System::getenv, clock).check(file);
    }

    /**
     * Where the settings say that the service keeps its data, without a look at anything else in them.
     *
     * @param file as for {@link #load}
     * @return null if they cannot be read, or not that far
     */
    public static @Nullable Path dataDirectory(Path file) {
        Findings findings = new Findings(file.toString());
        String text = text(file, findings);
        if (text == null) {
            return null;
        }
        ObjectNode root = YamlReader.read(text, findings);
        root.retain("service");
        SchemaParts schema = new SchemaParts(SettingsSchema.of(Map.of()));
        Preparation.of(root, schema, new Placeholders(System::getenv, home(file)), findings);
        String directory = root.at("/service/dataDirectory").asText();
        return directory.isEmpty() || findings.concern("service.dataDirectory") ? null : Path.of(directory);
    }

    /**
     * The settings for a command that shows what others keep, and needs them at once: no file or key that they name is looked
     * at, and of accounts there is only what all of them have in common.
     *
     * @param file  as for {@link #load}
     * @param clock as for {@link #load}
     * @return null if they cannot be read like that: {@link #check} then says why, and leaves out what is wrong
     */
    public static @Nullable Settings glance(Path file, Clock clock) {
        return new SettingsLoader(Map.of(), System::getenv, clock).glance(file);
    }

    @Nullable
    Settings glance(Path file) {
        Findings findings = new Findings(file.toString());
        String text = text(file, findings);
        if (text == null) {
            return null;
        }
        ObjectNode root = YamlReader.read(text, findings);
        // Only the provider's schema tells which of them are secrets.
        root.path("accounts").forEach(account -> {
            if (account instanceof ObjectNode section) {
                section.putObject("settings");
            }
        });
        Preparation.of(root, schema, new Placeholders(environment, home(file)), findings);
        ScheduleCheck.of(root, findings, clock);
        try {
            return findings.stop() ? null : map(root);
        } catch (ConfigurationException | RuntimeException e) {
            return null;
        }
    }

    Settings read(Path file) throws InvalidConfigurationException {
        Checked checked = check(file);
        if (checked.findings().stop() || checked.settings() == null) {
            throw new InvalidConfigurationException(checked.findings().inOrder());
        }
        return checked.settings();
    }

    Checked check(Path file) {
        Findings findings = new Findings(file.toString());
        String text = text(file, findings);
        if (text == null) {
            return new Checked(findings, null, "");
        }
        ObjectNode root = YamlReader.read(text, findings);
        Placeholders placeholders = new Placeholders(environment, home(file));
        Preparation.Facts facts = Preparation.of(root, schema, placeholders, findings);
        SchemaCheck.of(root, schema, facts.parts(), findings);
        ReferenceCheck.of(root, findings);
        PolicyCheck.of(root, findings);
        ScheduleCheck.of(root, findings, clock);
        RetentionCheck.of(root, findings);
        TransportCheck.of(root, findings);
        Set<String> unreadable = findings.keys();
        FileCheck.of(root, findings);
        RecipientCheck.of(root, findings);
        FileCheck.secrets(facts.secrets(), environment, findings);
        AccountCheck.of(root, providers, findings, clock);
        unreadable.forEach(key -> leaveOut(root, key));
        // Fills in anew the defaults of what was left out.
        Preparation.of(root, schema, placeholders, new Findings(""));
        return new Checked(findings, mapped(root, findings), digest(text));
    }

    private static void leaveOut(ObjectNode root, String key) {
        Matcher part = PART.matcher(key);
        if (part.lookingAt()) {
            String pointer = "/" + part.group().replace('.', '/');
            JsonNode parent = root.at(pointer.substring(0, pointer.lastIndexOf('/')));
            if (parent instanceof ObjectNode section) {
                section.remove(pointer.substring(pointer.lastIndexOf('/') + 1));
            }
        }
    }

    private static Settings map(ObjectNode root) throws ConfigurationException {
        SettingsShape.shape(root);
        return SettingsMapper.read(root, Settings.class);
    }

    private static @Nullable Settings mapped(ObjectNode root, Findings findings) {
        boolean isWhole = !findings.stop();
        try {
            return map(root);
        } catch (ConfigurationException e) {
            if (isWhole) {
                findings.add("", e, "see config/REFERENCE.md");
            }
            return null;
        } catch (RuntimeException e) {
            if (isWhole) {
                throw e;
            }
            return null;
        }
    }

    /** Text that was read as strict UTF-8 has the file's bytes. */
    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The folder that relative paths in the settings count from: the one that holds {@code config}, or, if the settings are
     * in a folder of another name such as {@code /etc/passcourier}, that folder itself.
     *
     * @param file as for {@link #load}
     */
    public static Path home(Path file) {
        Path config = Objects.requireNonNull(file.toAbsolutePath().normalize().getParent());
        Path above = config.getParent();
        return above != null && config.endsWith("config") ? above : config;
    }

    private static @Nullable String text(Path file, Findings findings) {
        try {
            FileGuard.trusted(file);
            if (Files.size(file) > MAX_FILE) {
                throw new ConfigurationException("is larger than 1 MiB");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (ConfigurationException e) {
            findings.add("", e, "give the folder that holds " + FILE_NAME + ", or mend the file's mode");
        } catch (CharacterCodingException e) {
            findings.add("", "is not UTF-8", "save it as UTF-8");
        } catch (IOException e) {
            findings.add("", "cannot be read", "give the service's user the right to read it");
        }
        return null;
    }
}
