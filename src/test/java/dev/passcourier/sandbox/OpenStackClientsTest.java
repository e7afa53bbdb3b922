package dev.passcourier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * OpenStack's own clients meet the sandbox as they do the real services: what novaclient 18.1.0 and keystoneauth 5.0.0
 * sent, byte by byte, and what Debian's Keystone 22.0.2 answered to the same.
 */
class OpenStackClientsTest {

    private static final String ID = "6f2c1d3e-4b5a-6978-8796-a5b4c3d2e1f0";
    private static final String REQUIRES = "The request you have made requires authentication.";

    private static HuaweiEcsSandbox cloud;
    private static String token;

    @BeforeAll
    static void start() {
        cloud = HuaweiEcsSandbox.start(Clock.systemUTC());
        cloud.addInstance(ID, "Canary#Pass1", KeyPairs.RSA.getPublic());
        token = signIn(body("\"" + cloud.userName() + "\"", cloud.userPassword()))
                .header("X-Subject-Token");
    }

    @AfterAll
    static void stop() {
        cloud.close();
    }

    @Test
    void novaclientGetsAPassword() throws IOException {
        String version = said(cloud.iamUrl(), "GET /v3", "Accept: application/json");
        assertThat(version).startsWith("HTTP/1.1 200 OK").contains("\"href\":\"" + cloud.iamUrl() + "/v3/\"");

        JsonNode catalog = signIn(body("\"" + cloud.userName() + "\"", cloud.userPassword()))
                .json()
                .at("/token/catalog");
        String compute = catalog.at("/1/endpoints/0/url").asText();
        assertThat(catalog.at("/1/type").asText()).isEqualTo("compute");
        assertThat(compute).isEqualTo(cloud.baseUrl() + "/v2.1/" + cloud.projectId());

        String path = URI.create(compute).getPath();
        assertThat(nova(path)).startsWith("HTTP/1.1 200 OK").contains("\"version\":{\"id\":\"v2.1\"");
        assertThat(nova(path + "/servers/" + ID)).startsWith("HTTP/1.1 200 OK").contains("\"server\":{\"id\":\"" + ID);
        String password = nova(path + "/servers/" + ID + "/os-server-password");
        assertThat(password).startsWith("HTTP/1.1 200 OK");
        assertThat(KeyPairs.open(password.replaceAll("(?s).*\"password\":\"(.*)\".*", "$1"), KeyPairs.RSA.getPrivate()))
                .isEqualTo("Canary#Pass1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/servers/none", "/servers/none/os-server-password"})
    void novaclientReadsThatThereIsNoSuchServer(String path) throws IOException {
        assertThat(nova("/v2.1/" + cloud.projectId() + path))
                .startsWith("HTTP/1.1 404 Not Found")
                .contains("{\"itemNotFound\":{\"code\":404,\"message\":\"Instance none could not be found.\"}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/plain", "*/*", "application/vnd.openstack.identity-v3+json"})
    void tellsItsVersionsWhateverIsAccepted(String accepted) {
        Client.Answer all = Client.get(cloud.iamUrl() + "/", "Accept", accepted);
        Client.Answer one = Client.get(cloud.iamUrl() + "/v3/", "Accept", accepted);

        assertThat(all.status()).isEqualTo(300);
        assertThat(all.header("Location")).isEqualTo(cloud.iamUrl() + "/v3/");
        assertThat(all.json().at("/versions/values/0/id").asText()).isEqualTo("v3.14");
        assertThat(one.json().path("version")).isEqualTo(all.json().at("/versions/values/0"));
        assertThat(one.header("Vary")).isEqualTo("X-Auth-Token");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            HEAD    | /v3             | 200 |
            OPTIONS | /v3             | 200 | HEAD, OPTIONS, GET
            POST    | /               | 405 | HEAD, OPTIONS, GET
            OPTIONS | /v3/auth/tokens | 200 | HEAD, OPTIONS, DELETE, POST, GET
            PUT     | /v3/auth/tokens | 405 | HEAD, OPTIONS, DELETE, POST, GET
            GET     | /v3/nothing     | 404 |
            """)
    void knowsItsMethods(String method, String path, int status, String allowed) {
        Client.Answer answer = Client.send(method, cloud.iamUrl() + path, "");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Allow")).isEqualTo(allowed == null ? "" : allowed);
    }

    @Test
    void showsAndEndsATokenToItsOwner() {
        String other = signIn(body("\"" + cloud.userName() + "\"", cloud.userPassword()))
                .header("X-Subject-Token");

        Client.Answer shown = tokens("GET", token, other);
        Client.Answer head = tokens("HEAD", token, other);
        Client.Answer ended = tokens("DELETE", token, other);

        assertThat(shown.status()).isEqualTo(200);
        assertThat(shown.header("X-Subject-Token")).isEqualTo(other);
        assertThat(shown.json().at("/token/user/name").asText()).isEqualTo(cloud.userName());
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.response().body()).isEmpty();
        assertThat(head.header("Content-Length")).isNotEqualTo("0");
        assertThat(ended.status()).isEqualTo(204);
        assertThat(tokens("GET", other, other).status()).isEqualTo(401);
        assertThat(error(tokens("GET", token, other))).isEqualTo("404 Could not recognize Fernet token");
        assertThat(error(Client.get(cloud.iamUrl() + "/v3/auth/tokens", "X-Auth-Token", token)))
                .isEqualTo("404 No token in the request");
        Client.Answer stranger = Client.get(cloud.iamUrl() + "/v3/auth/tokens");
        assertThat(error(stranger)).isEqualTo("401 " + REQUIRES);
        assertThat(stranger.header("WWW-Authenticate")).isEqualTo("Keystone uri=\"" + cloud.iamUrl() + "/v3\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                          | Expecting to find auth in request body
            not JSON                    | Expecting to find valid JSON in request body
            {"auth":{}}                 | Expecting to find identity in auth
            """)
    void saysWhatItMissesInARequest(String body, String missing) {
        assertThat(error(signIn(body))).startsWith("400 " + missing + ". The server could not comply");
    }

