package dev.passcourier.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** ZStack's sessions: log in by account, user or generally, log out, ask whether one is good. */
final class ZStackLogin implements Protocol {

    static final Duration LIFETIME = Duration.ofHours(2);
    private static final List<String> SESSIONS = List.of("zstack", "v1", "accounts", "sessions");
    private static final DateTimeFormatter GSON_TIME =
            DateTimeFormatter.ofPattern("MMM d, yyyy h:mm:ss a", Locale.ENGLISH);

    private final TokenBook sessions;
    private final Clock clock;
    private final String account;
    private final String user;
    private final String passwordHash;
    private final String accountUuid = Names.hex32();
    private volatile int mostSessions = 500;
    private volatile boolean unique;

    ZStackLogin(TokenBook sessions, Clock clock, String account, String user, String password) {
        this.sessions = sessions;
        this.clock = clock;
        this.account = account;
        this.user = user;
        this.passwordHash = Digests.sha512Hex(password);
    }

    static boolean serves(Request request) {
        return switch (request.path()) {
            case "/zstack/v1/accounts/login", "/zstack/v1/accounts/users/login", "/zstack/v1/login" -> true;
            default -> session(request);
        };
    }

    private static boolean session(Request request) {
        List<String> path = request.segments();
        return path.size() >= 5 && path.size() <= 6 && path.subList(0, 4).equals(SESSIONS);
    }

    void mostSessions(int count) {
        mostSessions = count;
    }

    void uniqueSession(boolean only) {
        unique = only;
    }

    @Override
    public Reply answer(Request request) {
        if (session(request)) {
            return onSession(request, request.segments());
        }
        if (!request.method().equals("PUT")) {
            return Reply.text(405, "Request method '" + request.method() + "' not supported");
        }
        return right(request) ? opened() : ZStackErrors.wrongLogin();
    }

    private Reply onSession(Request request, List<String> path) {
        if (path.size() == 5 && request.method().equals("DELETE")) {
            sessions.revoke(path.get(4));
            return ZStackErrors.json(200, Json.object());
        }
        if (path.size() == 6 && path.get(5).equals("valid") && request.method().equals("GET")) {
            return ZStackErrors.json(200, Json.object("valid", sessions.valid(path.get(4))));
        }
        return Reply.text(404, "no api mapping to " + request.path().substring("/zstack".length()));
    }

    private boolean right(Request request) {
        JsonNode body = Json.read(request.body());
        return switch (request.path()) {
            case "/zstack/v1/accounts/login" -> right(body.path("logInByAccount"), "accountName", account);
            case "/zstack/v1/accounts/users/login" ->
                right(body.path("logInByUser"), "userName", user)
                        && body.path("logInByUser").path("accountName").asText().equals(account);
            default -> right(body.path("logIn"), "username", account);
        };
    }

    private boolean right(JsonNode login, String member, String name) {
        return login.path(member).asText().equals(name)
                && Digests.same(passwordHash, login.path("password").asText());
    }

    private Reply opened() {
        if (unique) {
            sessions.revokeAll();
        }
        if (sessions.open() >= mostSessions) {
            return ZStackErrors.error(
                    "ID.1006", "Login sessions hit limit of max allowed concurrent login sessions", "");
        }
        TokenBook.Token session = sessions.issue();
        return ZStackErrors.json(
                200,
                Json.object(
                        "inventory",
                        Json.object(
                                "uuid",
                                session.text(),
                                "accountUuid",
                                accountUuid,
                                "userUuid",
                                accountUuid,
                                "expiredDate",
                                GSON_TIME.format(session.expiresAt().atZone(clock.getZone())),
                                "createDate",
                                GSON_TIME.format(session.issuedAt().atZone(clock.getZone())))));
    }

    @Override
    public Reply refuse(Fault fault, Request request) {
        return switch (fault) {
            case BAD_CREDENTIALS -> ZStackErrors.wrongLogin();
            case TOKEN_EXPIRED -> ZStackErrors.invalidSession();
            case DENIED -> ZStackErrors.denied("org.zstack.header.identity.APILogInByAccountMsg");
            case NOT_FOUND -> Reply.text(404, "no api mapping to /v1/accounts/login");
            case THROTTLED ->
                ZStackErrors.error("ID.1006", "Login sessions hit limit of max allowed concurrent login sessions", "");
            case SERVER_ERROR -> ZStackErrors.error("SYS.1000", "An internal error happened in system", "");
            case UNAVAILABLE -> ZStackErrors.nodeStarting();
        };
    }

    @Override
    public Reply error(int status, String code, String message, Request request) {
        return ZStackErrors.error(status, code, message, message);
    }
}
