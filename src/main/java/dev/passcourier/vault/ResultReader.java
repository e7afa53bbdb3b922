package dev.passcourier.vault;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the JSON that {@link ResultJson} wrote. The secret goes into bytes, the rest into strings. */
final class ResultReader {

    private static final String SECRET = "secret";
    private static final List<String> NEEDED = List.of("requestId", "deliveryId", "alias", "kind", "notAfter");

    private ResultReader() {}

    /**
     * Reads a result.
     *
     * @throws IOException if it is not one; the exception may quote it: drop it
     */
    static OpenedResult read(byte[] json, boolean signatureChecked) throws IOException {
        Map<String, String> facts = facts(json);
        if (!facts.keySet().containsAll(NEEDED)) {
            throw new IOException("incomplete");
        }
        Instant notAfter = instant(facts.get("notAfter"));
        SecretBytes secret = JsonStrings.find(json, List.of(SECRET)).orElseThrow(() -> new IOException("no secret"));
        return new OpenedResult(facts, secret, notAfter, signatureChecked);
    }

    private static Map<String, String> facts(byte[] json) throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        try (JsonParser parser = JsonStrings.parser(json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                boolean isText = parser.nextToken() == JsonToken.VALUE_STRING;
                if (isText && !name.equals(SECRET)) {
                    facts.put(name, parser.getText());
                } else {
                    parser.skipChildren();
                }
            }
        }
        return facts;
    }

    private static Instant instant(String text) throws IOException {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IOException("no time");
        }
    }
}
