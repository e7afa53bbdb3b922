package dev.passcourier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KakaoCloudSandboxTest {

    private static final String ID = "5b0f8d52-6f5e-4d0f-9f0e-0d6f4f0e8a11";

    private final MovableClock clock = new MovableClock(Instant.parse("2024-03-15T08:15:30Z"), ZoneOffset.UTC);
    private final KakaoCloudSandbox cloud = KakaoCloudSandbox.start(clock);

    @AfterEach
    void stop() {
        cloud.close();
    }

    @Test
    void givesATokenForTwelveHoursToTheAccessKeysIdAndSecret() {
        Client.Answer answer = signIn(byId(cloud.credentialSecret()));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.json().at("/token/expires_at").asText()).isEqualTo("2024-03-15T20:15:30.000000Z");
        assertThat(password(ID, answer.header("X-Subject-Token")).status()).isEqualTo(404);
        clock.advance(Duration.ofHours(12));
        assertThat(password(ID, answer.header("X-Subject-Token")).status()).isEqualTo(401);
    }

    @Test
    void givesATokenToTheAccessKeysNameAndItsOwner() {
        String body = "{\"auth\":{\"identity\":{\"methods\":[\"application_credential\"],\"application_credential\":"
                + "{\"name\":\"" + cloud.credentialName() + "\",\"secret\":\"" + cloud.credentialSecret()
                + "\",\"user\":{\"id\":\"" + cloud.userId() + "\"}}}}}";

        assertThat(signIn(body).status()).isEqualTo(201);
        assertThat(cloud.tokensIssued()).isEqualTo(1);
    }

    @Test
    void refusesAWrongSecret() {
        Client.Answer answer = signIn(byId("wrong"));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.json().at("/error/code").asInt()).isEqualTo(401);
        assertThat(cloud.tokensIssued()).isZero();
    }

    @Test
    void doesNotKnowAnotherAccessKey() {
        Client.Answer answer = signIn(byId(cloud.credentialSecret()).replace(cloud.credentialId(), "another"));

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json().at("/error/message").asText()).startsWith("Could not find Application Credential");
        assertThat(cloud.tokensIssued()).isZero();
    }

    @Test
    void handsOutTheStoredCiphertext() {
        cloud.addInstance(ID, "Canary#Pass1", KeyPairs.RSA.getPublic());
        String token = token();

        Client.Answer answer = password(ID, token);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        String ciphertext = answer.json().path("password").asText();
        assertThat(KeyPairs.open(ciphertext, KeyPairs.RSA.getPrivate())).isEqualTo("Canary#Pass1");
        assertThat(password(ID, token).json().path("password").asText()).isEqualTo(ciphertext);
    }

    @Test
    void givesATokenToAUserOfTheOrganization() {
        String domain = "\"domain\":{\"name\":\"" + cloud.organization() + "\"}";
        String body = "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":\""
                + cloud.userName() + "\",\"password\":\"" + cloud.userPassword() + "\"," + domain
                + "}}},\"scope\":{\"project\":{\"name\":\"" + cloud.projectName() + "\"," + domain + "}}}}";

        assertThat(signIn(body).status()).isEqualTo(201);
        assertThat(signIn(body.replace(cloud.projectName(), "other")).status()).isEqualTo(401);
    }

    @Test
    void refusesAMalformedSignIn() {
        assertThat(signIn("{}").status()).isEqualTo(400);
        assertThat(signIn("not json").status()).isEqualTo(400);
        assertThat(Client.get(cloud.iamUrl() + "/v3/auth/tokens").status()).isEqualTo(404);
    }

    @Test
    void saysWhetherATokenIsGood() {
        String token = token();
        String url = cloud.iamUrl() + "/identity/v3/auth/tokens";

        assertThat(Client.get(url, "X-Auth-Token", token, "X-Subject-Token", token)
                        .status())
                .isEqualTo(200);
        cloud.revokeTokens();
        assertThat(Client.get(url, "X-Auth-Token", token, "X-Subject-Token", token)
                        .status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/instances/not-a-uuid/password, 422, /detail/0/msg, value is not a valid uuid",
        "/api/v1/instances/a%2Fb/password, 422, /detail/0/type, type_error.uuid",
        "/api/v1/instances/5b0f8d52-6f5e-4d0f-9f0e-0d6f4f0e8a11/password, 404, /error/code, InstanceNotFound",
        "/api/v1/elsewhere, 404, /detail, Not Found",
        "/, 404, /detail, Not Found"
    })
    void answersWrongPathsInItsOwnWords(String path, int status, String pointer, String text) {
        Client.Answer answer = Client.get(cloud.baseUrl() + path, "X-Auth-Token", token());

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().at(pointer).asText()).isEqualTo(text);
    }

    @Test
    void takesGetOnly() {
        assertThat(Client.send("POST", cloud.baseUrl() + "/api/v1/instances/" + ID + "/password", "{}")
                        .status())
                .isEqualTo(405);
    }

    @Test
    void describesAnInstance() {
        cloud.addLinuxInstance(ID);

        Client.Answer answer = Client.get(cloud.baseUrl() + "/api/v1/instances/" + ID, "X-Auth-Token", token());

        assertThat(answer.json().at("/instance/image/is_windows").asBoolean(true))
                .isFalse();
        assertThat(answer.json().at("/instance/image/os_admin").asText()).isEqualTo("ubuntu");
        assertThat(password(ID, token()).text()).isEqualTo("{\"password\":\"\"}");
    }

    @Test
    void handsOutHostileAnswers() {
        cloud.addCiphertext(ID, "not base64");
        cloud.addInstanceWithoutField("bare");

        assertThat(password(ID, token()).json().path("password").asText()).isEqualTo("not base64");
        assertThat(password("bare", token()).text()).isEqualTo("{}");
    }

    @Test
    void holdsThePasswordBackUntilAskedOftenEnoughOrTold() {
        SandboxInstance instance = cloud.addInstance(ID, "Canary#Pass1", KeyPairs.RSA.getPublic());
        String token = token();

        instance.readyAtAsk(3);
        assertThat(asked(token)).isEmpty();
        assertThat(asked(token)).isEmpty();
        assertThat(asked(token)).isNotEmpty();

        instance.holdBack();
        assertThat(asked(token)).isEmpty();
        instance.publish();
        assertThat(asked(token)).isNotEmpty();
        assertThat(instance.asks()).isEqualTo(5);
    }

    private String asked(String token) {
        return password(ID, token).json().path("password").asText();
    }

    private Client.Answer password(String id, String token) {
        return Client.get(
                cloud.baseUrl() + "/api/v1/instances/" + id + "/password",
                "X-Auth-Token",
                token,
                "Accept",
                "application/json");
    }

    private String token() {
        return signIn(byId(cloud.credentialSecret())).header("X-Subject-Token");
    }

    private Client.Answer signIn(String body) {
        return Client.send(
                "POST", cloud.iamUrl() + "/identity/v3/auth/tokens", body, "Content-Type", "application/json");
    }

    private String byId(String secret) {
        return "{\"auth\":{\"identity\":{\"methods\":[\"application_credential\"],\"application_credential\":{\"id\":\""
                + cloud.credentialId() + "\",\"secret\":\"" + secret + "\"}}}}";
    }
}
