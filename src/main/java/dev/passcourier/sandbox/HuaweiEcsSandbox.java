package dev.passcourier.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * A pretend Huawei Cloud: IAM (password tokens of 24 hours, project look-up) and ECS (v1 and Nova-native paths, token or
 * AK/SK), two servers. The vendor's own SDK accepts it.
 */
public final class HuaweiEcsSandbox extends SignInCloud {

    private static final Duration LIFETIME = Duration.ofHours(24);

    private final HuaweiGateway gateway;
    private final Credentials credentials;

    private HuaweiEcsSandbox(
            Instances instances,
            Endpoint ecs,
            Endpoint iam,
            TokenBook tokens,
            HuaweiGateway gateway,
            Credentials credentials) {
        super(instances, ecs, iam, tokens);
        this.gateway = gateway;
        this.credentials = credentials;
    }

    /** Starts on free ports. */
    public static HuaweiEcsSandbox start(Clock clock) {
        return start(clock, SandboxState.inMemory());
    }

    /** Starts on the ports, and with the credentials, that the state has; makes and keeps those it has not. */
    public static HuaweiEcsSandbox start(Clock clock, SandboxState state) {
        Instances instances = new Instances();
        Credentials account = new Credentials(state);
        TokenBook tokens = new TokenBook(clock, LIFETIME, () -> "MII" + Names.random(3000));
        HuaweiGateway gateway =
                new HuaweiGateway(tokens, new SdkHmacVerifier(clock, account.accessKey, account.secretKey));
        Keystone keystone = account.service(tokens);
        HuaweiIam users = new HuaweiIam(keystone, gateway, account.projectId, Credentials.PROJECT);
        Endpoint iam = Endpoint.open(users, clock, state, "huawei-iam");
        Endpoint ecs = iam.beside(new HuaweiEcs(instances, gateway, account.projectId), clock, state, "huawei-ecs");
        keystone.catalog(List.of(
                Keystone.service("identity", "iam", "*", iam.url() + "/v3"),
                Keystone.service("compute", "nova", Credentials.PROJECT, ecs.url() + "/v2.1/" + account.projectId)));
        return new HuaweiEcsSandbox(instances, ecs, iam, tokens, gateway, account);
    }

    /** Where IAM is: {@code /v3/auth/tokens} and {@code /v3/projects} below it. */
    public String iamUrl() {
        return signInUrl();
    }

    /** The access key (AK). */
    public String accessKey() {
        return credentials.accessKey;
    }

    /** The secret key (SK). */
    public String secretKey() {
        return credentials.secretKey;
    }

    /** The IAM user for tokens. */
    public String userName() {
        return Credentials.USER;
    }

    /** The IAM user's password. */
    public String userPassword() {
        return credentials.password;
    }

    /** The IAM user's domain (account). */
    public String domainName() {
        return Credentials.DOMAIN;
    }

    /** The only project. */
    public String projectId() {
        return credentials.projectId;
    }

    /** The only project's name, which is its region. */
    public String projectName() {
        return Credentials.PROJECT;
    }

    /** From now on the key pair is a temporary one: signed calls need this {@code X-Security-Token}. */
    public void requireSecurityToken(String token) {
        gateway.requireSecurityToken(token);
    }

    /** A Windows machine whose guest has posted its password, encrypted to the key pair. */
    public SandboxInstance addInstance(String id, String password, PublicKey keyPair) {
        return addCiphertext(id, GuestAgent.encrypt(password, keyPair));
    }

    /** A machine whose guest has posted whatever it likes. */
    public SandboxInstance addCiphertext(String id, String posted) {
        return add(new SandboxInstance(id, posted));
    }

    /** A Linux machine: its password stays empty. */
    public SandboxInstance addLinuxInstance(String id) {
        return add(new SandboxInstance(id, null).operatingSystem("Ubuntu 22.04").userName("root"));
    }

    /** The one account: a key pair, a user, a project. */
    private static final class Credentials {

        private static final String USER = "sandbox-user";
        private static final String DOMAIN = "sandbox-domain";
        private static final String PROJECT = "cn-north-4";

        private final String accessKey;
        private final String secretKey;
        private final String password;
        private final String projectId;
        private final String domainId;
        private final String userId;

        Credentials(SandboxState state) {
            accessKey = state.keep(
                    "huawei.access-key", () -> "SANDBOXAK" + Names.random(11).toUpperCase(Locale.ROOT));
            secretKey = state.keep("huawei.secret-key", () -> Names.random(40));
            password = state.keep("huawei.user-password", () -> Names.random(24));
            projectId = state.keep("huawei.project-id", Names::hex32);
            domainId = state.keep("huawei.domain-id", Names::hex32);
            userId = state.keep("huawei.user-id", Names::hex32);
        }

        Keystone service(TokenBook tokens) {
            var domain = Json.object("id", domainId, "name", DOMAIN);
            var owner = Json.object(
                    "user",
                    Json.object("id", userId, "name", USER, "domain", domain),
                    "project",
                    Json.object("id", projectId, "name", PROJECT, "domain", domain));
            return new Keystone("", tokens, this::grants, owner, "The username or password is wrong.");
        }

        private boolean grants(JsonNode auth) {
            JsonNode identity = auth.path("identity");
            JsonNode user = identity.path("password").path("user");
            return identity.path("methods").path(0).asText().equals("password")
                    && user.path("name").asText().equals(USER)
                    && user.path("domain").path("name").asText().equals(DOMAIN)
                    && Digests.same(password, user.path("password").asText())
                    && ours(auth.path("scope").path("project"));
        }

        private boolean ours(JsonNode project) {
            return project.path("id").asText().equals(projectId)
                    || project.path("name").asText().equals(PROJECT);
        }
    }
}
