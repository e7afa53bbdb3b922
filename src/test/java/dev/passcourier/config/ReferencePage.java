package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.structure.MarkdownPage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes {@code config/REFERENCE.md} from the schema: one table for each section, kind of destination and provider. */
final class ReferencePage {

    private static final String HEAD = """
            # Settings reference

            Generated from `passcourier.schema.json`; do not edit. The settings stand in `passcourier.yaml` beside this page.

            - Check them with `bin/passcourier validate`: it names file, line, column and key of everything that is wrong.
            - Relative paths count from the service's home: the folder that holds `config`, or the settings' own folder if it has
              another name, as `/etc/passcourier` has.
            - `"{{env:NAME}}"` and `"{{file:path}}"`, in quotes, may stand in any text. Secrets may be given in no other way. A
              secret's file has mode 0600 or less and belongs to the service's user or root.
            - A duration is a number with `ms`, `s`, `m`, `h` or `d`, such as `20m`.
            - A `<name>` has lower-case letters, digits and dashes, at most 63, and does not start with a dash.
            - `passcourier reload` puts changes in force, but for keys that say "needs a restart".
            - Left out sections take their defaults; an empty file is valid. Unknown and duplicate keys, anchors, aliases and tags
              are refused.
            """;

    private static final Set<String> KINDS = Set.of("secret", "path", "duration", "name", "queue", "mail-address");

    private final JsonNode root;
    private final StringBuilder page = new StringBuilder();

    private ReferencePage(JsonNode root) {
        this.root = root;
    }

    static String of(JsonNode schema) {
        ReferencePage reference = new ReferencePage(schema);
        schema.path("properties")
                .properties()
                .forEach(section -> reference.section(section.getKey(), section.getValue()));
        return HEAD + "\n" + MarkdownPage.contents(reference.page.toString()) + "\n" + reference.page;
    }

    private void section(String name, JsonNode section) {
        table("## " + name, section.path("description").asText(), name, section);
        switch (name) {
            case "destinations" ->
                parts("destination-")
                        .forEach(part -> table(
                                "### destinations with `type: " + part.name() + "`",
                                "",
                                "destinations.<name>",
                                part.schema()));
            case "accounts" ->
                parts("provider-")
                        .forEach(part -> table(
                                "### accounts with `provider: " + part.name() + "`",
                                part.schema().path("description").asText() + rate(part.name()),
                                "accounts.<name>.settings",
                                part.schema()));
            default -> {}
        }
    }

    private static String rate(String provider) {
        double rate = ProviderCatalog.find().get(provider).defaultRate();
        String number = rate == Math.rint(rate) ? Long.toString(Math.round(rate)) : Double.toString(rate);
        return " Where `rate` is left out: " + number + " calls per second.";
    }

    private record Part(String name, JsonNode schema) {}

    private List<Part> parts(String prefix) {
        return root.path("$defs").properties().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .map(entry -> new Part(entry.getKey().substring(prefix.length()), entry.getValue()))
                .toList();
    }

    private void table(String title, String text, String key, JsonNode schema) {
        List<String> rows = new ArrayList<>();
        rows(key, schema, rows);
        String description = text.isEmpty() ? schema.path("description").asText() : text;
        page.append("\n%s\n\n%s\n".formatted(title, prose(description)));
        if (!rows.isEmpty()) {
            page.append("\n| key | type | default | meaning | example |\n|---|---|---|---|---|\n");
            rows.forEach(page::append);
        }
    }

    private void rows(String key, JsonNode schema, List<String> rows) {
        JsonNode resolved = resolve(schema);
        resolved.path("properties").properties().forEach(property -> {
            String below = key + "." + property.getKey();
            row(below, property.getValue(), required(resolved, property.getKey()), rows);
            rows(below, property.getValue(), rows);
        });
        if (resolved.path("additionalProperties").isObject()) {
            rows(key + ".<name>", resolved.path("additionalProperties"), rows);
        }
        if (resolved.path("items").has("properties")) {
            rows(key + "[]", resolved.path("items"), rows);
        }
    }

    private void row(String key, JsonNode schema, boolean required, List<String> rows) {
        JsonNode resolved = resolve(schema);
        boolean isSection = resolved.has("properties")
                || resolved.path("additionalProperties").isObject();
        if (isSection && !schema.has("description")) {
            return;
        }
        String fallback = isSection ? "" : code(either(schema, resolved, "default"));
        rows.add("| `%s` | %s | %s | %s | %s |%n"
                .formatted(
                        key,
                        type(schema),
                        required ? "**required**" : fallback,
                        prose(either(schema, resolved, "description").asText())
                                + (RestartKeys.contain(key) ? " *Needs a restart.*" : ""),
                        isSection
                                ? ""
                                : code(either(schema, resolved, "examples").path(0)))
                .replace("\r", ""));
    }

    private static String prose(String text) {
        return text.replace("<", "&lt;").replace("|", "\\|").replace("*", "\\*");
    }

    private static JsonNode either(JsonNode schema, JsonNode resolved, String word) {
        return schema.has(word) ? schema.path(word) : resolved.path(word);
    }

    private static boolean required(JsonNode section, String name) {
        return names(section.path("required")).contains(name);
    }

    private JsonNode resolve(JsonNode schema) {
        return schema.has("$ref") ? resolve(root.at(schema.path("$ref").asText().substring(1))) : schema;
    }

    private String type(JsonNode schema) {
        String kind = schema.path("$ref").asText().replace("#/$defs/", "");
        if (KINDS.contains(kind)) {
            return kind.replace('-', ' ');
        }
        JsonNode resolved = resolve(schema);
        if (!resolved.equals(schema)) {
            return resolved.equals(root.path("$defs").path("path")) ? "path" : type(resolved);
        }
        if (schema.has("enum")) {
            return names(schema.path("enum")).stream()
                    .map(word -> "`" + word + "`")
                    .collect(Collectors.joining(", "));
        }
        if (schema.has("const")) {
            return code(schema.path("const"));
        }
        return plain(schema);
    }

    private String plain(JsonNode schema) {
        return switch (schema.path("type").asText()) {
            case "array" ->
                "list" + (schema.path("items").has("properties") ? "" : " of " + type(schema.path("items")));
            case "object" -> "section";
            case "integer" -> "whole number" + range(schema);
            case "number" -> "number" + range(schema);
            case "boolean" -> "`true`, `false`";
            default -> "text";
        };
    }

    private static String range(JsonNode schema) {
        String from = schema.has("exclusiveMinimum")
                ? "over " + schema.path("exclusiveMinimum").asText()
                : "from " + schema.path("minimum").asText();
        return schema.has("maximum")
                ? ", " + from + " to " + schema.path("maximum").asText()
                : "";
    }

    private static Set<String> names(JsonNode list) {
        return list.valueStream().map(JsonNode::asText).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static String code(JsonNode value) {
        if (value.isMissingNode()) {
            return "";
        }
        String text = value.isTextual() ? value.asText() : value.toString().replace("\",\"", "\", \"");
        return "`" + (text.startsWith("{{") ? "\"" + text + "\"" : text).replace("|", "\\|") + "`";
    }
}
