package dev.passcourier.redrive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.Optional;

/** Orders and answers as one line of JSON each. */
public final class RedriveJson {

    private static final int LONGEST = 4 * 1024 * 1024;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(LONGEST)
                            .maxNestingDepth(8)
                            .maxStringLength(1024)
                            .maxNameLength(32)
                            .maxNumberLength(32)
                            .build())
                    .build())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private RedriveJson() {}

    /** An order or an answer as one line. */
    public static byte[] bytes(Record value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("NOT_WRITABLE", impossible);
        }
    }

    /** Reads an order, or nothing if it is none. */
    public static Optional<RedriveOrder> order(byte[] line) {
        return read(line, RedriveOrder.class).filter(order -> order.action() != null);
    }

    /** Reads an answer, or nothing if it is none. */
    public static Optional<RedriveAnswer> answer(byte[] line) {
        return read(line, RedriveAnswer.class);
    }

    private static <T> Optional<T> read(byte[] line, Class<T> type) {
        try {
            return Optional.ofNullable(MAPPER.readValue(line, type));
        } catch (IOException | RuntimeException quotesContent) {
            return Optional.empty();
        }
    }
}
