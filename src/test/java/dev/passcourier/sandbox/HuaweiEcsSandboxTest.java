package dev.passcourier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.exception.ServiceResponseException;
import com.huaweicloud.sdk.ecs.v2.EcsClient;
import com.huaweicloud.sdk.ecs.v2.model.DeleteServerPasswordRequest;
import com.huaweicloud.sdk.ecs.v2.model.ShowServerPasswordRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HuaweiEcsSandboxTest {

    private static final String ID = "6f2c1d3e-4b5a-6978-8796-a5b4c3d2e1f0";

    private final HuaweiEcsSandbox cloud = HuaweiEcsSandbox.start(Clock.systemUTC());

    @AfterEach
    void stop() {
        cloud.close();
    }

    @Test
    void handsTheStoredCiphertextToTheVendorsOwnClient() {
        cloud.addInstance(ID, "Canary#Pass1é", KeyPairs.RSA.getPublic());

        String first = show(client(cloud.secretKey()));
        String second = show(client(cloud.secretKey()));

        assertThat(first).isEqualTo(second);
        assertThat(KeyPairs.open(first, KeyPairs.RSA.getPrivate())).isEqualTo("Canary#Pass1é");
        assertThat(cloud.calls()).extracting(Call::status).containsExactly(200, 200);
    }

    @Test
    void forgetsThePasswordWhenTheVendorsOwnClientClearsIt() {
        cloud.addInstance(ID, "Canary#Pass1", KeyPairs.RSA.getPublic());

        client(cloud.secretKey()).deleteServerPassword(new DeleteServerPasswordRequest().withServerId(ID));

        assertThat(show(client(cloud.secretKey()))).isEmpty();
        assertThat(cloud.calls()).extracting(Call::status).containsExactly(204, 200);
    }

    @Test
    void refusesTheVendorsOwnClientWithAWrongKey() {
        refused(() -> show(client("wrong")), 401, "APIGW.0301");
    }

    @Test
    void refusesTheVendorsOwnClientWithAnotherProjectInThePath() {
        refused(() -> show(client(cloud, cloud.secretKey(), Names.hex32())), 400, "Common.0018");
    }

    @Test
    void refusesTheVendorsOwnClientWhenTheClocksAreApart() {
        try (var late = HuaweiEcsSandbox.start(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(16)))) {
            refused(() -> show(client(late, late.secretKey(), late.projectId())), 401, "APIGW.0301");
        }
    }

    @Test
    void refusesTheVendorsOwnClientWithoutTheTemporaryKeysToken() {
        cloud.addInstance(ID, "Canary#Pass1", KeyPairs.RSA.getPublic());
        cloud.requireSecurityToken("sandbox-token");

        refused(() -> show(client(cloud.secretKey())), 401, "APIGW.0301");
    }

    @Test
    void tellsTheVendorsOwnClientThatThereIsNoSuchServer() {
        refused(() -> show(client(cloud.secretKey())), 404, "Ecs.0114");
    }

    @Test
    void locksTheKeyAfterTooManyWrongSignaturesThoughTheNextIsRight() {
        for (int i = 0; i < 6; i++) {
            refused(() -> show(client("wrong")), 401, "APIGW.0301");
        }

        assertThatThrownBy(() -> show(client(cloud.secretKey())))
                .isInstanceOfSatisfying(ServiceResponseException.class, refusal -> assertThat(refusal.getErrorMsg())
                        .endsWith("AK access failed to reach the limit, forbidden"));
    }

    @ParameterizedTest
    @CsvSource({"v1, cloudservers", "v2, servers", "v2.1, servers"})
    void handsTheCiphertextToAToken(String version, String servers) {
        cloud.addInstance(ID, "Canary#Pass1", KeyPairs.RSA.getPublic());
        String path = "/" + version + "/" + cloud.projectId() + "/" + servers + "/" + ID + "/os-server-password";

        Client.Answer answer = api("GET", path, token());
        Client.Answer cleared = api("DELETE", path, token());

        assertThat(KeyPairs.open(answer.json().path("password").asText(), KeyPairs.RSA.getPrivate()))
                .isEqualTo("Canary#Pass1");
        assertThat(cleared.status()).isEqualTo(204);
        assertThat(api("GET", path, token()).text()).isEqualTo("{\"password\":\"\"}");
        assertThat(cloud.tokensIssued()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/{p}/cloudservers/none/os-server-password, 404, /error/code, Ecs.0114",
        "/v2.1/{p}/servers/none/os-server-password, 404, /itemNotFound/code, 404",
        "/v1/other/cloudservers/none/os-server-password, 400, /error/code, Common.0018",
        "/v2.1/other/servers/none/os-server-password, 400, /badRequest/code, 400",
        "/v1/{p}/servers/none/os-server-password, 404, /error_code, APIGW.0101",
        "/v1/{p}/cloudservers/none, 404, /error_code, APIGW.0101"
    })
    void answersEachKindOfPathInItsOwnWords(String path, int status, String pointer, String code) {
        Client.Answer answer = api("GET", path.replace("{p}", cloud.projectId()), token());

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().at(pointer).asText()).isEqualTo(code);
        assertThat(answer.header("X-Request-Id")).hasSize(32);
    }

    @Test
    void wantsAContentTypeEvenWithoutBody() {
        Client.Answer answer = Client.get(cloud.baseUrl() + v1(ID), "X-Auth-Token", token());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error/code").asText()).isEqualTo("Ecs.0005");
    }

    @Test
    void refusesATokenThatWasRevokedOrNeverGiven() {
        String token = token();
        cloud.revokeTokens();

        assertThat(api("GET", v1(ID), token).json().path("error_msg").asText()).endsWith("decrypt token fail");
        assertThat(api("GET", v1(ID), "made-up").status()).isEqualTo(401);
        assertThat(Client.get(cloud.baseUrl() + v1(ID)).status()).isEqualTo(401);
    }

    @Test
    void givesNoTokenForAWrongPasswordOrProject() {
        assertThat(signIn("wrong", cloud.projectName()).status()).isEqualTo(401);
        assertThat(signIn(cloud.userPassword(), "other").status()).isEqualTo(401);
        assertThat(cloud.tokensIssued()).isZero();
        assertThat(cloud.signInCalls()).hasSize(2);
    }

    @Test
    void tellsTheProjectsIdByItsName() {
        String projects = cloud.iamUrl() + "/v3/projects?name=";

        Client.Answer known = Client.get(projects + cloud.projectName(), "X-Auth-Token", token());
        Client.Answer unknown = Client.get(projects + "other", "X-Auth-Token", token());

        assertThat(known.json().at("/projects/0/id").asText()).isEqualTo(cloud.projectId());
        assertThat(unknown.json().path("projects")).isEmpty();
        assertThat(Client.get(projects + cloud.projectName()).status()).isEqualTo(401);
    }

    @Test
    void controlsTheFlowWithASuccessfulStatus() {
        cloud.script().next(WrongReplies.error(202, "Common.0024", "exceeds flow over limit"));

        Client.Answer answer = api("GET", v1(ID), token());

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().at("/error/code").asText()).isEqualTo("Common.0024");
    }

    private String v1(String id) {
        return "/v1/" + cloud.projectId() + "/cloudservers/" + id + "/os-server-password";
    }

    private Client.Answer api(String method, String path, String token) {
        return Client.send(
                method, cloud.baseUrl() + path, "", "X-Auth-Token", token, "Content-Type", "application/json");
    }

    private String token() {
        return signIn(cloud.userPassword(), cloud.projectName()).header("X-Subject-Token");
    }

    private Client.Answer signIn(String password, String project) {
        String body = "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":\""
                + cloud.userName() + "\",\"password\":\"" + password + "\",\"domain\":{\"name\":\""
                + cloud.domainName() + "\"}}}},\"scope\":{\"project\":{\"name\":\"" + project + "\"}}}}";
        return Client.send(
                "POST", cloud.iamUrl() + "/v3/auth/tokens", body, "Content-Type", "application/json;charset=utf8");
    }

    private String show(EcsClient client) {
        return client.showServerPassword(new ShowServerPasswordRequest().withServerId(ID))
                .getPassword();
    }

    private EcsClient client(String secretKey) {
        return client(cloud, secretKey, cloud.projectId());
    }

    private static EcsClient client(HuaweiEcsSandbox cloud, String secretKey, String projectId) {
        return EcsClient.newBuilder()
                .withCredential(new BasicCredentials()
                        .withAk(cloud.accessKey())
                        .withSk(secretKey)
                        .withProjectId(projectId))
                .withEndpoints(List.of(cloud.baseUrl()))
                .build();
    }

    private static void refused(ThrowingCallable call, int status, String code) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ServiceResponseException.class, refusal -> {
            assertThat(refusal.getHttpStatusCode()).isEqualTo(status);
            assertThat(refusal.getErrorCode()).isEqualTo(code);
        });
    }
}
