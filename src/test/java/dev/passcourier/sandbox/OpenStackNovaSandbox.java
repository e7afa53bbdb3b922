package dev.passcourier.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A pretend OpenStack: Keystone with tokens of one hour, for an application credential or a user, and Nova's
 * {@code os-server-password}, two servers. Answers in the words of their source.
 */
public final class OpenStackNovaSandbox extends SignInCloud {

    private static final Duration LIFETIME = Duration.ofHours(1);

    private final Users users;
    private final Nova nova;

    private OpenStackNovaSandbox(Instances instances, TokenBook tokens, Users users, Nova nova, Clock clock) {
        super(instances, nova, users.service(tokens), tokens, clock);
        this.users = users;
        this.nova = nova;
    }

    /** Starts on free ports. */
    public static OpenStackNovaSandbox start(Clock clock) {
        Instances instances = new Instances();
        Users users = new Users();
        TokenBook tokens = new TokenBook(clock, LIFETIME, () -> "gAAAAAB" + Names.random(180));
        Nova nova = new Nova(instances, tokens);
        return new OpenStackNovaSandbox(instances, tokens, users, nova, clock);
    }

    /** Where Keystone is, without the version. */
    public String keystoneUrl() {
        return signInUrl();
    }

    /** The application credential's id. */
    public String credentialId() {
        return users.id;
    }

    /** The application credential's name. */
    public String credentialName() {
        return users.name;
    }

    /** The application credential's secret. */
    public String credentialSecret() {
        return users.secret;
    }

    /** Id of the user whose credential it is. */
    public String userId() {
        return users.userId;
    }

    /** The user's name. */
    public String userName() {
        return Users.USER;
    }

    /** The user's password. */
    public String userPassword() {
        return users.password;
    }

    /** The only project's name, in the domain {@code Default}, as the user is. */
    public String projectName() {
        return Users.PROJECT;
    }

    /** A server whose guest has posted its password, encrypted to the key pair. */
    public SandboxInstance addInstance(String id, String password, PublicKey keyPair) {
        return add(new SandboxInstance(id, GuestAgent.encrypt(password, keyPair)));
    }

    /** A server that was made without a key pair. */
    public SandboxInstance addInstanceWithoutKeyPair(String id) {
        nova.withoutKeyPair.add(id);
        return add(new SandboxInstance(id, null));
    }

    /** A server that did not start. */
    public SandboxInstance addFailedInstance(String id) {
        nova.failed.add(id);
        return add(new SandboxInstance(id, null));
    }

    /** Whether the credential's access rules allow to ask for passwords only, and not for servers. */
    public void restrictToPasswords(boolean restricted) {
        nova.passwordsOnly = restricted;
    }

    /** The one application credential and its owner. */
    private static final class Users implements Keystone.Users {

        private static final String USER = "sandbox-user";
        private static final String DOMAIN = "Default";
        private static final String PROJECT = "sandbox-project";

        private final String id = Names.hex32();
        private final String name = "sandbox-credential";
        private final String secret = Names.random(86);
        private final String userId = Names.hex32();
        private final String password = Names.random(24);

        Keystone service(TokenBook tokens) {
            var domain = Json.object("id", "default", "name", DOMAIN);
            var owner = Json.object(
                    "user",
                    Json.object("id", userId, "name", USER, "domain", domain),
                    "project",
                    Json.object("id", Names.hex32(), "name", PROJECT, "domain", domain));
            return new Keystone("", tokens, this, owner, "The request you have made requires authentication.");
        }

        @Override
        public boolean knows(JsonNode credential) {
            return credential.isMissingNode()
                    || id.equals(credential.path("id").asText())
                    || name.equals(credential.path("name").asText())
                            && userId.equals(credential.path("user").path("id").asText());
        }

