package dev.passcourier.request;

import java.util.Locale;
import java.util.Optional;

/** How a file of requests is written, told by the ending of its name. */
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
        return lower.endsWith(".csv") ? Optional.of(CSV) : Optional.empty();
    }
}
