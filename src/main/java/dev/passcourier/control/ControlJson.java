package dev.passcourier.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Orders and answers as one line of JSON each. Times are ISO 8601, durations too, bytes are base64. */
public final class ControlJson {

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxStringLength(ControlLine.LONGEST_ORDER)
                            .maxNameLength(128)
                            .maxNumberLength(32)
                            .build())
                    .build())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /** Of both lines. One that does not say its version is of the first. */
    static final int VERSION = 1;

    private ControlJson() {}

    /** What a client sends: an order's name, and what it is about. */
    record Order(
            @Nullable Integer version,
            String order,
            @Nullable ObjectNode with) {}

    /** What it gets: an answer, or what kind of failure there is, its code and words. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Reply(
            @Nullable Integer version,
            @Nullable ObjectNode answer,
            ControlException.@Nullable Reason reason,
            @Nullable String error,
            @Nullable String says) {

        static Reply failed(ControlException.Reason reason, String code, String says) {
            return new Reply(null, null, reason, code, says);
        }

        /** For who has sent an order of this version; null of earlier releases, which do not read one. */
        Reply of(@Nullable Integer asked) {
            return new Reply(asked, answer, reason, error, says);
        }
    }

    /** One line, without its end. */
    public static byte[] bytes(Record value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("NOT_WRITABLE", impossible);
        }
    }

    /** Reads what {@link #bytes} has written, or nothing if it is anything else. Whoever calls it bounds what is read. */
    public static <T extends Record> Optional<T> read(byte[] line, Class<T> type) {
        try {
            return Optional.ofNullable(MAPPER.readValue(line, type));
        } catch (IOException | RuntimeException quotesContent) {
            return Optional.empty();
        }
    }

    /** Whether a line says that it is of a later version than this release reads. */
    static boolean isNewer(byte[] line) {
        try {
            JsonNode tree = MAPPER.readTree(line);
            return tree != null && tree.path("version").asInt(VERSION) > VERSION;
        } catch (IOException | RuntimeException quotesContent) {
            return false;
        }
    }

    /** The same as a tree. */
    public static ObjectNode tree(Record value) {
        return MAPPER.valueToTree(value);
    }

    /** Reads a part of a line, or nothing if it is not of this type. */
    static <T extends Record> Optional<T> read(ObjectNode tree, Class<T> type) {
        try {
            return Optional.ofNullable(MAPPER.treeToValue(tree, type));
        } catch (IOException | RuntimeException quotesContent) {
            return Optional.empty();
        }
    }
}
