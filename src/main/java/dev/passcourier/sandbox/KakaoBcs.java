package dev.passcourier.sandbox;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** KakaoCloud's instance service: {@code GET /api/v1/instances/{id}[/password]} with {@code X-Auth-Token}. */
final class KakaoBcs implements Protocol {

    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private final Instances instances;
    private final TokenBook tokens;

    KakaoBcs(Instances instances, TokenBook tokens) {
        this.instances = instances;
        this.tokens = tokens;
    }

    @Override
    public Reply answer(Request request) {
        String id = instance(request);
        if (id == null) {
            return Reply.json(404, Json.object("detail", "Not Found"));
        }
        if (!request.method().equals("GET")) {
            return Reply.json(405, Json.object("detail", "Method Not Allowed"));
        }
        if (!tokens.valid(request.header("x-auth-token"))) {
            return refuse(Fault.BAD_CREDENTIALS, request);
        }
        Optional<SandboxInstance> found = instances.find(id);
        if (found.isEmpty()) {
            return UUID.matcher(id).matches() ? refuse(Fault.NOT_FOUND, request) : notAUuid();
        }
        return Reply.json(200, wantsPassword(request) ? password(found.get()) : description(found.get()));
    }

    private static Map<String, @Nullable Object> password(SandboxInstance instance) {
        Optional<String> ciphertext = instance.ask();
        return instance.withoutField() ? Json.object() : Json.object("password", ciphertext.orElse(""));
    }

    private static Map<String, @Nullable Object> description(SandboxInstance instance) {
        Map<String, @Nullable Object> image = Json.object(
                "is_windows",
                instance.windows(),
                "os_admin",
                instance.userName(),
                "os_type",
                instance.windows() ? "windows" : "linux",
                "os_distro",
                instance.operatingSystem());
        return Json.object("instance", Json.object("id", instance.id(), "name", instance.id(), "image", image));
    }

    private static Reply notAUuid() {
        return Reply.json(
                422,
                Json.object(
                        "detail",
                        List.of(Json.object(
                                "loc",
                                List.of("path", "instance_id"),
                                "msg",
                                "value is not a valid uuid",
                                "type",
                                "type_error.uuid"))));
    }

    @Override
    public @Nullable String instance(Request request) {
        List<String> path = request.segments();
        boolean ours = path.size() == 4 || wantsPassword(request);
        return ours && path.subList(0, 3).equals(List.of("api", "v1", "instances")) ? path.get(3) : null;
    }

    private static boolean wantsPassword(Request request) {
        List<String> path = request.segments();
        return path.size() == 5 && path.get(4).equals("password");
    }

    @Override
    public Reply refuse(Fault fault, Request request) {
        return switch (fault) {
            case TOKEN_EXPIRED -> {
                tokens.revoke(request.header("x-auth-token"));
                yield error(401, "Unauthorized", "The token has expired.");
            }
            case BAD_CREDENTIALS -> error(401, "Unauthorized", "Authentication is required.");
            case DENIED -> error(403, "Forbidden", "You do not have permission.");
            case NOT_FOUND -> error(404, "InstanceNotFound", "instance " + instance(request) + " could not be found");
            case THROTTLED -> error(429, "TooManyRequests", "Too many requests.");
            case SERVER_ERROR -> error(500, "InternalServerError", "Internal server error.");
            case UNAVAILABLE -> Reply.text(503, "upstream connect error or disconnect/reset before headers");
        };
    }

    @Override
    public Reply error(int status, String code, String message, Request request) {
        return error(status, code, message);
    }

    private static Reply error(int status, String code, String message) {
        return Reply.json(status, Json.object("error", Json.object("code", code, "message", message)));
    }
}
