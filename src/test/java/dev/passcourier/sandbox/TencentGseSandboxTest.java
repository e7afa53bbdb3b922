package dev.passcourier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tencentcloudapi.common.CommonClient;
import com.tencentcloudapi.common.Credential;
import com.tencentcloudapi.common.exception.TencentCloudSDKException;
import com.tencentcloudapi.common.profile.ClientProfile;
import com.tencentcloudapi.common.profile.HttpProfile;
import java.net.InetAddress;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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

    @Test
    void refusesTheVendorsOwnClientWithAWrongKey() {
        assertThatThrownBy(() -> ask(client("wrong"), ID))
                .isInstanceOfSatisfying(TencentCloudSDKException.class, refusal -> assertThat(refusal.getErrorCode())
                        .isEqualTo("AuthFailure.SignatureFailure"));
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
