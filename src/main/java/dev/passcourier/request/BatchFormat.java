package dev.passcourier.request;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a file of requests is written, told by the ending of its name or by its content. */
public enum BatchFormat {
    /** One object, or an array of objects; the line of an element is its place in the array. */
    JSON,
    /** One object a line. */
    NDJSON,
    /** A header row that names fields, then one request a line. */
    CSV,
    /** One signed request a line, as a compact JWS. */
    JWS;

    /** The format of a file, or empty if its name has another ending. */
    public static Optional<BatchFormat> of(String fileName) {
        String lower = fileName.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".json")) {
            return Optional.of(JSON);
        }
        if (lower.endsWith(".ndjson") || lower.endsWith(".jsonl")) {
            return Optional.of(NDJSON);
        }
        if (lower.endsWith(".jws")) {
            return Optional.of(JWS);
        }
        return lower.endsWith(".csv") || lower.endsWith(".tsv") ? Optional.of(CSV) : Optional.empty();
    }

    /**
     * The format of a file whose name may say another one, or none: what the content clearly is, and else what the name
     * says. Only a name makes a file one of signed requests.
     *
     * @return empty if neither its name nor its content says that it is a batch
     */
    public static Optional<BatchFormat> of(String fileName, byte[] content) {
        Optional<BatchFormat> named = of(fileName);
        if (named.isPresent() && named.get() == JWS) {
            return named;
        }
        try {
            String text = BatchReader.text(content);
            return of(text, named.orElse(null)).or(() -> named);
        } catch (RequestException noText) {
            return named;
        }
    }

    private static Optional<BatchFormat> of(String text, @Nullable BatchFormat named) {
        String start = text.stripLeading();
        if (start.startsWith("[")) {
            return JsonBatch.values(text) == 1 ? Optional.of(JSON) : Optional.empty();
        }
        if (start.startsWith("{")) {
            int values = JsonBatch.values(text);
            return values > 1 || (values == 1 && named == NDJSON)
                    ? Optional.of(NDJSON)
                    : Optional.of(JSON).filter(whole -> values == 1);
        }
        return CsvBatch.hasHeader(text) ? Optional.of(CSV) : Optional.empty();
    }
}
