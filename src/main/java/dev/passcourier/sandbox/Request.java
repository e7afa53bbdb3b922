package dev.passcourier.sandbox;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request as a pretend service received it.
 *
 * @param path    as sent, still percent-encoded
 * @param query   as sent, or null
 * @param headers names in lower case
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record Request(String method, String path, @Nullable String query, Map<String, String> headers, byte[] body) {

    /** One header, or null. */
    public @Nullable String header(String lowerCaseName) {
        return headers.get(lowerCaseName);
    }

    /** One header, or something else. */
    public String header(String lowerCaseName, String otherwise) {
        return headers.getOrDefault(lowerCaseName, otherwise);
    }

    /** The path's segments, decoded one by one, so that an encoded slash stays inside its segment. */
    public List<String> segments() {
        return Arrays.stream(path.substring(1).split("/", -1))
                .map(Request::decoded)
                .toList();
    }

    boolean sendsJson() {
        return header("content-type", "").startsWith("application/json");
    }

    /** Percent-decoded; a plus stays a plus. */
    static String decoded(String segment) {
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return segment;
        }
    }

    /** The method: the rest may hold credentials. */
    @Override
    public String toString() {
        return "Request[" + method + "]";
    }
}
