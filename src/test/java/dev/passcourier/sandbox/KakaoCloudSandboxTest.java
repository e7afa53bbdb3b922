package dev.passcourier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
