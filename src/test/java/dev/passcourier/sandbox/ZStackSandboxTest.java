package dev.passcourier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
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

    @Test
    void refusesAnAccessKeyWithAWrongSignatureOrDate() {
        assertThat(signed("Fri, 15 Mar 2024 09:20:30 GMT").text()).isEqualTo("requestTimeTooSkewed");
        assertThat(password(
                                "Authorization",
                                "ZStack " + cloud.accessKeyId() + ":wrong",
                                "Date",
                                "Fri, 15 Mar 2024 08:20:30 GMT")
                        .json()
                        .at("/error/code")
                        .asText())
                .isEqualTo("ID.1000");
    }

    @Test
    void comparesLocalTimesUnlessToldToCheckTheZone() {
        cloud.addInstance(ID, "Vnc#Canary1");
        cloud.serverZone(ZoneId.of("Asia/Shanghai"));

        assertThat(signed("Fri, 15 Mar 2024 08:15:30 GMT").status()).isEqualTo(403);
        assertThat(signed("Fri, 15 Mar 2024 16:15:30 Asia/Shanghai").status()).isEqualTo(200);
        cloud.checkTimeZone(true);
        assertThat(signed("Fri, 15 Mar 2024 08:15:30 GMT").status()).isEqualTo(200);
    }

    @Test
    void checksInTheServersOrder() {
        String session = session();
        String url = cloud.baseUrl() + "/v1/vm-instances/" + ID + "/console-password";

        assertThat(Client.get(url).text()).startsWith("no api mapping to /v1/vm-instances/");
        assertThat(password().text()).isEqualTo("missing header 'Authorization'");
        assertThat(password("Authorization", "Bearer x").text()).isEqualTo("Authorization type must be 'OAuth'");
        assertThat(password("Authorization", "OAuth x", "X-Job-UUID", "short").status())
                .isEqualTo(400);
        assertThat(password("Authorization", "OAuth x").json().at("/error/code").asText())
                .isEqualTo("ID.1001");
        assertThat(password("Authorization", "OAuth " + session)
                        .json()
                        .at("/error/code")
                        .asText())
                .isEqualTo("SYS.1003");
        assertThat(Client.send("POST", url + "s", "{}").status()).isEqualTo(405);
    }

    @Test
    void showsPasswordsInEveryFormServersAreKnownFor() {
        String[] session = {"Authorization", "OAuth " + session()};

        cloud.addInstanceWithoutPassword(ID);
        assertThat(password(session).text()).isEqualTo("{}");
        cloud.addMaskedInstance(ID, "Vnc#Canary1");
        assertThat(password(session).text()).isEqualTo("{\"password\":\"*****\"}");
        cloud.addOldStyleInstance(ID, "Vnc#Canary1");
        assertThat(password(session).text()).isEqualTo("{\"consolePassword\":\"Vnc#Canary1\"}");
        cloud.addInstance(ID, "Vnc#Canary1");
        assertThat(password("Authorization", session[1], "X-JSON-Schema", "true")
                        .text())
                .isEqualTo("{\"password\":\"Vnc#Canary1\",\"schema\":{}}");
    }

    @Test
    void refusesAWrongPassword() {
        Client.Answer answer = login(Digests.sha512Hex("wrong"));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.json().at("/error/code").asText()).isEqualTo("ID.1000");
        assertThat(cloud.tokensIssued()).isZero();
    }

    @Test
    void endsSessionsAfterTwoHours() {
        cloud.addInstance(ID, "Vnc#Canary1");
        String session = session();
        String valid = cloud.baseUrl() + "/v1/accounts/sessions/" + session + "/valid";

        clock.advance(Duration.ofMinutes(119));
        assertThat(password("Authorization", "OAuth " + session).status()).isEqualTo(200);
        assertThat(Client.get(valid).text()).isEqualTo("{\"valid\":true}");
        clock.advance(Duration.ofMinutes(1));
        assertThat(password("Authorization", "OAuth " + session).status()).isEqualTo(503);
        assertThat(Client.get(valid).text()).isEqualTo("{\"valid\":false}");
    }

    @Test
    void countsOpenSessions() {
        cloud.mostSessions(1);
        String session = session();

        assertThat(login(Digests.sha512Hex(cloud.accountPassword()))
                        .json()
                        .at("/error/code")
                        .asText())
                .isEqualTo("ID.1006");
        Client.send("DELETE", cloud.baseUrl() + "/v1/accounts/sessions/" + session, "");
        assertThat(session()).hasSize(32);
    }

    @Test
    void mayAllowOneSessionOnly() {
        cloud.uniqueSession(true);
        String first = session();
        String second = session();

        assertThat(password("Authorization", "OAuth " + first)
                        .json()
                        .at("/error/code")
                        .asText())
                .isEqualTo("ID.1001");
        assertThat(password("Authorization", "OAuth " + second)
                        .json()
                        .at("/error/code")
                        .asText())
                .isEqualTo("SYS.1003");
        assertThat(cloud.tokensOpen()).isEqualTo(1);
    }

    @Test
    void logsInUsersAndByTheGeneralPath() {
        String hash = Digests.sha512Hex(cloud.accountPassword());
        String user = "{\"logInByUser\":{\"accountName\":\"admin\",\"userName\":\"" + cloud.userName()
                + "\",\"password\":\"" + hash + "\"}}";
        String general = "{\"logIn\":{\"username\":\"admin\",\"password\":\"" + hash + "\",\"loginType\":\"account\"}}";

        assertThat(Client.send("PUT", cloud.baseUrl() + "/v1/accounts/users/login", user)
                        .status())
                .isEqualTo(200);
        assertThat(Client.send("PUT", cloud.baseUrl() + "/v1/login", general).status())
                .isEqualTo(200);
        assertThat(Client.send("POST", cloud.baseUrl() + "/v1/login", general).status())
                .isEqualTo(405);
    }

    private Client.Answer signed(String date) {
        String toSign = "GET\n" + date + "\n/v1/vm-instances/" + ID + "/console-passwords";
        String signature = Base64.getEncoder()
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
