package dev.passcourier.provider.tencentgse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.ProviderCases;
import dev.passcourier.provider.ProviderContract;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.SandboxCloud;
import dev.passcourier.sandbox.SandboxInstance;
import dev.passcourier.sandbox.TencentGseSandbox;
import dev.passcourier.sandbox.WrongReplies;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TencentGseContractTest extends ProviderContract {

    private final TencentGseSandbox cloud = TencentGseSandbox.start(clock);

    @Override
    protected ProviderType provider() {
        return new TencentGseProvider();
    }

    @Override
    protected SandboxCloud cloud() {
        return cloud;
    }

    @Override
    protected String settings(String secret) {
        return """
                {"region":"ap-shanghai","endpoint":"%s","secretId":"%s","secretKey":"%s"}""".formatted(cloud.baseUrl(), cloud.secretId(), secret);
    }

    @Override
    protected String secret() {
        return cloud.secretKey();
    }

    @Override
    protected SandboxInstance addInstance(String id, String password) {
        return cloud.addInstance(id, password);
    }

    @Override
    protected String newId() {
        return "ins-" + super.newId();
    }

    @Override
    protected Map<String, String> parameters() {
        return Map.of("fleetId", TencentGseSandbox.FLEET);
    }

    @Override
    protected Answer withoutPassword() {
        return new Answer.NotYet("ResourceUnavailable");
    }

    @Override
    protected Map<ProviderCases, String> unsupported() {
        return ProviderCases.aboutSessions("TC3 signs every call");
    }

    @Test
    void saysThatTheServiceIsGone() {
        cloud.script().next(WrongReplies.error(200, "ActionOffline", "This interface has been offline."));

        assertThat(bench().askForAny()).isEqualTo(new Answer.Ended(Verdict.PROVIDER_GONE, "ActionOffline"));
    }

    @Test
    void handsOutAPrivateKeyWithItsUser() throws Exception {
        String pem = "-----BEGIN RSA PRIVATE KEY-----\n" + bench().canary() + "\n-----END RSA PRIVATE KEY-----\n";
        Answer answer = bench().ask(cloud.addInstance(newId(), pem).id());

        assertThat(bench().open(answer)).isEqualTo(pem);
        assertThat(((Answer.Found) answer).userName()).isEqualTo("root");
    }
}
