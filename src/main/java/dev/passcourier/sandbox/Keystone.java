package dev.passcourier.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A Keystone v3 as clients of every kind meet it: its versions at the root and at {@code /v3}, and tokens at {@code
 * /v3/auth/tokens}, given out (POST), looked at (GET, HEAD) and ended (DELETE). Answers as Keystone 22 does.
 */
final class Keystone implements Protocol {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private static final String READING = "HEAD, OPTIONS, GET";
    private static final String ALL = "HEAD, OPTIONS, DELETE, POST, GET";
    private static final List<String> METHODS = List.of("password");
    private static final String VERSION = "/v3";
    private static final String TOKENS = VERSION + "/auth/tokens";

    /** What the server reads of a request: oslo.middleware's limit. */
    private static final int LARGEST_BODY = 114_688;

    private final String root;
    private final TokenBook tokens;
    private final Users users;
    private final Map<String, @Nullable Object> owner;
    private final String wrong;
    private volatile List<Object> catalog = List.of();

    /** Who may have a token. */
    @FunctionalInterface
    interface Users {

        /** Whether the {@code auth} object's credentials and scope are right. */
        boolean grants(JsonNode auth);

        /** Whether there is such an application credential, whatever its secret; true for another kind of sign-in. */
        default boolean knows(JsonNode applicationCredential) {
            return true;
        }
    }

    /**
     * Makes the service.
     *
     * @param root   path that the versions are below: empty, or with a slash in front and none behind
     * @param users  who may have a token
     * @param owner  the {@code user} and {@code project} that tokens are for
     * @param wrong  the message for wrong credentials
     */
    Keystone(String root, TokenBook tokens, Users users, Map<String, @Nullable Object> owner, String wrong) {
        this.root = root;
        this.tokens = tokens;
        this.users = users;
        this.owner = owner;
        this.wrong = wrong;
    }

    /** From now on tokens name these services, unless a client asks for {@code nocatalog}. */
    void catalog(List<Object> services) {
        catalog = services;
    }

    /** A service of a catalog with one public endpoint. */
    static Map<String, @Nullable Object> service(String type, String name, String region, String url) {
        return Json.object(
                "endpoints",
                List.of(Json.object(
                        "id", Names.hex32(), "interface", "public", "region_id", region, "url", url, "region", region)),
                "id",
                Names.hex32(),
                "type",
                type,
                "name",
                name);
    }

    @Override
    public Reply answer(Request request) {
        String path = request.path().endsWith("/")
                ? request.path().substring(0, request.path().length() - 1)
                : request.path();
        if (path.equals(root)) {
            return reading(request, versions(request));
        }
        if (path.equals(root + VERSION)) {
            return reading(request, Reply.json(200, Json.object("version", version(request))));
        }
        return (path.equals(root + TOKENS) ? tokens(request) : notFound()).with("Vary", "X-Auth-Token");
    }

    private static Reply reading(Request request, Reply answer) {
        Reply reply =
                switch (request.method()) {
                    case "GET", "HEAD" -> answer;
                    case "OPTIONS" -> Reply.empty(200).with("Allow", READING);
                    default ->
                        page(405, "Method Not Allowed", "The method is not allowed for the requested URL.")
                                .with("Allow", READING);
                };
        return reply.with("Vary", "X-Auth-Token");
    }

    private Reply tokens(Request request) {
        return switch (request.method()) {
            case "POST" -> issue(request);
            case "GET", "HEAD" -> subject(request, token -> described(200, request, METHODS, token));
            case "DELETE" -> subject(request, this::revoked);
            case "OPTIONS" -> Reply.empty(200).with("Allow", ALL);
            default ->
                Reply.json(405, Json.object("message", "The method is not allowed for the requested URL."))
                        .with("Allow", ALL);
        };
    }

    private Reply versions(Request request) {
        return Reply.json(300, Json.object("versions", Json.object("values", List.of(version(request)))))
                .with("Location", url(request));
    }

    private Map<String, @Nullable Object> version(Request request) {
        return Json.object(
                "id",
                "v3.14",
                "status",
                "stable",
                "updated",
                "2020-04-07T00:00:00Z",
                "links",
                List.of(Json.object("rel", "self", "href", url(request))),
                "media-types",
                List.of(Json.object("base", "application/json", "type", "application/vnd.openstack.identity-v3+json")));
    }

    private String url(Request request) {
        return base(request) + VERSION + "/";
    }

    private String base(Request request) {
        return "http://" + request.header("host", "127.0.0.1") + root;
    }

