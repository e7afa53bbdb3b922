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

    private final LoopbackServer iam;
    private final Credentials credentials;

    private KakaoCloudSandbox(
            Instances instances,
            Desk bcs,
            LoopbackServer server,
            Desk signIns,
            TokenBook tokens,
            LoopbackServer iam,
            Credentials credentials) {
        super(instances, bcs, server, signIns, tokens);
        this.iam = iam;
        this.credentials = credentials;
    }

    /** Starts on free ports. */
    public static KakaoCloudSandbox start(Clock clock) {
        return start(clock, 0, 0);
    }

    /** Starts on chosen ports; 0 takes any free one. */
    public static KakaoCloudSandbox start(Clock clock, int port, int iamPort) {
        Instances instances = new Instances();
        Credentials credentials = new Credentials();
        TokenBook tokens = new TokenBook(clock, LIFETIME, () -> "gAAAAAB" + Names.random(180));
        Desk bcs = new Desk(new KakaoBcs(instances, tokens), clock);
        Desk signIns = new Desk(credentials.service(tokens), clock);
        LoopbackServer iam = LoopbackServer.start(iamPort, "kakaocloud-iam", signIns::serve);
        return new KakaoCloudSandbox(
                instances,
                bcs,
                LoopbackServer.start(port, "kakaocloud", bcs::serve),
                signIns,
                tokens,
                iam,
                credentials);
    }

    /** Where IAM is; tokens come from {@code /identity/v3/auth/tokens} below it. */
    public String iamUrl() {
        return iam.url();
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

    @Override
    public void close() {
        iam.close();
        super.close();
    }

    /** The one access key, and who may sign in with it. */
    private static final class Credentials {

        private final String id = Names.hex32();
        private final String name = "sandbox-key";
        private final String secret = Names.random(86);
        private final String userId = Names.hex32();

        Keystone service(TokenBook tokens) {
            var domain = Json.object("id", Names.hex32(), "name", "sandbox");
            var owner = Json.object(
                    "user",
                    Json.object("id", userId, "name", "sandbox-user", "domain", domain),
                    "project",
                    Json.object("id", Names.hex32(), "name", "sandbox-project", "domain", domain));
            return new Keystone(
                    "/identity/v3/auth/tokens",
                    tokens,
                    this::grant,
                    owner,
                    "The request you have made requires authentication.");
        }

        private boolean grant(JsonNode auth) {
            JsonNode identity = auth.path("identity");
            JsonNode key = identity.path("application_credential");
            return identity.path("methods").path(0).asText().equals("application_credential")
                    && Digests.same(secret, key.path("secret").asText())
                    && (id.equals(key.path("id").asText()) || named(key));
        }

        private boolean named(JsonNode key) {
            return name.equals(key.path("name").asText())
                    && userId.equals(key.path("user").path("id").asText());
        }
    }
}
