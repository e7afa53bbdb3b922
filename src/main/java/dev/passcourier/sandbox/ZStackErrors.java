package dev.passcourier.sandbox;

/** ZStack's errors: HTTP 503 and JSON for everything the API decides, without {@code Content-Type}. */
final class ZStackErrors {

    private ZStackErrors() {}

    static Reply json(int status, Object body) {
        return Reply.empty(status).with(Json.bytes(body));
    }

    static Reply error(String code, String description, String details) {
        return error(503, code, description, details);
    }

    static Reply error(int status, String code, String description, String details) {
        return json(
                status,
                Json.object("error", Json.object("code", code, "description", description, "details", details)));
    }

    static Reply invalidSession() {
        return error("ID.1001", "Session expired", "Session expired");
    }

    static Reply wrongLogin() {
        return error("ID.1000", "wrong account name or password", "wrong account name or password");
    }

    /** The real verifier of access keys is closed: this code is the nearest documented one. */
    static Reply wrongKey() {
        return error("ID.1000", "wrong AccessKey ID or signature", "wrong AccessKey ID or signature");
    }

    static Reply notFound(String id) {
        return error(
                "SYS.1003",
                "A resource can not be found",
                "invalid field[uuid], resource[uuid:" + id + ", type:VmInstanceVO] not found");
    }

    static Reply denied(String api) {
        return error("SYS.1006", "An operation failed", "operation[API:" + api + "] is denied by default");
    }

    static Reply nodeStarting() {
        return Reply.html(503, "HTTP Status 503 - Service Unavailable");
    }
}
