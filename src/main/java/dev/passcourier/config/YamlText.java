package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads a YAML file that belongs to other programs, with whatever YAML allows in it; unlike {@link YamlReader}. */
public final class YamlText {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a mapping takes from others, in YAML 1.1, which these files are written in. */
    private static final String MERGE = "<<";

    private YamlText() {}

    /**
     * Reads one document.
     *
     * @throws ConfigurationException naming the file, never with a value
     */
    public static JsonNode read(Path file) throws ConfigurationException {
        FileGuard.trusted(file);
        try {
            if (Files.size(file) > SettingsLoader.MAX_FILE) {
                throw new ConfigurationException(file + " is larger than 1 MiB");
            }
            String text = Files.readString(file, StandardCharsets.UTF_8);
            JsonNode tree = JSON.valueToTree(new Load(LoadSettings.builder().build()).loadFromString(text));
            merge(tree);
            return tree;
        } catch (IOException e) {
            throw new ConfigurationException(file + " cannot be read");
        } catch (YamlEngineException | IllegalArgumentException e) {
            throw new ConfigurationException(file + " is not YAML");
        }
    }

    /** What stands in a mapping itself goes before what it takes. */
    private static void merge(JsonNode node) {
        node.forEach(YamlText::merge);
        if (node instanceof ObjectNode mapping && mapping.has(MERGE)) {
            JsonNode taken = mapping.remove(MERGE);
            Iterable<JsonNode> others = taken.isArray() ? taken : List.of(taken);
            others.forEach(other -> other.properties().forEach(each -> {
                if (!mapping.has(each.getKey())) {
                    mapping.set(each.getKey(), each.getValue());
                }
            }));
        }
    }
}
