package dev.passcourier.outbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.passcourier.outbox.ReportMessage.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** JSON of notices and reports. Never sees a result. */
public final class OutboxJson {

    /** Each form of a report is one string; how long a message may be is limited where it arrives. */
    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Media type of tables. */
    public static final String CSV = "text/csv; charset=utf-8";

    private OutboxJson() {}

    /** A notice, a report or a tree of JSON as bytes. */
    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a notice.
     *
     * @throws OutboxException if it is none
     */
    public static Notice notice(byte[] json) throws OutboxException {
        return read(json, Notice.class);
    }

    /**
     * Reads a report, also one of an earlier build, which had a page and a table only.
     *
     * @throws OutboxException if it is none
     */
    public static ReportMessage report(byte[] json) throws OutboxException {
        if (read(json, JsonNode.class) instanceof ObjectNode old && old.remove("csv") instanceof TextNode csv) {
            Part table = new Part("csv", CSV, csv.asText().getBytes(StandardCharsets.UTF_8));
            old.put("text", old.path("title").asText()).putArray("pictures");
            old.putArray("files").add(tree(table));
            return read(bytes(old), ReportMessage.class);
        }
        return read(json, ReportMessage.class);
    }

    /** The object as a tree, with the same names and forms as in {@link #bytes}. */
    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    /** Parsers quote what they read: their exceptions stay here. */
    private static <T> T read(byte[] json, Class<T> type) throws OutboxException {
        try {
            T value = MAPPER.readValue(json, type);
            if (value != null) {
                return value;
            }
        } catch (IOException e) {
            throw new OutboxException(OutboxException.Code.OUTBOX_BODY);
        }
        throw new OutboxException(OutboxException.Code.OUTBOX_BODY);
    }
}
