package dev.passcourier.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads a settings file, checks it whole and turns it into {@link Settings}. Uses files and environment, no network. */
public final class SettingsLoader {

    /** Name of the settings file in the configuration directory. */
    public static final String FILE_NAME = "passcourier.yaml";

    /** Largest settings file, in bytes. */
    static final int MAX_FILE = 1 << 20;

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
     * @param file  usually {@code config/passcourier.yaml}; the folder above its folder is the home that relative paths
     *              count from
     * @param providers the kinds of accounts there are, by id
     * @param clock tells whether a schedule's times have all passed
     * @throws InvalidConfigurationException with everything that is wrong
     */
    public static Settings load(Path file, Map<String, ? extends AccountType> providers, Clock clock)
            throws InvalidConfigurationException {
        return new SettingsLoader(providers, System::getenv, clock).read(file);
    }

    Settings read(Path file) throws InvalidConfigurationException {
        Findings findings = new Findings(file.toString());
        ObjectNode root = YamlReader.read(text(file, findings), findings);
        check(root, home(file), findings);
        stopOn(findings);
        return map(root, findings);
    }

    private void check(ObjectNode root, Path home, Findings findings) {
        Placeholders placeholders = new Placeholders(environment, home);
        Preparation.Facts facts = Preparation.of(root, schema, placeholders, findings);
        SchemaCheck.of(root, schema, facts.parts(), findings);
        ReferenceCheck.of(root, findings);
        ScheduleCheck.of(root, findings, clock);
        TransportCheck.of(root, findings);
        FileCheck.of(root, findings);
        RecipientCheck.of(root, findings);
        FileCheck.secrets(facts.secrets(), environment, findings);
        AccountCheck.of(root, providers, findings, clock);
    }

    private static Settings map(ObjectNode root, Findings findings) throws InvalidConfigurationException {
        SettingsShape.shape(root);
        try {
            return SettingsMapper.read(root, Settings.class);
        } catch (ConfigurationException e) {
            findings.add("", e, "see config/REFERENCE.md");
            throw new InvalidConfigurationException(findings.inOrder());
        }
    }

    private static Path home(Path file) {
        Path config = file.toAbsolutePath().normalize().getParent();
        Path home = config == null ? null : config.getParent();
        return home == null ? file.toAbsolutePath().getRoot() : home;
    }

    private static String text(Path file, Findings findings) throws InvalidConfigurationException {
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
        throw new InvalidConfigurationException(findings.inOrder());
    }

    private static void stopOn(Findings findings) throws InvalidConfigurationException {
        if (!findings.isEmpty()) {
            throw new InvalidConfigurationException(findings.inOrder());
        }
    }
}
