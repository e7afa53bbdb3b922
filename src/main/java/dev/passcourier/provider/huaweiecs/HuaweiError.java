package dev.passcourier.provider.huaweiecs;

import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.JsonReply;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one of four speakers says is wrong: the gateway, ECS, Nova, or IAM.
 *
 * @param code       the documented code, such as {@code APIGW.0301} or {@code itemNotFound}; {@code HTTP_<status>} or
 *                   {@code IAM_<status>} where there is none
 * @param text       to recognise known words in; never shown
 * @param retryAfter as Nova puts it into the body, or null
 */
record HuaweiError(String code, String text, @Nullable String retryAfter) {

    private static final Pattern CODE = Pattern.compile("[A-Za-z]{2,12}\\.[0-9]{1,6}");
    private static final Set<String> NOVA = Set.of(
            "badRequest",
            "unauthorized",
            "forbidden",
            "itemNotFound",
            "badMethod",
            "conflictingRequest",
            "overLimit",
            "badMediaType",
            "notImplemented",
            "serviceUnavailable",
            "computeFault");

    /** Reads a reply, whatever its body is. */
    static HuaweiError of(HttpReply reply) {
        return JsonReply.of(reply)
                .map(json -> of(json, reply.status()))
                .orElseGet(() -> new HuaweiError("HTTP_" + reply.status(), "", null));
    }

    private static HuaweiError of(JsonReply json, int status) {
        Optional<String> nova = json.names().stream().filter(NOVA::contains).findFirst();
        if (nova.isPresent()) {
            String name = nova.get();
            return new HuaweiError(
                    name,
                    json.text(name, "message").orElse(""),
                    json.scalar(name, "retryAfter").orElse(null));
        }
        String code =
                json.scalar("error_code").or(() -> json.scalar("error", "code")).orElse("");
        String text =
                json.text("error_msg").or(() -> json.text("error", "message")).orElse("");
        if (CODE.matcher(text).matches()) {
            // One of the documented samples has the two in each other's place.
            return new HuaweiError(withoutOldName(text), code, null);
        }
        if (CODE.matcher(code).matches()) {
            return new HuaweiError(withoutOldName(code), text, null);
        }
        boolean iam = json.number("error", "code").isPresent();
        return new HuaweiError((iam ? "IAM_" : "HTTP_") + status, text, null);
    }

    /** Some regions still use the gateway's old name. */
    private static String withoutOldName(String code) {
        return code.startsWith("APIG.") ? "APIGW." + code.substring("APIG.".length()) : code;
    }
}
