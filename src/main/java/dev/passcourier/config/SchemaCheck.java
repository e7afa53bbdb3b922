package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.networknt.schema.Error;
import com.networknt.schema.path.NodePath;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Checks the tree against the schema and says in words what does not fit. The validator's own texts quote values. */
final class SchemaCheck {

    private final SchemaParts schema;
    private final Map<String, List<JsonNode>> parts;
    private final Findings findings;

    private SchemaCheck(SchemaParts schema, Map<String, List<JsonNode>> parts, Findings findings) {
        this.schema = schema;
        this.parts = parts;
        this.findings = findings;
    }

    /** Adds what does not fit to the findings. */
    static void of(JsonNode root, SchemaParts schema, Map<String, List<JsonNode>> parts, Findings findings) {
        SchemaCheck check = new SchemaCheck(schema, parts, findings);
        schema.validator().validate(root).forEach(check::report);
    }

    private void report(Error error) {
        String key = key(error.getInstanceLocation());
        JsonNode limit = error.getSchemaNode();
        switch (error.getKeyword()) {
            case "additionalProperties", "unevaluatedProperties" -> unknown(key, error.getProperty());
            case "required" -> missing(Keys.of(key, error.getProperty()), key, error.getProperty());
            case "dependentRequired" -> {
                String other = String.valueOf(error.getArguments()[0]);
                findings.add(
                        Keys.of(key, other),
                        "is missing, since '" + error.getProperty() + "' is set",
                        example(key, other));
            }
            case "propertyNames" ->
                findings.add(
                        Keys.of(key, error.getProperty()),
                        "is no name for this",
                        "use lower-case letters, digits and dashes, at most 63, and no dash first");
            case "type" -> findings.add(key, "must be " + typeName(limit), example(key));
            case "enum" ->
                findings.add(
                        key,
                        "is none of the known words",
                        Suggestion.forWord(error.getInstanceNode().asText(), words(limit)));
            case "pattern" ->
                findings.add(
                        key,
                        "does not have the right form"
                                + strange(error.getInstanceNode().asText()),
                        near(key, error.getInstanceNode().asText()).orElseGet(() -> example(key)));
            case "minimum" -> findings.add(key, "must be at least " + limit.asText(), example(key));
            case "maximum" -> findings.add(key, "must be at most " + limit.asText(), example(key));
            case "exclusiveMinimum" -> findings.add(key, "must be more than " + limit.asText(), example(key));
            case "minLength" -> findings.add(key, "is too short", example(key));
            case "maxLength" -> findings.add(key, "is longer than " + limit.asText() + " characters", example(key));
            case "minItems" -> findings.add(key, "is too short a list", example(key));
            case "maxItems" -> findings.add(key, "takes at most " + limit.asText() + " entries", example(key));
            case "uniqueItems" -> findings.add(key, "lists the same entry twice", "keep one of them");
            case "false" -> findings.add(key, "does not go with the keys beside it", "leave it out");
            default -> findings.add(key, "does not fit here", example(key));
        }
    }

    private void unknown(String section, String name) {
        findings.add(
                Keys.of(section, name),
                "unknown key '" + Keys.of("", name) + "'",
                Suggestion.forWord(name, known(section)));
    }

    private void missing(String key, String section, String name) {
        findings.add(key, "is missing", example(section, name));
    }

    private Collection<String> known(String section) {
        Collection<String> names = new TreeSet<>();
        for (JsonNode part : parts.getOrDefault(section, List.of())) {
            part.path("properties").fieldNames().forEachRemaining(names::add);
        }
        return names;
    }

    private String example(String key) {
        return example(parts.getOrDefault(key, List.of()));
    }

    private String example(String section, String name) {
        return example(schema.ofProperty(parts.getOrDefault(section, List.of()), name, NullNode.instance));
    }

    private static String example(List<JsonNode> about) {
        for (JsonNode part : about) {
            JsonNode example = part.path("examples").path(0);
            if (!example.isMissingNode()) {
                String text = example.isTextual() ? example.asText() : example.toString();
                return "for example " + (text.contains("{{") && example.isTextual() ? '"' + text + '"' : text);
            }
        }
        return "see config/REFERENCE.md";
    }

    private Optional<String> near(String key, String text) {
        List<JsonNode> about = parts.getOrDefault(key, List.of());
        if (schema.isA("duration", about)) {
            return WrittenAmount.duration(text);
        }
        return schema.isA("size", about) ? WrittenAmount.size(text) : Optional.empty();
    }

    private static String typeName(JsonNode type) {
        return switch (type.asText()) {
            case "object" -> "a set of keys";
            case "array" -> "a list";
            case "integer" -> "a whole number";
            case "number" -> "a number";
            case "boolean" -> "true or false";
            default -> "text";
        };
    }

    /** One character is no secret, and may be one that nobody sees. */
    private static String strange(String text) {
        return NetworkName.strange(text).map(found -> ", and holds " + found).orElse("");
    }

    private static List<String> words(JsonNode list) {
        return list.valueStream().map(JsonNode::asText).toList();
    }

    private static String key(NodePath path) {
        String key = "";
        for (int i = 0; i < path.getNameCount(); i++) {
            Object step = path.getElement(i);
            key = step instanceof Integer index ? Keys.of(key, index) : Keys.of(key, String.valueOf(step));
        }
        return key;
    }
}
