package dev.passcourier.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.provider.ProviderCatalog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps the schema and the reference that we ship in step with the code. */
class ConfigurationReferenceTest {

    private static final String REGENERATE =
            "mvn -q test -Dtest=ConfigurationReferenceTest -Dpasscourier.regenerate=true";
    private static final Path CONFIG = Path.of("config");
    private static final Pattern SOUNDS_SECRET = Pattern.compile("(?i).*(password|passphrase|secret|secretKey|token)");
    private static final JsonNode SCHEMA = SettingsSchema.of(ProviderCatalog.find());

    @Test
    void theShippedSchemaIsTheOneInUse() throws Exception {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(
                        Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER))
                .withObjectIndenter(new DefaultIndenter("  ", "\n"));

        isUpToDate(
                CONFIG.resolve("passcourier.schema.json"),
                new ObjectMapper().writer(printer).writeValueAsString(SCHEMA) + "\n");
    }

    @Test
    void theShippedReferenceTellsWhatTheSchemaSays() throws Exception {
        isUpToDate(CONFIG.resolve("REFERENCE.md"), ReferencePage.of(SCHEMA));
    }

    private static void isUpToDate(Path file, String content) throws Exception {
        if (Boolean.getBoolean("passcourier.regenerate")) {
            Files.writeString(file, content);
        }
        assertThat(file).as("%s is stale; run: %s", file, REGENERATE).hasContent(content);
    }

    @Test
    void everyKeyIsDescribedAndHasAnExampleOrAChoice() {
        assertThat(keys()).isNotEmpty().allSatisfy((path, key) -> {
            JsonNode resolved =
                    key.has("$ref") ? SCHEMA.at(key.path("$ref").asText().substring(1)) : key;
            assertThat(key.has("description") || resolved.has("description"))
                    .as(path)
                    .isTrue();
            assertThat(Stream.of("examples", "default", "enum", "properties"))
                    .as(path)
                    .anyMatch(word -> key.has(word) || resolved.has(word));
        });
    }

    @Test
    void everyKeyThatSoundsSecretTakesAReferenceOnly() {
        assertThat(keys()).isNotEmpty().allSatisfy((path, key) -> {
            String name = path.substring(path.lastIndexOf('/') + 1);
            if (SOUNDS_SECRET.matcher(name).matches()) {
                assertThat(key.path("$ref").asText()).as(path).isEqualTo("#/$defs/secret");
            }
        });
    }

    /** Every key of the schema, by its path. */
    private static Map<String, JsonNode> keys() {
        Map<String, JsonNode> keys = new TreeMap<>();
        collect("", SCHEMA, keys);
        return keys;
    }

    private static void collect(String path, JsonNode part, Map<String, JsonNode> keys) {
        boolean isCondition = path.endsWith("/if") || path.endsWith("/then");
        for (Map.Entry<String, JsonNode> property : part.path("properties").properties()) {
            if (property.getValue().isObject() && !isCondition) {
                keys.put(path + "/properties/" + property.getKey(), property.getValue());
            }
        }
        part.properties().forEach(entry -> collect(path + "/" + entry.getKey(), entry.getValue(), keys));
    }
}
