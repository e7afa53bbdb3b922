package dev.passcourier.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Keystone v3 token service: {@code POST …/v3/auth/tokens} answers 201 with the token in {@code X-Subject-Token}, and
 * {@code GET} of the same path checks one.
 */
final class Keystone implements Protocol {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final String path;
    private final TokenBook tokens;
    private final Users users;
    private final Map<String, @Nullable Object> owner;
    private final String wrong;

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
     * @param users  who may have a token
     * @param owner  the {@code user} and {@code project} that tokens are for
     * @param wrong  the message for wrong credentials
     */
    Keystone(String path, TokenBook tokens, Users users, Map<String, @Nullable Object> owner, String wrong) {
        this.path = path;
        this.tokens = tokens;
        this.users = users;
        this.owner = owner;
        this.wrong = wrong;
    }

    @Override
    public Reply answer(Request request) {
        if (!request.path().equals(path)) {
            return error(404, "Not Found", "The resource could not be found.");
        }
        return switch (request.method()) {
            case "POST" -> issue(request);
            case "GET" -> check(request);
            default -> error(405, "Method Not Allowed", "The method is not allowed for the requested URL.");
        };
    }

    private Reply issue(Request request) {
        JsonNode auth = Json.read(request.body()).path("auth");
        if (!request.sendsJson() || auth.path("identity").path("methods").isEmpty()) {
            return error(
                    400,
                    "Bad Request",
                    "Expecting to find identity in auth. The server could not comply with the"
                            + " request since it is either malformed or otherwise incorrect.");
        }
        if (!users.knows(auth.path("identity").path("application_credential"))) {
            return error(404, "Not Found", "Could not find Application Credential: unknown.");
        }
        if (!users.grants(auth)) {
            return error(401, "Unauthorized", wrong);
        }
        TokenBook.Token token = tokens.issue();
        return Reply.json(201, body(auth, token.issuedAt(), token.expiresAt())).with("X-Subject-Token", token.text());
    }

    private Map<String, @Nullable Object> body(JsonNode auth, Instant from, Instant until) {
        Map<String, @Nullable Object> token = Json.object(
                "methods",
                auth.path("identity").path("methods"),
                "expires_at",
                TIME.format(until),
                "issued_at",
                TIME.format(from));
        token.putAll(owner);
        token.put("roles", List.of(Json.object("id", "0", "name", "te_admin")));
        token.put("catalog", List.of());
        return Json.object("token", token);
    }

    private Reply check(Request request) {
        if (!tokens.valid(request.header("x-auth-token"))) {
            return error(401, "Unauthorized", "The request you have made requires authentication.");
        }
        String subject = request.header("x-subject-token");
        return tokens.valid(subject)
                ? Reply.json(200, Json.object("token", owner))
                : error(404, "Not Found", "Could not find token.");
    }

    @Override
    public Reply refuse(Fault fault, Request request) {
        return switch (fault) {
            case BAD_CREDENTIALS, TOKEN_EXPIRED -> error(401, "Unauthorized", wrong);
            case DENIED -> error(403, "Forbidden", "You are not authorized to perform the requested action.");
            case NOT_FOUND -> error(404, "Not Found", "The resource could not be found.");
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
