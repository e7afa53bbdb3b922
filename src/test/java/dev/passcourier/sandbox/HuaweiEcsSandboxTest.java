package dev.passcourier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.exception.ServiceResponseException;
import com.huaweicloud.sdk.ecs.v2.EcsClient;
import com.huaweicloud.sdk.ecs.v2.model.DeleteServerPasswordRequest;
import com.huaweicloud.sdk.ecs.v2.model.ShowServerPasswordRequest;
import java.time.Clock;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