    @Test
    void wantsJsonAndNotTooMuchOfIt() {
        assertThat(error(Client.send("POST", cloud.iamUrl() + "/v3/auth/tokens", "{}", "Content-Type", "text/plain")))
                .startsWith("400 Expecting to find application/json in Content-Type header.");
        assertThat(signIn(" ".repeat(114_689)).status()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"sandbox-user\"", "\"nobody\"", "null"})
    void saysTheSameOfAWrongPasswordAnUnknownUserAndNone(String user) {
        assertThat(error(signIn(body(user, "wrong")))).isEqualTo("401 The username or password is wrong.");
    }

    @Test
    void leavesTheCatalogOutOnRequestAndTakesATrailingSlash() {
        String url = cloud.iamUrl() + "/v3/auth/tokens/?nocatalog=true";
        Client.Answer answer = Client.send(
                "POST",
                url,
                body("\"" + cloud.userName() + "\"", cloud.userPassword()),
                "Content-Type",
                "application/json");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.json().path("token").has("catalog")).isFalse();
    }

    /** As novaclient asks: with a token, and no {@code Content-Type}. */
    private static String nova(String path) throws IOException {
        return said(
                cloud.baseUrl(),
                "GET " + path,
                "User-Agent: python-novaclient",
                "Accept-Encoding: gzip, deflate",
                "Accept: application/json",
                "X-OpenStack-Nova-API-Version: 2.1",
                "X-Auth-Token: " + token);
    }

    private static String said(String url, String line, String... headers) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", URI.create(url).getPort())) {
            String request = line + " HTTP/1.1\r\nHost: " + URI.create(url).getAuthority() + "\r\n"
                    + String.join("\r\n", headers) + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Client.Answer tokens(String method, String mine, String subject) {
        return Client.send(
                method, cloud.iamUrl() + "/v3/auth/tokens", "", "X-Auth-Token", mine, "X-Subject-Token", subject);
    }

    private static Client.Answer signIn(String body) {
        return Client.send("POST", cloud.iamUrl() + "/v3/auth/tokens", body, "Content-Type", "application/json");
    }

    private static String body(String user, String password) {
        return "{\"auth\": {\"identity\": {\"methods\": [\"password\"], \"password\": {\"user\": {\"password\": \""
                + password + "\", \"name\": " + user + ", \"domain\": {\"name\": \"" + cloud.domainName()
                + "\"}}}}, \"scope\": {\"project\": {\"name\": \"" + cloud.projectName()
                + "\", \"domain\": {\"name\": \"" + cloud.domainName() + "\"}}}}}";
    }

    private static String error(Client.Answer answer) {
        assertThat(answer.json().at("/error/code").asInt()).isEqualTo(answer.status());
        return answer.status() + " " + answer.json().at("/error/message").asText();
    }
}