    private Reply issue(Request request) {
        if (request.body().length > LARGEST_BODY) {
            return page(
                    413,
                    "Request Entity Too Large",
                    "Request is too large. Larger than max_request_body_size (" + LARGEST_BODY + ").");
        }
        if (!request.sendsJson()) {
            return malformed("application/json in Content-Type header");
        }
        JsonNode body = Json.read(request.body());
        if (body.isMissingNode() && request.body().length > 0) {
            return malformed("valid JSON in request body");
        }
        JsonNode identity = body.path("auth").path("identity");
        if (!body.path("auth").isObject()) {
            return malformed("auth in request body");
        }
        if (!identity.isObject()) {
            return malformed("identity in auth");
        }
        JsonNode credential = identity.path("application_credential");
        if (!users.knows(credential)) {
            String named = credential.path("id").asText(credential.path("name").asText());
            return error(404, "Not Found", "Could not find Application Credential: " + named + ".");
        }
        return users.grants(body.path("auth"))
                ? described(201, request, identity.path("methods"), tokens.issue())
                : unauthorized(request, wrong);
    }

    private static Reply malformed(String expected) {
        return error(
                400,
                "Bad Request",
                "Expecting to find " + expected + ". The server could not comply with the request since it is either"
                        + " malformed or otherwise incorrect. The client is assumed to be in error.");
    }

    private Reply unauthorized(Request request, String message) {
        return error(401, "Unauthorized", message)
                .with("WWW-Authenticate", "Keystone uri=\"" + base(request) + VERSION + "\"");
    }

    private Reply described(int status, Request request, Object methods, TokenBook.Token token) {
        return Reply.json(status, body(request, methods, token)).with("X-Subject-Token", token.text());
    }

    private Map<String, @Nullable Object> body(Request request, Object methods, TokenBook.Token token) {
        Map<String, @Nullable Object> body = Json.object(
                "methods",
                methods,
                "expires_at",
                TIME.format(token.expiresAt()),
                "audit_ids",
                List.of(Names.random(22)),
                "issued_at",
                TIME.format(token.issuedAt()));
        body.putAll(owner);
        body.put("is_domain", false);
        body.put("roles", List.of(Json.object("id", "0", "name", "te_admin")));
        if (Uris.query(request.query()).stream().noneMatch(each -> each.name().equals("nocatalog"))) {
            body.put("catalog", catalog);
        }
        return Json.object("token", body);
    }

    private Reply revoked(TokenBook.Token token) {
        tokens.revoke(token.text());
        return Reply.empty(204);
    }

    private Reply subject(Request request, Function<TokenBook.Token, Reply> answer) {
        if (!tokens.valid(request.header("x-auth-token"))) {
            return unauthorized(request, "The request you have made requires authentication.");
        }
        String subject = request.header("x-subject-token");
        return subject == null
                ? error(404, "Not Found", "No token in the request")
                : tokens.find(subject)
                        .map(answer)
                        .orElseGet(() -> error(404, "Not Found", "Could not recognize Fernet token"));
    }

    private static Reply notFound() {
        return page(
                404,
                "Not Found",
                "The requested URL was not found on the server. If you entered the URL manually please check your"
                        + " spelling and try again.");
    }

    /** What is not of the API itself is a page of the server's framework. */
    private static Reply page(int status, String title, String text) {
        String page = "<!doctype html>\n<html lang=en>\n<title>" + status + " " + title + "</title>\n<h1>" + title
                + "</h1>\n<p>" + text + "</p>\n";
        return Reply.of(status, Map.of("Content-Type", "text/html; charset=utf-8"), Digests.utf8(page));
    }

    @Override
    public Reply refuse(Fault fault, Request request) {
        return switch (fault) {
            case BAD_CREDENTIALS, TOKEN_EXPIRED -> error(401, "Unauthorized", wrong);
            case DENIED -> error(403, "Forbidden", "You are not authorized to perform the requested action.");
            case NOT_FOUND -> notFound();
            case THROTTLED -> error(429, "Too Many Requests", "Too many requests.");
            case SERVER_ERROR ->
                error(
                        500,
                        "Internal Server Error",
                        "An unexpected error prevented the server from" + " fulfilling your request.");
            case UNAVAILABLE -> error(503, "Service Unavailable", "The service is unavailable.");
        };
    }

    @Override
    public Reply error(int status, String code, String message, Request request) {
        return error(status, code, message);
    }

    private static Reply error(int status, String title, String message) {
        return Reply.json(
                status, Json.object("error", Json.object("code", status, "message", message, "title", title)));
    }
}
