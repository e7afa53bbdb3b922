package dev.passcourier.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * The JSON Schema of the settings file: the core, and for every provider the schema that lies beside it, applied to the
 * {@code settings} of accounts that name it. A provider's schema refers to definitions of the core, such as
 * {@code #/$defs/secret} and {@code #/$defs/path}, and brings none of its own.
 */
final class SettingsSchema {

    private static final ObjectMapper JSON = new ObjectMapper();

    private SettingsSchema() {}

    /** Puts the schema together, as a fresh tree. */
    static ObjectNode of(Map<String, ? extends AccountType> providers) {
        ObjectNode root = read(SettingsSchema.class, "core.schema.json");
        providers.forEach((id, provider) -> add(id, read(provider.getClass(), id + ".schema.json"), root));
        return root;
    }

    private static void add(String id, ObjectNode settings, ObjectNode root) {
        ObjectNode definitions = root.withObjectProperty("$defs");
        settings.path("$defs").fieldNames().forEachRemaining(name -> demandKnown(id, name, definitions));
        settings.remove("$schema");
        settings.remove("$id");
        settings.remove("$defs");
        definitions.set("provider-" + id, settings);

        ObjectNode account = definitions.withObjectProperty("account");
        account.withObjectProperty("properties")
                .withObjectProperty("provider")
                .withArrayProperty("enum")
                .add(id);
        account.withArrayProperty("allOf").add(choice(id, settings));
    }

    private static void demandKnown(String id, String name, JsonNode definitions) {
        if (!definitions.has(name)) {
            throw unusable(id + ".schema.json defines '" + name + "', which the core does not have");
        }
    }

    private static ObjectNode choice(String id, JsonNode settings) {
        ObjectNode choice = JSON.createObjectNode();
        choice.putObject("if").put("type", "object").putArray("required").add("provider");
        choice.withObjectProperty("if")
                .putObject("properties")
                .putObject("provider")
                .put("const", id);
        ObjectNode then = choice.putObject("then");
        then.putObject("properties").putObject("settings").put("$ref", "#/$defs/provider-" + id);
        ArrayNode required = then.putArray("required");
        if (!settings.path("required").isEmpty()) {
            required.add("settings");
        }
        return choice;
    }

    private static ObjectNode read(Class<?> beside, String name) {
        String place = name + " beside " + beside.getName();
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw unusable(place + " is missing");
            }
            if (JSON.readTree(in) instanceof ObjectNode schema) {
                return schema;
            }
            throw unusable(place + " is no JSON object");
        } catch (JsonProcessingException e) {
            throw unusable(place + ":" + e.getLocation().getLineNr() + ":"
                    + e.getLocation().getColumnNr() + " is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    /** Ours is tested; of a provider in a jar its author is told. */
    private static IllegalStateException unusable(String message) {
        return new IllegalStateException(message, new ConfigurationException(message));
    }
}
