package dev.passcourier.request;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The form in which our own messages carry accepted work and origins between the stages. Only for messages that the
 * service sent itself; what others send goes through {@link RequestReader}.
 */
public final class WorkCodec {

    private static final JsonMapper MAPPER = JsonMapper.builder(StrictJson.factory())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();
    private static final ObjectReader WORK = StrictJson.strict(MAPPER.readerFor(FetchWork.class));
    private static final ObjectReader ORIGIN = StrictJson.strict(MAPPER.readerFor(Origin.class));

    private static final String NO_PARAMETERS = "none";

    private WorkCodec() {}

    /** The body of a message on a {@code fetch.<account>} queue: JSON in UTF-8. */
    public static byte[] toBytes(FetchWork work) {
        return json(work);
    }

    /**
     * Reads what {@link #toBytes} wrote.
     *
     * @throws IllegalArgumentException with a code and nothing of the content, if it is anything else
     */
    public static FetchWork fromBytes(byte[] bytes) {
        try {
            FetchWork work = WORK.readValue(bytes);
            if (work != null && work.request() != null && work.deadline() != null && isWhole(work.origin())) {
                return work;
            }
        } catch (IOException | RuntimeException quotesContent) {
            // Answered below, without its text.
        }
        throw new IllegalArgumentException("WORK_NOT_READABLE");
    }

    /** A request as {@link RequestReader} reads it: one JSON object in UTF-8. */
    public static byte[] toBytes(PasswordRequest request) {
        return json(request);
    }

    /** The origin as the text of a message property. */
    public static String originToText(Origin origin) {
        return new String(json(origin), StandardCharsets.UTF_8);
    }

    /**
     * Reads what {@link #originToText} wrote.
     *
     * @throws IllegalArgumentException with a code and nothing of the content, if it is anything else
     */
    public static Origin originFromText(String text) {
        try {
            Origin origin = ORIGIN.readValue(text);
            if (isWhole(origin)) {
                return origin;
            }
        } catch (IOException | RuntimeException quotesContent) {
            // Answered below, without its text.
        }
        throw new IllegalArgumentException("ORIGIN_NOT_READABLE");
    }

    /**
     * A request's parameters as one fact of the audit trail: {@code name=value} of each in their order, separated by
     * blanks, or {@code none}.
     */
    public static String parametersToText(Map<String, String> parameters) {
        return parameters.isEmpty()
                ? NO_PARAMETERS
                : new TreeMap<>(parameters)
                        .entrySet().stream()
                                .map(each -> each.getKey() + "=" + each.getValue())
                                .collect(joining(" "));
    }

    /**
     * Reads what {@link #parametersToText} wrote.
     *
     * @throws IllegalArgumentException with a code and nothing of the content, if it is anything else
     */
    public static Map<String, String> parametersFromText(String text) {
        Map<String, String> parameters = new TreeMap<>();
        if (text.equals(NO_PARAMETERS)) {
            return parameters;
        }
        for (String each : text.split(" ", -1)) {
            int sign = each.indexOf('=');
            if (sign < 0 || !Texts.isId(each.substring(0, sign)) || !Texts.isId(each.substring(sign + 1))) {
                throw new IllegalArgumentException("PARAMETERS_NOT_READABLE");
            }
            parameters.put(each.substring(0, sign), each.substring(sign + 1));
        }
        return parameters;
    }

    private static boolean isWhole(@Nullable Origin origin) {
        return origin != null && origin.source() != null && origin.reference() != null;
    }

    static byte[] json(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException("NOT_WRITABLE", impossible);
        }
    }
}
