package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells which parts of a JSON Schema speak about a value: references are followed, and of {@code if} only the branch
 * that applies is taken. Knows the words that our schemas use: {@code $ref}, {@code allOf}, {@code anyOf},
 * {@code oneOf}, and {@code if} over {@code required} and {@code const} or {@code enum} of properties.
 */
final class SchemaParts {

    private final JsonNode root;
    private @Nullable Schema validator;

    SchemaParts(JsonNode root) {
        this.root = root;
    }

    /** The whole schema, ready to validate; made when it is first asked for, as that takes as long as a short command. */
    Schema validator() {
        if (validator == null) {
            validator = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(root);
        }
        return validator;
    }

    /** The parts that speak about the whole document. */
    List<JsonNode> ofRoot(JsonNode document) {
        return expand(List.of(root), document);
    }

    /** The parts that speak about a property. */
    List<JsonNode> ofProperty(List<JsonNode> section, String name, JsonNode value) {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode part : section) {
            JsonNode property = part.path("properties").path(name);
            found.add(property.isMissingNode() ? part.path("additionalProperties") : property);
        }
        return expand(found, value);
    }

    /** The parts that speak about an item of a list. */
    List<JsonNode> ofItem(List<JsonNode> list, JsonNode value) {
        return expand(list.stream().map(part -> part.path("items")).toList(), value);
    }

    /** Tells whether the value is declared as {@code $ref: #/$defs/<name>}. */
    boolean isA(String definition, List<JsonNode> parts) {
        JsonNode defined = root.path("$defs").path(definition);
        return parts.stream().anyMatch(defined::equals);
    }

    private List<JsonNode> expand(List<JsonNode> parts, JsonNode value) {
        List<JsonNode> found = new ArrayList<>();
        parts.forEach(part -> expand(part, value, found));
        return found;
    }

    private void expand(JsonNode part, JsonNode value, List<JsonNode> found) {
        if (!part.isObject()) {
            return;
        }
        found.add(part);
        if (part.has("$ref")) {
            expand(root.at(part.path("$ref").asText().substring(1)), value, found);
        }
        for (String word : List.of("allOf", "anyOf", "oneOf")) {
            part.path(word).forEach(branch -> expand(branch, value, found));
        }
        if (part.has("if")) {
            expand(part.path(applies(part.path("if"), value) ? "then" : "else"), value, found);
        }
    }

    private static boolean applies(JsonNode condition, JsonNode value) {
        for (JsonNode name : condition.path("required")) {
            if (!value.has(name.asText())) {
                return false;
            }
        }
        return condition.path("properties").properties().stream()
                .allMatch(property -> fits(property.getValue(), value.path(property.getKey())));
    }

    private static boolean fits(JsonNode expected, JsonNode actual) {
        if (expected.has("enum")) {
            return contains(expected.path("enum"), actual);
        }
        return !expected.has("const") || expected.path("const").equals(actual);
    }

    private static boolean contains(JsonNode words, JsonNode actual) {
        for (JsonNode word : words) {
            if (word.equals(actual)) {
                return true;
            }
        }
        return false;
    }
}
