package dev.passcourier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.tencentcloudapi.common.CommonClient;
import com.tencentcloudapi.common.Credential;
import com.tencentcloudapi.common.exception.TencentCloudSDKException;
import com.tencentcloudapi.common.profile.ClientProfile;
import com.tencentcloudapi.common.profile.HttpProfile;
import java.net.InetAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import okhttp3.OkHttpClient;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TencentGseSandboxTest {

    private static final String ID = "ins-gi2lxw";

    private final TencentGseSandbox cloud = TencentGseSandbox.start(Clock.systemUTC());

    @AfterEach
    void stop() {
        cloud.close();
    }

    @Test
    void handsTheSecretToTheVendorsOwnClient() throws Exception {
        cloud.addInstance(ID, "Canary#Pass1");

        String answer = ask(client(cloud.secretKey()), ID);

        assertThat(Json.read(Digests.utf8(answer))
                        .at("/Response/InstanceAccess/Credentials/Secret")
                        .asText())
                .isEqualTo("Canary#Pass1");
    }

    @ParameterizedTest
    @CsvSource({"TC3-HMAC-SHA256, GET", "HmacSHA256, GET", "HmacSHA256, POST", "HmacSHA1, GET", "HmacSHA1, POST"})
    void acceptsTheVendorsOwnClientWhateverWayItSigns(String signature, String method) throws Exception {
        cloud.addInstance(ID, "Canary#Pass1");

        assertThat(ask(client(cloud, cloud.secretKey(), signature, method), ID)).contains("Canary#Pass1");
    }

    @Test
    void refusesTheVendorsOwnClientWithAWrongKey() {
        refused(() -> ask(client("wrong"), ID), "AuthFailure.SignatureFailure");
    }

    @Test
    void refusesTheVendorsOwnClientWhenTheClocksAreApart() {
        try (var late = TencentGseSandbox.start(Clock.offset(Clock.systemUTC(), Duration.ofSeconds(310)))) {
            CommonClient client = client(late, late.secretKey(), ClientProfile.SIGN_TC3_256, HttpProfile.REQ_POST);

            refused(() -> ask(client, ID), "AuthFailure.SignatureExpire");
        }
    }

    @Test
    void refusesTheVendorsOwnClientWithoutTheTemporaryKeysToken() {
        cloud.requireToken("sandbox-token");

        refused(() -> ask(client(cloud.secretKey()), ID), "AuthFailure.TokenFailure");
    }

    @Test
    void tellsTheVendorsOwnClientThatTheInstanceIsUnknownOrNotReady() {
        cloud.addInstance(ID, "Canary#Pass1").holdBack();
        cloud.addInstance("fleet-other", "ins-other", "Canary#Pass2");

        refused(() -> ask(client(cloud.secretKey()), ID), "ResourceUnavailable");
        refused(() -> ask(client(cloud.secretKey()), "ins-none"), "ResourceNotFound");
        refused(() -> ask(client(cloud.secretKey()), "ins-other"), "ResourceNotFound");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DescribeFleets | {} | InvalidAction",
                "GetInstanceAccess | {} | MissingParameter",
                "GetInstanceAccess | {\"FleetId\":1,\"InstanceId\":\"i\"} | MissingParameter",
                "GetInstanceAccess | {\"FleetId\":\"f\",\"InstanceId\":\"i\",\"X\":1} | UnknownParameter",
                "GetInstanceAccess | [] | InvalidParameter"
            })
    void refusesOtherActionsAndParameters(String action, String body, String code) {
        refused(() -> client(cloud.secretKey()).call(action, body), code);
    }

    @Test
    void handsOutAPrivateKeyOfALinuxInstance() throws Exception {
        cloud.addInstance(ID, "-----BEGIN RSA PRIVATE KEY-----\nCANARY\n-----END RSA PRIVATE KEY-----\n");

        JsonNode access =
                Json.read(Digests.utf8(ask(client(cloud.secretKey()), ID))).at("/Response/InstanceAccess");

        assertThat(access.at("/Credentials/Secret").asText()).contains("-----\nCANARY\n-----");
        assertThat(access.at("/Credentials/UserName").asText()).isEqualTo("root");
        assertThat(access.path("FleetId").asText()).isEqualTo(TencentGseSandbox.FLEET);
    }

    @Test
    void throttlesBeyondTheDocumentedRateAndRecoversASecondLater() {
        MovableClock clock = new MovableClock(Instant.parse("2024-03-15T08:15:30Z"), ZoneOffset.UTC);
        try (var busy = TencentGseSandbox.start(clock)) {
            busy.script().always(new RateLimit(20, clock));
            for (int i = 0; i < 20; i++) {
                assertThat(unsigned(busy)).isEqualTo("MissingParameter");
            }
            assertThat(unsigned(busy)).isEqualTo("RequestLimitExceeded");

            clock.advance(Duration.ofSeconds(1));

            assertThat(unsigned(busy)).isEqualTo("MissingParameter");
        }
    }

    @Test
    void saysThatTheServiceIsGone() {
        cloud.script().always(WrongReplies.error(200, "ActionOffline", "The action has been taken offline."));

        refused(() -> ask(client(cloud.secretKey()), ID), "ActionOffline");
    }

    private static String unsigned(TencentGseSandbox cloud) {
        return Client.send("POST", cloud.baseUrl(), "{}", "Content-Type", "application/json")
                .json()
                .at("/Response/Error/Code")
                .asText();
    }

    private static void refused(ThrowingCallable call, String code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(TencentCloudSDKException.class, refusal -> assertThat(refusal.getErrorCode())
                        .isEqualTo(code));
    }

    private static String ask(CommonClient client, String instance) throws TencentCloudSDKException {
        return client.call(
                "GetInstanceAccess",
                "{\"FleetId\":\"" + TencentGseSandbox.FLEET + "\",\"InstanceId\":\"" + instance + "\"}");
    }

    private CommonClient client(String secretKey) {
        return client(cloud, secretKey, ClientProfile.SIGN_TC3_256, HttpProfile.REQ_POST);
    }

    private static CommonClient client(TencentGseSandbox cloud, String secretKey, String signature, String method) {
        HttpProfile http = new HttpProfile();
        http.setProtocol("http://");
        http.setEndpoint(
                "gse.tencentcloudapi.com:" + URI.create(cloud.baseUrl()).getPort());
        http.setReqMethod(method);
        http.setHttpClient(new OkHttpClient.Builder()
                .dns(name -> List.of(InetAddress.getLoopbackAddress()))
                .build());
        return new CommonClient(
                "gse",
                "2019-11-12",
                new Credential(cloud.secretId(), secretKey),
                "ap-shanghai",
                new ClientProfile(signature, http));
    }
}
