package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.config.Findings.Place;
import java.util.Iterator;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.JsonScalarResolver;

/**
 * Reads one YAML 1.2 document with the JSON schema's scalars into a tree and notes where each key stands. Duplicate
 * keys, anchors, aliases, tags, deep nesting and further documents are findings.
 */
final class YamlReader {

    private static final int DEEPEST = 32;
    private static final int LONGEST_NUMBER = 20;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Findings findings;
    private final Iterator<Event> events;

    private YamlReader(Findings findings, Iterator<Event> events) {
        this.findings = findings;
        this.events = events;
    }

    /** Reads the text; what cannot be read is missing in the tree and found. */
    static ObjectNode read(String text, Findings findings) {
        try {
            Iterator<Event> events =
                    new Parse(LoadSettings.builder().build()).parseString(text).iterator();
            return new YamlReader(findings, events).document();
        } catch (MarkedYamlEngineException e) {
            return broken(e.getProblemMark().or(e::getContextMark), findings);
        } catch (YamlEngineException e) {
            return broken(Optional.empty(), findings);
        }
    }

    /** The parser's own words may quote the text, and with it a secret. */
    private static ObjectNode broken(Optional<Mark> mark, Findings findings) {
        Place place = mark.map(YamlReader::place).orElse(Place.START);
        findings.add(place, "", "is not YAML", "look at indentation, quotes and colons here");
        return NODES.objectNode();
    }

    private ObjectNode document() {
        ObjectNode root = NODES.objectNode();
        events.next(); // start of the stream
        if (events.next().getEventId() == Event.ID.DocumentStart) {
            Event first = events.next();
            JsonNode read = value("", first, 0);
            if (read instanceof ObjectNode section) {
                root = section;
            } else if (!read.isNull()) {
                findings.add(place(first), "", "is not a set of keys", "start with a key such as 'accounts:'");
            }
            events.next(); // end of the document
            Event end = events.next();
            if (end.getEventId() != Event.ID.StreamEnd) {
                findings.add(
                        place(end),
                        "",
                        "holds a second document",
                        "keep one document to a file, without '---' between");
            }
        }
        return root;
    }

    private JsonNode value(String key, Event event, int depth) {
        refuseSpecials(key, (NodeEvent) event);
        if (depth > DEEPEST) {
            throw new YamlEngineException("too deep");
        }
        return switch (event.getEventId()) {
            case MappingStart -> section(key, depth);
            case SequenceStart -> list(key, depth);
            case Scalar -> scalar((ScalarEvent) event);
            default -> NODES.nullNode();
        };
    }

    private ObjectNode section(String key, int depth) {
        ObjectNode section = NODES.objectNode();
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            if (event instanceof ScalarEvent name) {
                entry(key, name, section, depth);
            } else {
                findings.add(
                        place(event),
                        key,
                        "has a key that is no plain word",
                        "put placeholders in quotes: \"{{env:NAME}}\"");
                value(key, event, depth + 1);
                value(key, events.next(), depth + 1);
            }
        }
        return section;
    }

    private void entry(String section, ScalarEvent name, ObjectNode into, int depth) {
        String key = Keys.of(section, name.getValue());
        if (into.has(name.getValue())) {
            findings.add(place(name), key, "is written twice", "keep one of them");
        }
        findings.place(key, place(name));
        into.set(name.getValue(), value(key, events.next(), depth + 1));
    }

    private ArrayNode list(String key, int depth) {
        ArrayNode list = NODES.arrayNode();
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            String item = Keys.of(key, list.size());
            findings.place(item, place(event));
            list.add(value(item, event, depth + 1));
        }
        return list;
    }

    private static JsonNode scalar(ScalarEvent event) {
        String text = event.getValue();
        Tag tag = event.isPlain() ? new JsonScalarResolver().resolve(text, true) : Tag.STR;
        if (tag.equals(Tag.NULL)) {
            return NODES.nullNode();
        }
        if (tag.equals(Tag.BOOL)) {
            return NODES.booleanNode(Boolean.parseBoolean(text));
        }
        boolean isNumber = tag.equals(Tag.INT) || tag.equals(Tag.FLOAT);
        return isNumber && text.length() <= LONGEST_NUMBER ? number(text) : NODES.textNode(text);
    }

    private static JsonNode number(String text) {
        try {
            return text.matches("-?[0-9]{1,18}")
                    ? NODES.numberNode(Long.parseLong(text))
                    : NODES.numberNode(Double.parseDouble(text));
        } catch (NumberFormatException e) { // .inf and .nan
            return NODES.textNode(text);
        }
    }

    private void refuseSpecials(String key, NodeEvent event) {
        if (event instanceof AliasEvent || event.getAnchor().isPresent()) {
            findings.add(
                    place(event),
                    key,
                    "uses an anchor or an alias",
                    "write the value out, in quotes if it starts with & or *");
        }
        boolean isTagged =
                (event instanceof ScalarEvent scalar && scalar.getTag().isPresent())
                        || (event instanceof CollectionStartEvent start
                                && start.getTag().isPresent());
        if (isTagged) {
            findings.add(
                    place(event), key, "uses a tag", "leave it out, or put the value in quotes if it starts with !");
        }
    }

    private static Place place(Event event) {
        return event.getStartMark().map(YamlReader::place).orElse(Place.START);
    }

    private static Place place(Mark mark) {
        return new Place(mark.getLine() + 1, mark.getColumn() + 1);
    }
}
