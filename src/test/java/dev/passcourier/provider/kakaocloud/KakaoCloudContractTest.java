package dev.passcourier.provider.kakaocloud;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.ProviderContract;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.sandbox.KakaoCloudSandbox;
import dev.passcourier.sandbox.KeyPairs;
import dev.passcourier.sandbox.SandboxCloud;
import dev.passcourier.sandbox.SandboxInstance;

class KakaoCloudContractTest extends ProviderContract {

    final KakaoCloudSandbox cloud = KakaoCloudSandbox.start(clock);

    @Override
    protected ProviderType provider() {
        return new KakaoCloudProvider();
    }

    @Override
    protected SandboxCloud cloud() {
        return cloud;
    }

    @Override
    protected String settings(String secret) {
        return """
                {"endpoint":"%s","identityEndpoint":"%s","auth":{"type":"access-key","id":"%s","secret":"%s"}}""".formatted(cloud.baseUrl(), cloud.iamUrl(), cloud.credentialId(), secret);
    }

    @Override
    protected String secret() {
        return cloud.credentialSecret();
    }

    @Override
    protected SandboxInstance addInstance(String id, String password) {
        return cloud.addInstance(id, password, KeyPairs.RSA.getPublic());
    }

    @Override
    protected Answer withoutPassword() {
        return new Answer.NotYet("EMPTY");
    }
}
