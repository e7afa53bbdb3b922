package dev.passcourier.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;

/**
 * A pretend KakaoCloud: IAM (Keystone v3, 12 hour tokens) and BCS, two servers. Like the real service it stores the
 * ciphertext that the guest posted once, and hands out that one.
 */
public final class KakaoCloudSandbox extends SignInCloud {

    private static final Duration LIFETIME = Duration.ofHours(12);

    private final Credentials credentials;

    private KakaoCloudSandbox(
            Instances instances, Endpoint bcs, Endpoint iam, TokenBook tokens, Credentials credentials) {
        super(instances, bcs, iam, tokens);
        this.credentials = credentials;
    }

    /** Starts on free ports. */
    public static KakaoCloudSandbox start(Clock clock) {
        return start(clock, SandboxState.inMemory());
    }

    /** Starts on the ports, and with the credentials, that the state has; makes and keeps those it has not. */
    public static KakaoCloudSandbox start(Clock clock, SandboxState state) {
        Instances instances = new Instances();
        Credentials credentials = new Credentials(state);
        TokenBook tokens = new TokenBook(clock, LIFETIME, () -> "gAAAAAB" + Names.random(180));
        Endpoint bcs = Endpoint.open(new KakaoBcs(instances, tokens), clock, state, "kakaocloud");
        Endpoint iam = bcs.beside(credentials.service(tokens), clock, state, "kakaocloud-iam");
        return new KakaoCloudSandbox(instances, bcs, iam, tokens, credentials);
    }

    /** Where IAM is; tokens come from {@code /identity/v3/auth/tokens} below it. */
    public String iamUrl() {
        return signInUrl();
    }

    /** The access key's id. */
    public String credentialId() {
        return credentials.id;
    }

    /** The access key's name, for the sign-in by name and {@link #userId()}. */
    public String credentialName() {
        return credentials.name;
    }

    /** The access key's secret. */
    public String credentialSecret() {
        return credentials.secret;
    }

    /** The access key's owner. */
    public String userId() {
        return credentials.userId;
    }

    /** The owner's name, for the sign-in by {@link #userPassword()}. */
    public String userName() {
        return Credentials.USER;
    }

    /** The owner's password. */
    public String userPassword() {
        return credentials.password;
    }

    /** The owner's organization. */
    public String organization() {
        return Credentials.ORGANIZATION;
    }

    /** The only project. */
    public String projectName() {
        return Credentials.PROJECT;
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
        return add(new SandboxInstance(id, null).operatingSystem("Ubuntu 22.04").userName("ubuntu"));
    }

    /** A machine for which the answer lacks the {@code password} member. */
    public SandboxInstance addInstanceWithoutField(String id) {
        return add(new SandboxInstance(id, null).form(SandboxInstance.Form.WITHOUT_FIELD));
    }

    /** The one access key and its owner. */
    private static final class Credentials implements Keystone.Users {

        private static final String USER = "sandbox-user";
        private static final String ORGANIZATION = "sandbox-organization";
        private static final String PROJECT = "sandbox-project";

        private final String id;
        private final String name = "sandbox-key";
        private final String secret;
        private final String userId;
        private final String password;
        private final String domainId;
        private final String projectId;

        Credentials(SandboxState state) {
            id = state.keep("kakaocloud.key-id", Names::hex32);
            secret = state.keep("kakaocloud.key-secret", () -> Names.random(86));
            userId = state.keep("kakaocloud.user-id", Names::hex32);
            password = state.keep("kakaocloud.user-password", () -> Names.random(24));
            domainId = state.keep("kakaocloud.domain-id", Names::hex32);
            projectId = state.keep("kakaocloud.project-id", Names::hex32);
        }

        Keystone service(TokenBook tokens) {
            var domain = Json.object("id", domainId, "name", ORGANIZATION);
            var owner = Json.object(
                    "user",
                    Json.object("id", userId, "name", USER, "domain", domain),
                    "project",
                    Json.object("id", projectId, "name", PROJECT, "domain", domain));
            return new Keystone("/identity", tokens, this, owner, "The request you have made requires authentication.");
        }

        @Override
        public boolean knows(JsonNode key) {
            return key.isMissingNode()
                    || knowsName(key)
                    || id.equals(key.path("id").asText());
        }

        @Override
        public boolean grants(JsonNode auth) {
            JsonNode identity = auth.path("identity");
            return switch (identity.path("methods").path(0).asText()) {
                case "application_credential" -> knowsKey(identity.path("application_credential"));
                case "password" ->
                    knowsUser(identity.path("password").path("user"))
                            && ours(auth.path("scope").path("project"));
                default -> false;
            };
        }

        private boolean knowsKey(JsonNode key) {
            return knows(key) && Digests.same(secret, key.path("secret").asText());
        }

        private boolean knowsName(JsonNode key) {
            return name.equals(key.path("name").asText())
                    && userId.equals(key.path("user").path("id").asText());
        }

        private boolean knowsUser(JsonNode user) {
            return USER.equals(user.path("name").asText())
                    && Digests.same(password, user.path("password").asText())
                    && inOrganization(user);
        }

        private static boolean ours(JsonNode project) {
            return PROJECT.equals(project.path("name").asText()) && inOrganization(project);
        }

        private static boolean inOrganization(JsonNode node) {
            return ORGANIZATION.equals(node.path("domain").path("name").asText());
        }
    }
}