        /** A credential carries its project: a scope beside it is refused. */
        @Override
        public boolean grants(JsonNode auth) {
            JsonNode identity = auth.path("identity");
            return switch (identity.path("methods").path(0).asText()) {
                case "application_credential" ->
                    !auth.has("scope")
                            && Digests.same(
                                    secret,
                                    identity.path("application_credential")
                                            .path("secret")
                                            .asText());
                case "password" ->
                    grantsUser(identity.path("password").path("user"))
                            && inDomain(auth.path("scope").path("project"), PROJECT);
                default -> false;
            };
        }

        private boolean grantsUser(JsonNode user) {
            return inDomain(user, USER)
                    && Digests.same(password, user.path("password").asText());
        }

        private static boolean inDomain(JsonNode node, String named) {
            return named.equals(node.path("name").asText())
                    && DOMAIN.equals(node.path("domain").path("name").asText());
        }
    }

    /** Nova's API, version 2.1, behind Keystone's token filter. */
    private static final class Nova implements Protocol {

        private final Set<String> withoutKeyPair = ConcurrentHashMap.newKeySet();
        private final Set<String> failed = ConcurrentHashMap.newKeySet();
        private final Instances instances;
        private final TokenBook tokens;
        private volatile boolean passwordsOnly;

        Nova(Instances instances, TokenBook tokens) {
            this.instances = instances;
            this.tokens = tokens;
        }

        @Override
        public Reply answer(Request request) {
            if (!tokens.valid(request.header("x-auth-token")) || passwordsOnly && !wantsPassword(request)) {
                return refuse(Fault.BAD_CREDENTIALS, request);
            }
            String id = instance(request);
            if (id == null) {
                return Reply.text(404, "The resource could not be found.");
            }
            if (!request.method().equals("GET")) {
                return error(405, "badMethod", "The method is not allowed.", request);
            }
            return instances
                    .find(id)
                    .map(server -> Reply.json(200, wantsPassword(request) ? password(server) : description(server)))
                    .orElseGet(() -> refuse(Fault.NOT_FOUND, request));
        }

        private static Map<String, @Nullable Object> password(SandboxInstance server) {
            return Json.object("password", server.ask().orElse(""));
        }

        private Map<String, @Nullable Object> description(SandboxInstance server) {
            String key = withoutKeyPair.contains(server.id()) ? null : "sandbox-key-pair";
            String status = failed.contains(server.id()) ? "ERROR" : "ACTIVE";
            return Json.object("server", Json.object("id", server.id(), "status", status, "key_name", key));
        }

        @Override
        public @Nullable String instance(Request request) {
            List<String> path = request.segments();
            boolean ours = path.size() == 3 || wantsPassword(request);
            return ours && path.subList(0, 2).equals(List.of("v2.1", "servers")) ? path.get(2) : null;
        }

        private static boolean wantsPassword(Request request) {
            List<String> path = request.segments();
            return path.size() == 4 && path.get(3).equals("os-server-password");
        }

        @Override
        public Reply refuse(Fault fault, Request request) {
            return switch (fault) {
                case TOKEN_EXPIRED -> {
                    tokens.revoke(request.header("x-auth-token"));
                    yield refuse(Fault.BAD_CREDENTIALS, request);
                }
                case BAD_CREDENTIALS ->
                    Reply.json(
                            401,
                            Json.object(
                                    "error",
                                    Json.object(
                                            "code",
                                            401,
                                            "message",
                                            "The request you have made requires authentication.",
                                            "title",
                                            "Unauthorized")));
                case DENIED ->
                    error(
                            403,
                            "forbidden",
                            "Policy doesn't allow os_compute_api:os-server-password:show to be performed.",
                            request);
                case NOT_FOUND ->
                    error(404, "itemNotFound", "Instance " + instance(request) + " could not be found.", request);
                case THROTTLED -> error(429, "overLimit", "This request was rate-limited.", request);
                case SERVER_ERROR -> error(500, "computeFault", "Unexpected API Error.", request);
                case UNAVAILABLE -> error(503, "serviceUnavailable", "The service is unavailable.", request);
            };
        }

        @Override
        public Reply error(int status, String code, String message, Request request) {
            return Reply.json(status, Json.object(code, Json.object("code", status, "message", message)));
        }
    }
}
