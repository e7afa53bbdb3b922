package dev.passcourier.sandbox;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parts of URIs as signatures see them. */
final class Uris {

    private Uris() {}

    /**
     * A name and a value of a query, decoded.
     *
     * @param value empty if there was none
     */
    record Parameter(String name, String value) {}

    static List<Parameter> query(@Nullable String raw) {
        List<Parameter> parameters = new ArrayList<>();
        if (raw != null && !raw.isEmpty()) {
            for (String pair : raw.split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                parameters.add(new Parameter(Request.decoded(name), Request.decoded(value)));
            }
        }
        return parameters;
    }

    /** RFC 3986: all but unreserved characters as upper-case {@code %XX} of their UTF-8 bytes. */
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }
}
