package dev.passcourier.sandbox;

import java.util.List;
import java.util.Optional;

/** Huawei Cloud IAM: tokens as Keystone gives them, and {@code GET /v3/projects?name=} for the project's id. */
final class HuaweiIam implements Protocol {

    private final Keystone keystone;
    private final HuaweiGateway gateway;
    private final String projectId;
    private final String projectName;

    HuaweiIam(Keystone keystone, HuaweiGateway gateway, String projectId, String projectName) {
        this.keystone = keystone;
        this.gateway = gateway;
        this.projectId = projectId;
        this.projectName = projectName;
    }

    @Override
    public Reply answer(Request request) {
        return request.path().equals("/v3/projects") && request.method().equals("GET")
                ? projects(request)
                : keystone.answer(request);
    }

    private Reply projects(Request request) {
        Optional<Reply> refusal = gateway.refusal(request);
        return refusal.orElseGet(() -> Reply.json(200, Json.object("projects", named(request))));
    }

    private List<Object> named(Request request) {
        boolean asked = Uris.query(request.query()).stream()
                .filter(each -> each.name().equals("name"))
                .allMatch(each -> each.value().equals(projectName));
        return asked ? List.of(Json.object("id", projectId, "name", projectName)) : List.of();
    }

    @Override
    public Reply refuse(Fault fault, Request request) {
        return fault == Fault.THROTTLED
                ? HuaweiGateway.error(429, "IAM.0012", "The throttling threshold has been reached.")
                : keystone.refuse(fault, request);
    }

    @Override
    public Reply error(int status, String code, String message, Request request) {
        return keystone.error(status, code, message, request);
    }
}
