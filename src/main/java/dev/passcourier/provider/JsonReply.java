package dev.passcourier.provider;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A cloud's answer in JSON, read without trust: UTF-8 only, limited in depth, length and number of tokens, no duplicate
 * members, nothing after the end. Members we do not know are fine. Whatever is wrong with a body, it is just
 * unreadable: no exception, and so no text of the cloud's in one.
 *
 * <p>Members named as secret are skipped in place: no copy of their value is made, only whether there is one. Nothing
 * of an answer outlives its reading: a factory remembers members' names, and recycled buffers what was read last, so
 * neither serves two answers.
 */
public final class JsonReply {

    /** What can be said of a value without looking at it. */
    public enum Presence {
        /** There is no such member. */
        ABSENT,
        /** There is one, but it is null, empty, or white space only. */
        BLANK,
        /** There is a value. */
        PRESENT
    }

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(32)
                    .maxDocumentLength(HttpReply.MAX_BODY)
                    .maxTokenCount(200_000)
                    .maxStringLength(64 * 1024)
                    .maxNameLength(256)
                    .maxNumberLength(32)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .build();
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,63}");
    private static final TextNode HIDDEN = TextNode.valueOf("hidden");

    private final JsonNode root;

    private JsonReply(JsonNode root) {
        this.root = root;
    }

    /**
     * Reads a body that holds no secret in clear.
     *
     * @return the answer, or empty if it is not JSON as we accept it
     */
    public static Optional<JsonReply> of(HttpReply reply) {
        return of(reply, Set.of());
    }

    /**
     * Reads a body that may hold a secret in clear.
     *
     * @param secretMembers names of the members, at any depth, whose values are skipped
     * @return the answer, or empty if it is not JSON as we accept it
     */
    public static Optional<JsonReply> of(HttpReply reply, Set<String> secretMembers) {
        byte[] body = reply.body();
        if (isNotUtf8Json(body)) {
            return Optional.empty();
        }
        try (JsonParser parser = FACTORY.copy().createParser(body)) {
            JsonToken first = parser.nextToken();
            JsonNode root = first == null ? null : new Tree(parser, body, secretMembers).value(first);
            boolean whole = root != null && parser.nextToken() == null;
            return whole ? Optional.of(new JsonReply(root)) : Optional.empty();
        } catch (IOException | NumberFormatException e) {
            return Optional.empty(); // a number may be too large even for the library
        }
    }

    /** The text of a string; empty if there is no such member or it is not a string. */
    public Optional<String> text(String... path) {
        return Optional.ofNullable(at(path).textValue());
    }

    /** A string, number or truth value as text. */
    public Optional<String> scalar(String... path) {
        JsonNode node = at(path);
        return node.isValueNode() && !node.isNull() ? Optional.of(node.asText()) : Optional.empty();
    }

    /** A {@link #scalar} that looks like a code: short and safe to log. */
    public Optional<String> code(String... path) {
        return scalar(path).filter(text -> CODE.matcher(text).matches());
    }

    /** A whole number, written as such or as a string of digits. */
    public Optional<Long> number(String... path) {
        return scalar(path).filter(text -> text.matches("-?[0-9]{1,18}")).map(Long::valueOf);
    }

    /** A truth value; empty if there is no such member or it is something else. */
    public Optional<Boolean> flag(String... path) {
        JsonNode node = at(path);
        return node.isBoolean() ? Optional.of(node.booleanValue()) : Optional.empty();
    }

    /** Whether there is an object; without a path, whether the whole answer is one. */
    public boolean isObject(String... path) {
        return at(path).isObject();
    }

    /** Whether a value is there; works for secret members too. */
    public Presence presence(String... path) {
        JsonNode node = at(path);
        if (node.isMissingNode()) {
            return Presence.ABSENT;
        }
        boolean blank = node.isNull() || (node.isTextual() && node.textValue().isBlank());
        return blank ? Presence.BLANK : Presence.PRESENT;
    }

    /** The elements of an array; none if there is no such member or it is something else. */
    public List<JsonReply> items(String... path) {
        List<JsonReply> items = new ArrayList<>();
        JsonNode node = at(path);
        if (node.isArray()) {
            node.forEach(item -> items.add(new JsonReply(item)));
        }
        return items;
    }

    /** The names of an object's members; none if there is no such member or it is something else. */
    public List<String> names(String... path) {
        List<String> names = new ArrayList<>();
        at(path).fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Names nothing of the content. */
    @Override
    public String toString() {
        return "JsonReply";
    }

    private JsonNode at(String... path) {
        JsonNode node = root;
        for (String name : path) {
            node = node.path(name);
        }
        return node;
    }

    /** Jackson would take UTF-16 and UTF-32 too; both show by a NUL or a byte-order mark. */
    private static boolean isNotUtf8Json(byte[] body) {
        for (byte b : body) {
            if (b == 0 || b == (byte) 0xFE || b == (byte) 0xFF) {
                return true;
            }
        }
        return false;
    }

    /** Builds the tree, leaving secrets where they are. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    private record Tree(JsonParser parser, byte[] body, Set<String> secretMembers) {

        JsonNode value(@Nullable JsonToken token) throws IOException {
            if (token == null) {
                throw new IOException("truncated");
            }
            return switch (token) {
                case START_OBJECT -> object();
                case START_ARRAY -> array();
                case VALUE_STRING -> TextNode.valueOf(parser.getText());
                case VALUE_NUMBER_INT -> JsonNodeFactory.instance.numberNode(parser.getBigIntegerValue());
                case VALUE_NUMBER_FLOAT -> JsonNodeFactory.instance.numberNode(parser.getDecimalValue());
                case VALUE_TRUE -> JsonNodeFactory.instance.booleanNode(true);
                case VALUE_FALSE -> JsonNodeFactory.instance.booleanNode(false);
                default -> JsonNodeFactory.instance.nullNode();
            };
        }

        private ObjectNode object() throws IOException {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            String name;
            while ((name = parser.nextFieldName()) != null) {
                JsonToken token = parser.nextToken();
                node.set(name, secretMembers.contains(name) ? hidden(token) : value(token));
            }
            return node;
        }

        private ArrayNode array() throws IOException {
            ArrayNode node = JsonNodeFactory.instance.arrayNode();
            JsonToken token;
            while ((token = parser.nextToken()) != JsonToken.END_ARRAY) {
                node.add(value(token));
            }
            return node;
        }

        private JsonNode hidden(JsonToken token) throws IOException {
            if (token == JsonToken.VALUE_NULL) {
                return JsonNodeFactory.instance.nullNode();
            }
            int quote = (int) parser.currentTokenLocation().getByteOffset();
            parser.skipChildren();
            return token == JsonToken.VALUE_STRING && isBlank(quote + 1) ? TextNode.valueOf("") : HIDDEN;
        }

        private boolean isBlank(int from) {
            int at = from;
            while (body[at] == ' ') {
                at++;
            }
            return body[at] == '"';
        }
    }
}
