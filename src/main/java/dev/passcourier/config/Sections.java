package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/** Walks over parts of the tree together with their keys. What has the wrong shape is passed over. */
final class Sections {

    private Sections() {}

    /** Every named entry of a section, such as every account of {@code accounts}; dots lead into sections of sections. */
    static void each(JsonNode root, String section, BiConsumer<String, JsonNode> action) {
        at(root, section)
                .properties()
                .forEach(entry -> action.accept(Keys.of(section, entry.getKey()), entry.getValue()));
    }

    /** Every item of a list. */
    static void eachItem(JsonNode list, String key, BiConsumer<String, JsonNode> action) {
        for (int i = 0; list.isArray() && i < list.size(); i++) {
            action.accept(Keys.of(key, i), list.get(i));
        }
    }

    /** Names of a section's entries. */
    static Set<String> names(JsonNode root, String section) {
        Set<String> names = new TreeSet<>();
        at(root, section).fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static JsonNode at(JsonNode root, String section) {
        return root.at("/" + section.replace('.', '/'));
    }
}
