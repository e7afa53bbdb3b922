package dev.passcourier.sandbox;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** ZStack's REST server for {@code GET /zstack/v1/vm-instances/{uuid}/console-passwords}, checks in the server's order. */
final class ZStackRest implements Protocol {

    private static final String API = "org.zstack.header.vm.APIGetVmConsolePasswordMsg";
    private static final int JOB_UUID_LENGTH = 32;

    private final Instances instances;
    private final TokenBook sessions;
    private final AccessKeyVerifier keys;

    ZStackRest(Instances instances, TokenBook sessions, AccessKeyVerifier keys) {
        this.instances = instances;
        this.sessions = sessions;
        this.keys = keys;
    }

    @Override
    public Reply answer(Request request) {
        String id = instance(request);
        if (id == null) {
            return Reply.text(404, "no api mapping to " + path(request));
        }
        if (!request.method().equals("GET")) {
            return Reply.text(405, "Request method '" + request.method() + "' not supported");
        }
        return authorization(request)
                .or(() -> jobUuid(request))
                .or(() -> stranger(request))
                .orElseGet(() -> instances
                        .find(id)
                        .map(found -> password(found, request))
                        .orElseGet(() -> ZStackErrors.notFound(id)));
    }

    private Optional<Reply> authorization(Request request) {
        String header = request.header("authorization");
        if (header == null) {
            return Optional.of(Reply.text(400, "missing header 'Authorization'"));
        }
        if (header.startsWith("ZStack")) {
            return keys.malformed(request);
        }
        return header.startsWith("OAuth")
                ? Optional.empty()
                : Optional.of(Reply.text(400, "Authorization type must be 'OAuth'"));
    }

    private static Optional<Reply> jobUuid(Request request) {
        String uuid = request.header("x-job-uuid");
        return uuid == null || uuid.length() == JOB_UUID_LENGTH
                ? Optional.empty()
                : Optional.of(Reply.text(400, "header[X-Job-UUID] must be a UUID without dashes"));
    }

    private Optional<Reply> stranger(Request request) {
        if (request.header("authorization", "").startsWith("ZStack")) {
            return keys.accepts(request, path(request)) ? Optional.empty() : Optional.of(ZStackErrors.wrongKey());
        }
        return sessions.valid(session(request)) ? Optional.empty() : Optional.of(ZStackErrors.invalidSession());
    }

    private static String session(Request request) {
        String header = request.header("authorization", "");
        return header.startsWith("OAuth") ? header.substring("OAuth".length()).strip() : "";
    }

    private static Reply password(SandboxInstance instance, Request request) {
        Map<String, @Nullable Object> body = Json.object();
        instance.ask().ifPresent(password -> {
            switch (instance.form()) {
                case MASKED -> body.put("password", "*****");
                case OLD_NAME -> body.put("consolePassword", password);
                case WITHOUT_FIELD -> {}
                case USUAL -> body.put("password", password);
            }
        });
        if ("true".equals(request.header("x-json-schema"))) {
            body.put("schema", Map.of());
        }
        return ZStackErrors.json(200, body);
    }

    /** The decoded path without the context path. */
    private static String path(Request request) {
        String path = "/" + String.join("/", request.segments());
        return path.startsWith("/zstack/") ? path.substring("/zstack".length()) : path;
    }

    @Override
    public @Nullable String instance(Request request) {
        List<String> path = request.segments();
        boolean ours = path.size() == 5
                && path.subList(0, 3).equals(List.of("zstack", "v1", "vm-instances"))
                && path.get(4).equals("console-passwords");
        return ours ? path.get(3) : null;
    }

    @Override
    public Reply refuse(Fault fault, Request request) {
        return switch (fault) {
            case TOKEN_EXPIRED -> {
                sessions.revoke(session(request));
                yield ZStackErrors.invalidSession();
            }
            case BAD_CREDENTIALS -> ZStackErrors.wrongKey();
            case DENIED -> ZStackErrors.denied(API);
            case NOT_FOUND -> ZStackErrors.notFound(String.valueOf(instance(request)));
            case SERVER_ERROR -> ZStackErrors.error("SYS.1000", "An internal error happened in system", "");
            case UNAVAILABLE -> ZStackErrors.nodeStarting();
            case THROTTLED -> Reply.html(429, "429 Too Many Requests");
        };
    }

    @Override
    public Reply error(int status, String code, String message, Request request) {
        return ZStackErrors.error(status, code, message, message);
    }
}
