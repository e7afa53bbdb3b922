package dev.passcourier.sandbox;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Huawei Cloud ECS: {@code os-server-password} on the v1 path and on the Nova-native ones, which answer errors in
 * another shape, want no {@code Content-Type} of a GET, and tell their versions and a server's state, as Nova's own
 * clients ask for them first.
 */
final class HuaweiEcs implements Protocol {

    private static final Set<String> NOVA = Set.of("v2", "v2.1");
    private static final Set<String> READING = Set.of("GET", "HEAD");

    private final Instances instances;
    private final HuaweiGateway gateway;
    private final String projectId;

    HuaweiEcs(Instances instances, HuaweiGateway gateway, String projectId) {
        this.instances = instances;
        this.gateway = gateway;
        this.projectId = projectId;
    }

    @Override
    public Reply answer(Request request) {
        List<String> path = segments(request);
        boolean reads = READING.contains(request.method());
        if (reads && path.isEmpty()) {
            return Reply.json(200, Json.object("versions", List.of(version("v2", request), version("v2.1", request))));
        }
        if (reads && path.size() <= 2 && nova(request)) {
            return Reply.json(200, Json.object("version", version(path.get(0), request)));
        }
        String id = instance(request);
        boolean served = reads || request.method().equals("DELETE") && wantsPassword(path);
        if (id == null || !served) {
            return HuaweiGateway.error(
                    404, "APIGW.0101", "The API does not exist or has not been published in the environment");
        }
        Optional<Reply> refusal = gateway.refusal(request).or(() -> malformed(request));
        return refusal.orElseGet(() -> instances
                        .find(id)
                        .map(found -> served(found, request))
                        .orElseGet(() -> refuse(Fault.NOT_FOUND, request)))
                .with("X-Request-Id", Names.hex32());
    }

    /** Only microversion 2.1 is offered: a client that asked for a newer one would expect that one's answers. */
    private static Map<String, @Nullable Object> version(String id, Request request) {
        boolean current = id.equals("v2.1");
        return Json.object(
                "id",
                id,
                "status",
                current ? "CURRENT" : "SUPPORTED",
                "version",
                current ? "2.1" : "",
                "min_version",
                current ? "2.1" : "",
                "updated",
                current ? "2013-07-23T11:33:21Z" : "2011-01-21T11:33:21Z",
                "links",
                List.of(Json.object(
                        "rel", "self", "href", "http://" + request.header("host", "127.0.0.1") + "/" + id + "/")));
    }

    private static Reply served(SandboxInstance instance, Request request) {
        if (!wantsPassword(segments(request))) {
            return Reply.json(200, Json.object("server", description(instance)));
        }
        if (request.method().equals("DELETE")) {
            instance.clear();
            return Reply.empty(204);
        }
        return Reply.json(200, Json.object("password", instance.ask().orElse("")));
    }

    private static Map<String, @Nullable Object> description(SandboxInstance instance) {
        return Json.object(
                "id",
                instance.id(),
                "name",
                instance.id(),
                "status",
                "ACTIVE",
                "key_name",
                "sandbox-key-pair",
                "addresses",
                Json.object(),
                "metadata",
                Json.object("os_type", instance.windows() ? "Windows" : "Linux"));
    }

    private Optional<Reply> malformed(Request request) {
        if (!nova(request) && !request.sendsJson()) {
            return Optional.of(error(400, "Ecs.0005", "Content-Type must be application/json.", request));
        }
        String project = request.segments().get(1);
        return project.equals(projectId)
                        && request.header("x-project-id", projectId).equals(projectId)
                ? Optional.empty()
                : Optional.of(error(400, "Common.0018", "The tenant id in the URL differs from the token's.", request));
    }

    @Override
    public @Nullable String instance(Request request) {
        List<String> path = segments(request);
        boolean ours = nova(request)
                ? (path.size() == 4 || wantsPassword(path)) && path.get(2).equals("servers")
                : wantsPassword(path) && path.get(0).equals("v1") && path.get(2).equals("cloudservers");
        return ours ? path.get(3) : null;
    }

    private static boolean wantsPassword(List<String> path) {
        return path.size() == 5 && path.get(4).equals("os-server-password");
    }

    /** Nova's clients end some paths with a slash. */
    private static List<String> segments(Request request) {
        List<String> path = request.segments();
        return path.get(path.size() - 1).isEmpty() ? path.subList(0, path.size() - 1) : path;
    }

    private static boolean nova(Request request) {
        return NOVA.contains(request.segments().get(0));
    }

    @Override
    public Reply refuse(Fault fault, Request request) {
        return switch (fault) {
            case TOKEN_EXPIRED -> {
                gateway.expire(request);
                yield HuaweiGateway.incorrect("The token must be updated");
            }
            case BAD_CREDENTIALS -> HuaweiGateway.incorrect("verify aksk signature fail");
            case THROTTLED ->
                HuaweiGateway.error(
                        429,
                        "APIGW.0308",
                        "The throttling threshold has been reached: policy"
                                + " user over ratelimit,limit:200,time:5 minute");
            case DENIED ->
                nova(request)
                        ? fault(403, "forbidden", "Policy doesn't allow this operation to be performed.")
                        : error(403, "Pdp.0001", "Policy doesn't allow ecs:cloudServers:showServerPassword.", request);
            case NOT_FOUND ->
                nova(request)
                        ? fault(404, "itemNotFound", "Instance " + instance(request) + " could not be found.")
                        : error(404, "Ecs.0114", "The ECS does not exist.", request);
            case SERVER_ERROR ->
                nova(request)
                        ? fault(500, "computeFault", "Unexpected API Error.")
                        : error(500, "Common.1500", "Internal error.", request);
            case UNAVAILABLE ->
                nova(request)
                        ? fault(503, "serviceUnavailable", "The service is unavailable.")
                        : error(503, "Common.1503", "The service is unavailable.", request);
        };
    }

    /** On a Nova path the code is the fault's name when it is one, such as {@code conflictingRequest}. */
    @Override
    public Reply error(int status, String code, String message, Request request) {
        return nova(request)
                ? fault(status, code.contains(".") ? "badRequest" : code, message)
                : Reply.json(status, Json.object("error", Json.object("code", code, "message", message)));
    }

    private static Reply fault(int status, String name, String message) {
        return Reply.json(status, Json.object(name, Json.object("code", status, "message", message)));
    }
}
