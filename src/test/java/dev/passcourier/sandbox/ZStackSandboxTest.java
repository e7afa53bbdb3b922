package dev.passcourier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ZStackSandboxTest {

    private static final String ID = "3bc9f63f0de6492991c59bef96b27565";

    private final MovableClock clock = new MovableClock(Instant.parse("2024-03-15T08:15:30Z"), ZoneOffset.UTC);
    private final ZStackSandbox cloud = ZStackSandbox.start(clock);

    @AfterEach
    void stop() {
        cloud.close();
    }

    @Test
    void handsTheConsolePasswordToASessionAndEndsItOnLogout() {
        cloud.addInstance(ID, "Vnc#Canary1");
        String session = session();

        Client.Answer answer = password("Authorization", "OAuth " + session);
        Client.Answer logout = Client.send("DELETE", cloud.baseUrl() + "/v1/accounts/sessions/" + session, "");
        Client.Answer after = password("Authorization", "OAuth " + session);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("{\"password\":\"Vnc#Canary1\"}");
        assertThat(answer.header("Content-Type")).isEmpty();
        assertThat(logout.text()).isEqualTo("{}");
        assertThat(after.status()).isEqualTo(503);
        assertThat(after.json().at("/error/code").asText()).isEqualTo("ID.1001");
    }

    @Test
    void handsTheConsolePasswordToAnAccessKey() {
        cloud.addInstance(ID, "Vnc#Canary1");

        assertThat(signed("Fri, 15 Mar 2024 08:20:30 GMT").text()).contains("Vnc#Canary1");
    }

    private Client.Answer signed(String date) {
        String toSign = "GET\n" + date + "\n/v1/vm-instances/" + ID + "/console-passwords";
        String signature = java.util.Base64.getEncoder()
                .encodeToString(Digests.hmac("HmacSHA1", Digests.utf8(cloud.accessKeySecret()), toSign));
        return password("Authorization", "ZStack " + cloud.accessKeyId() + ":" + signature, "Date", date);
    }

    private Client.Answer password(String... headers) {
        return Client.get(cloud.baseUrl() + "/v1/vm-instances/" + ID + "/console-passwords", headers);
    }

    private String session() {
        return login(Digests.sha512Hex(cloud.accountPassword()))
                .json()
                .at("/inventory/uuid")
                .asText();
    }

    private Client.Answer login(String hash) {
        return Client.send(
                "PUT",
                cloud.baseUrl() + "/v1/accounts/login",
                "{\"logInByAccount\":{\"accountName\":\"" + cloud.accountName() + "\",\"password\":\"" + hash + "\"}}",
                "Content-Type",
                "application/json");
    }
}
