package dev.passcourier.remote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the explanation in the JSON that clouds and receivers refuse with, wherever it lies: {@code error.message}
 * (Keystone, Huawei, KakaoCloud), {@code itemNotFound.message} (Nova), {@code error_msg} (Huawei's gateway),
 * {@code error.details} (ZStack), {@code Response.Error.Message} (Tencent), {@code detail} (FastAPI, RFC 9457) and their
 * like. No other member becomes a {@code String}, as the body may hold a password; a factory remembers members' names, and
 * recycled buffers what was read last, so neither serves two bodies.
 */
public final class ErrorBody {

    /** The one that says most comes first. */
    private static final List<String> NAMES = List.of(
            "details",
            "Message",
            "message",
            "error_msg",
            "detail",
            "msg",
            "error_description",
            "description",
            "title",
            "error");

    private static final int LONGEST = 64 << 10;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxStringLength(LONGEST)
                    .maxNameLength(1 << 10)
                    .build())
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .build();

    private ErrorBody() {}

    /**
     * The explanation as it came, to be shown by {@link RemoteText} only.
     *
     * @param body any bytes; the caller keeps and wipes them
     * @return empty if there is none
     */
    public static String explanation(byte[] body) {
        Map<String, String> found = new HashMap<>();
        try (JsonParser parser = JSON.copy().createParser(body, 0, Math.min(body.length, LONGEST))) {
            String name = "";
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    name = parser.currentName();
                } else if (token == JsonToken.VALUE_STRING && NAMES.contains(name)) {
                    found.putIfAbsent(name, parser.getText());
                }
            }
        } catch (IOException notJson) {
            // What came before the fault counts, if anything did.
        }
        return NAMES.stream()
                .map(name -> found.getOrDefault(name, ""))
                .filter(text -> !text.isBlank())
                .findFirst()
                .orElse("");
    }
}
