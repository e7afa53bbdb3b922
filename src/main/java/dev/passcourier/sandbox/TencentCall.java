package dev.passcourier.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Tencent Cloud API 3.0 call taken apart: v3 has the common parameters in headers, v1 has all in the query or form.
 *
 * @param v1         whether it is signed the old way
 * @param common     common parameters by their v1 names
 * @param parameters the action's own, or null if they are not readable
 */
record TencentCall(
        boolean v1, Map<String, String> common, @Nullable Map<String, String> parameters) {

    private static final Set<String> COMMON = Set.of(
            "Action",
            "Version",
            "Region",
            "Timestamp",
            "Nonce",
            "SecretId",
            "SignatureMethod",
            "Signature",
            "Token",
            "Language",
            "RequestClient");

    static TencentCall of(Request request) {
        boolean form = request.header("content-type", "").startsWith("application/x-www-form-urlencoded");
        if (request.method().equals("POST")) {
            return form ? old(form(new String(request.body(), StandardCharsets.UTF_8))) : json(request);
        }
        Map<String, String> query = form(request.query());
        return query.containsKey("Signature") ? old(query) : new TencentCall(false, headers(request), query);
    }

    private static TencentCall old(Map<String, String> all) {
        Map<String, String> own = new LinkedHashMap<>(all);
        own.keySet().removeAll(COMMON);
        return new TencentCall(true, all, own);
    }

    private static TencentCall json(Request request) {
        JsonNode body = Json.read(request.body());
        if (!body.isObject()) {
            return new TencentCall(false, headers(request), null);
        }
        Map<String, String> own = new LinkedHashMap<>();
        body.properties().forEach(each -> own.put(each.getKey(), text(each.getValue())));
        return new TencentCall(false, headers(request), own);
    }

    /** Only strings are valid for this service's parameters; anything else counts as empty. */
    private static String text(JsonNode value) {
        return value.isTextual() ? value.textValue() : "";
    }

    private static Map<String, String> headers(Request request) {
        Map<String, String> common = new LinkedHashMap<>();
        for (String name : COMMON) {
            String value = request.header("x-tc-" + name.toLowerCase(Locale.ROOT));
            if (value != null) {
                common.put(name, value);
            }
        }
        return common;
    }

    private static Map<String, String> form(@Nullable String encoded) {
        Map<String, String> parameters = new LinkedHashMap<>();
        Uris.query(encoded == null ? null : encoded.replace("+", "%20"))
                .forEach(each -> parameters.put(each.name(), each.value()));
        return parameters;
    }

    Optional<String> own(String name) {
        return Optional.ofNullable(parameters).map(all -> all.get(name)).filter(value -> !value.isEmpty());
    }

    Optional<String> common(String name) {
        return Optional.ofNullable(common.get(name));
    }
}
