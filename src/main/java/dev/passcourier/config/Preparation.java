package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the tree ready to be checked, led by the schema: fills defaults in, replaces placeholders, makes paths absolute,
 * and takes literal secrets out before anything else can see them.
 */
final class Preparation {

    static final String SECRET_HINT =
            "write {{env:NAME}} or {{file:path}}, in quotes; a literal secret is not accepted";

    /**
     * What was learned on the way.
     *
     * @param parts   the schema parts that speak about each key
     * @param secrets the references that stand where secrets belong
     */
    record Facts(Map<String, List<JsonNode>> parts, Map<String, String> secrets) {}

    private final SchemaParts schema;
    private final Placeholders placeholders;
    private final Findings findings;
    private final Facts facts = new Facts(new HashMap<>(), new LinkedHashMap<>());

    private Preparation(SchemaParts schema, Placeholders placeholders, Findings findings) {
        this.schema = schema;
        this.placeholders = placeholders;
        this.findings = findings;
    }

    /** Changes the tree in place. */
    static Facts of(ObjectNode root, SchemaParts schema, Placeholders placeholders, Findings findings) {
        Preparation preparation = new Preparation(schema, placeholders, findings);
        preparation.section("", root, schema.ofRoot(root));
        return preparation.facts;
    }

    private JsonNode prepared(String key, JsonNode value, List<JsonNode> parts) {
        if (schema.isA("secret", parts)) {
            facts.parts().put(key, parts);
            return secret(key, value);
        }
        if (value instanceof ObjectNode section) {
            section(key, section, parts);
        } else if (value instanceof ArrayNode list) {
            list(key, list, parts);
        } else if (value.isTextual()) {
            facts.parts().put(key, parts);
            return text(key, value, parts);
        }
        facts.parts().put(key, parts);
        return value;
    }

    private void section(String key, ObjectNode section, List<JsonNode> parts) {
        facts.parts().put(key, parts);
        parts.forEach(part -> fill(section, part.path("properties")));
        for (Map.Entry<String, JsonNode> entry : List.copyOf(section.properties())) {
            List<JsonNode> about = schema.ofProperty(parts, entry.getKey(), entry.getValue());
            section.set(entry.getKey(), prepared(Keys.of(key, entry.getKey()), entry.getValue(), about));
        }
    }

    private void fill(ObjectNode section, JsonNode properties) {
        for (Map.Entry<String, JsonNode> property : properties.properties()) {
            if (property.getValue().has("default") && !section.has(property.getKey())) {
                section.set(
                        property.getKey(), property.getValue().path("default").deepCopy());
            }
        }
    }

    private void list(String key, ArrayNode list, List<JsonNode> parts) {
        for (int i = 0; i < list.size(); i++) {
            list.set(i, prepared(Keys.of(key, i), list.get(i), schema.ofItem(parts, list.get(i))));
        }
    }

    private JsonNode secret(String key, JsonNode value) {
        if (!SecretSource.REFERENCE.matcher(value.asText()).matches()) {
            findings.add(key, "is no reference to a secret", SECRET_HINT);
            return TextNode.valueOf("");
        }
        try {
            String reference = placeholders.absolute(value.asText());
            facts.secrets().put(key, reference);
            return TextNode.valueOf(reference);
        } catch (ConfigurationException e) {
            findings.add(key, e, SECRET_HINT);
            return TextNode.valueOf("");
        }
    }

    private JsonNode text(String key, JsonNode value, List<JsonNode> parts) {
        try {
            String resolved = placeholders.resolve(value.asText());
            boolean isPath = schema.isA("path", parts) && !resolved.isEmpty();
            return TextNode.valueOf(isPath ? placeholders.path(resolved).toString() : resolved);
        } catch (ConfigurationException e) {
            findings.add(key, e, "set the variable, or mend the file or the placeholder");
            return value;
        }
    }
}
